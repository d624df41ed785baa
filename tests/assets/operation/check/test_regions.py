"""A study whose scans lose the names of their regions hears of it before it is made again."""

import numpy as np
import pandas as pd

from attnconn_assets import commands
from attnconn_assets.operation.check.check import check
from attnconn_assets.operation.check.regions import other_regions_than_stored
from attnconn_assets.study.study import load_study
from tests.core.timeseries.profiles import scan


def test_names_that_are_lost_or_in_another_order_are_said(
    write_study, run_line, instance, tmp_path, home, capsys
):
    folder = tmp_path / "scans"
    folder.mkdir()
    scans = {f"sub-{n // 2}_ses-{('a', 'b')[n % 2]}": scan(n) for n in range(4)}

    def write(names):
        for key, values in scans.items():
            columns = names[: values.shape[1]]
            pd.DataFrame(values, columns=columns).to_csv(folder / f"{key}.csv", index=False)

    names = [f"R{number}" for number in range(scan(0).shape[1])]
    write(names)
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour", "scan_lengths"))
    files = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    file = write_study(methods=["pearson"], **simulated, **files)
    study = load_study(file)
    assert other_regions_than_stored(study, study.make_source()) == ""
    run_line(study, instance)
    assert other_regions_than_stored(study, study.make_source()) == ""

    write(names[::-1])
    assert "in another order" in other_regions_than_stored(study, study.make_source())
    for key, values in scans.items():
        (folder / f"{key}.csv").unlink()
        np.save(folder / f"{key}.npy", values)
    (said,) = [line for line in check(study).warnings if "regions" in line]
    assert "region-001" in said
    assert "before R0, R1, R2" in said
    assert "bring the earlier files back" in said
    capsys.readouterr()
    commands.run(study, file)
    assert said in capsys.readouterr().err
    assert other_regions_than_stored(study, study.make_source()) == ""

"""Work: a body reads what its spec declares, and all that it reads is recorded."""

import functools
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import resources, specs
from attnconn_assets.building.making import make
from attnconn_assets.building.platform import Platform
from attnconn_assets.building.result import Result
from attnconn_assets.building.settings import DeclaredSettings
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.building.work import Work
from attnconn_assets.study.study import load_study
from attnconn_core.errors import ParameterError, ScanError, UndeclaredError


def reads_a_setting(work: Work) -> Result:
    return Result(facts={"read": work.settings["test_fraction"]})


def reads_an_asset(work: Work) -> Result:
    entry = work.entry("time_series", "sub-001_ses-test")
    return Result(facts={"files": list(entry.files)})


def takes_a_cohort(work: Work) -> Result:
    return Result(facts={"n": len(work.cohort().sessions)})


def reads_the_session_s_files(work: Work) -> Result:
    return Result(facts={"files": [str(path) for path in work.session.files]})


def reads_the_scan(work: Work) -> Result:
    return Result(files={"series.parquet": work.scan()})


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (reads_a_setting, "the setting 'test_fraction'"),
        (reads_an_asset, "the asset 'time_series'"),
        (takes_a_cohort, "takes a cohort"),
        (reads_the_scan, "the user's scans"),
    ],
)
def test_what_a_spec_does_not_declare_is_refused(platform, body, what):
    spec = BuildSpec("curious", body, "session", settings={"another": 1})
    with pytest.raises(UndeclaredError, match=f"{what}.*spec does not declare"):
        make(platform, spec, "sub-001_ses-test")
    assert platform.store.find("curious", "sub-001_ses-test") is None


def test_a_setting_that_is_declared_is_part_of_the_recipe():
    one, two = (
        BuildSpec("curious", reads_a_setting, "whole", settings={"test_fraction": value})
        for value in (0.1, 0.2)
    )
    assert one.recipe.digest != two.recipe.digest
    settings = DeclaredSettings("curious", one.settings)
    assert settings["test_fraction"] == 0.1


def test_a_body_can_bring_no_value_of_its_own():
    fraction = 0.1

    def closes_over(work: Work) -> Result:
        return Result(facts={"fraction": fraction})

    for body in (closes_over, functools.partial(reads_a_setting, fraction)):
        with pytest.raises(ParameterError, match="pass values as settings"):
            BuildSpec("curious", body, "whole")


def test_what_is_read_is_recorded_with_the_result(platform, tiny_study):
    series = next(spec for spec in specs(tiny_study) if spec.name == "time_series")
    for session in platform.sessions:
        make(platform, series, session)
    needs = {"time_series": "session"}
    read = make(platform, BuildSpec("one", reads_an_asset, "whole", needs=needs), "all").entry
    stored = platform.store.entry("time_series", "sub-001_ses-test")
    assert read.inputs == {"time_series/sub-001_ses-test": stored.digest}
    group = make(platform, BuildSpec("two", takes_a_cohort, "whole", needs=needs), "all").entry
    assert group.facts["sessions"] == group.facts["n"] == 8
    assert group.facts["excluded"] == {}
    assert group.facts["cohort"]


def test_the_body_s_own_module_is_part_of_the_code_version():
    here = BuildSpec("curious", reads_a_setting, "whole")
    assert here.recipe.calls == (__name__,)


@pytest.fixture
def platform_of_files(write_study, tmp_path):
    """The platform of a study whose scans and table of regions are files."""
    (tmp_path / "scans").mkdir()
    for session in ("test", "retest"):
        values = np.random.default_rng(0).normal(size=(120, 3))
        np.save(tmp_path / "scans" / f"sub-a_ses-{session}.npy", values)
    (tmp_path / "regions.txt").write_text("a\nb\nc\n")
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour"))
    arrays = {"source": "arrays", "root": "../scans", "repetition_time": 1.0}
    study = load_study(write_study(**simulated, **arrays, regions="../regions.txt"))
    log = SimpleNamespace(info=lambda _message: None)
    return Platform(study, **resources(study), log=log, dagster_run="dagster-1")


def spec_of(platform, name):
    return next(spec for spec in specs(platform.study) if spec.name == name)


def test_files_of_a_session_are_for_assets_that_read_scans(platform_of_files):
    spec = BuildSpec("curious", reads_the_session_s_files, "session")
    assert make(platform_of_files, spec, "sub-a_ses-test").entry.facts["files"] == []


def test_a_shared_file_that_changes_during_a_run_is_refused(platform_of_files, tmp_path):
    series = spec_of(platform_of_files, "time_series")
    made = make(platform_of_files, series, "sub-a_ses-test").entry
    assert [Path(file["path"]).name for file in made.facts["read"]] == [
        "sub-a_ses-test.npy",
        "regions.txt",
    ]
    # The source has read it, and would go on with what it read.
    (tmp_path / "regions.txt").write_text("a\nb\nother\n")
    with pytest.raises(ScanError, match=r"regions\.txt: changed while it was read"):
        make(platform_of_files, series, "sub-a_ses-retest")


def test_a_file_that_changes_while_it_is_read_is_refused(platform, tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("1")

    def read() -> None:
        work = Work("a", "all", DeclaredSettings("a", {}), (), None, platform)
        with work.reading(file):
            file.write_text("12")

    with pytest.raises(ScanError, match=r"table\.csv: changed while it was read"):
        read()

"""The README's example runs and names studies that are there; the citation is of this version."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from attnconn_assets.study.study import load_study

REPOSITORY = Path(__file__).resolve().parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_examples_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # they write a table
    names = {}
    for example in re.findall(r"```python\n(.*?)```", README, flags=re.S):
        exec(compile(example, "README.md", "exec"), names)  # noqa: S102
    said = capsys.readouterr().out.splitlines()
    shape, r2, sender, accuracy, attention, sums, r, groups, features = said
    assert shape == "(10, 10)"
    written = pd.read_csv(tmp_path / "granger.csv", index_col=0)
    assert np.allclose(written.to_numpy(), names["one"].values)
    assert float(r2) < 1
    assert sender.startswith("region-")
    assert 0 <= float(accuracy) <= 1
    assert attention == "Connectivity('attention', 10 regions, directed)"
    assert sums == f"[{'1. ' * 9}1.]"
    assert -1 <= float(r) <= 1
    assert groups.startswith("NetworkBasedStatistic(t=array (8, 8), components=[")
    assert features == "(16, 28)"


def test_the_keys_of_its_studies_are_right(tmp_path):
    examples = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", README, re.S))
    keys, tables, derivatives, experiment, *further = examples
    file = tmp_path / "tables.yaml"
    file.write_text(yaml.safe_dump(tables))
    assert load_study(file).behaviour.targets == ("iq",)
    file = tmp_path / "derivatives.yaml"
    file.write_text(yaml.safe_dump(derivatives))
    assert load_study(file).make_source().confounds.motion == "basic"
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(experiment))
    for more in further:
        keys |= more
    keys |= {
        "experiments": ["attnconn", "mine.yaml"],
        "methods": [*keys["methods"], "var_identification"],
    }
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump(keys))
    assert set(load_study(file).configurations) == {"attnconn", "mine"}


def test_what_it_names_is_there():
    for name in re.findall(r"(?:studies|experiments|docs)/[\w./-]+\.\w+", README):
        assert (REPOSITORY / name).is_file(), name


def test_the_citation_is_of_this_version_and_names_the_original_study():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])
    assert cited["authors"] == project["authors"]
    (study,) = cited["references"]
    assert study["repository-code"].endswith("/tsoj/fmri_attention_connectivity")

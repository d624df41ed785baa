"""What a study may set of its source, derived from the source's class."""

from collections.abc import Iterator
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import Field

from attnconn_assets.assets.catalogue import specs
from attnconn_assets.study.sources import study_model
from attnconn_assets.study.study import Study, load_study
from attnconn_core.errors import StudyError
from attnconn_core.sources import CHOOSES_SESSIONS, NOT_A_KEY, StudyKey, sources

OTHER = '''
"""Scans that count: a source of another package."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Session, TimeSeries
from attnconn_core.sources import CHOOSES_SESSIONS, Listing


@dataclass(frozen=True)
class Counting:
    brings_phenotypes = True
    design = "test-retest"
    notice = None

    place: Path
    people: Annotated[int, CHOOSES_SESSIONS, Field(ge=2, le=9)] = 4
    frames: int = 120

    def sessions(self):
        names = [f"p{number}" for number in range(self.people)]
        return tuple(Session(n, when) for n in names for when in ("retest", "test"))

    def listing(self):
        return Listing(self.sessions())

    def load(self, session):
        rng = np.random.default_rng(sum(session.key.encode()))
        values = rng.normal(size=(self.frames, 5)).astype(np.float32)
        return TimeSeries((values,), 0.72, self.region_table().regions)

    def probe(self, session): ...

    def quality(self, session):
        return {}

    def quality_files(self, session):
        return ()

    def region_table(self):
        return RegionTable.ungrouped([f"r{number}" for number in range(5)])

    def shared_files(self):
        return ()

    def phenotypes(self):
        people = [f"p{number}" for number in range(self.people)]
        return pd.DataFrame({"Subject": people, "Score": [float(n) for n in range(self.people)]})
'''

NOT_SIMULATED = dict.fromkeys(("n_subjects", "n_regions", "n_frames"))


@pytest.fixture
def counting(install) -> Iterator[None]:
    """A package that brings the source ``counting``."""
    install("attnconn-counting", "attnconn.sources", {"counting": "strange:Counting"}, OTHER)
    sources.cache_clear()
    yield
    sources.cache_clear()


@pytest.mark.parametrize(
    ("keys", "settings"),
    [
        ({"source": "hcp_sample"}, {"source": "hcp_sample", "cache": "studies/.sample"}),
        (
            {"source": "hcp", "root": "../hcp", "atlas": "../a", "layout": "runs"}
            | {"subjects": "../s.csv", "subject_column": "ID", "group_column": "Group"},
            {"source": "hcp", "root": "hcp", "atlas": "a", "layout": "runs"}
            | {"file_pattern": "*_Atlas_MSMAll*clean*.dtseries.nii"}
            | {"frames_per_run": 1200, "run_lengths": None, "drop_labels": []},
        ),
        (
            {"source": "arrays", "root": "../scans", "repetition_time": 2, "subjects": "../s.csv"},
            {"source": "arrays", "root": "scans", "repetition_time": 2.0, "regions": None},
        ),
        (
            {"source": "simulated", "n_subjects": 4, "n_regions": 5, "n_frames": 120},
            {"source": "simulated", "n_subjects": 4, "n_regions": 5, "n_frames": 120}
            | {"n_runs": 1, "repetition_time": 0.72, "seed": 0},
        ),
    ],
    ids=lambda value: value["source"],
)
def test_the_settings_of_our_sources_stay_as_stored_data_knows_them(
    write_study, tmp_path, keys, settings
):
    study = load_study(write_study(**{**NOT_SIMULATED, **keys}))
    paths = {"cache", "root", "atlas"} & set(settings)
    expected = {**settings, **{name: str(tmp_path / settings[name]) for name in paths}}
    assert study.source_settings() == expected


def test_keys_reach_the_fields_of_the_source(write_study, tmp_path):
    study = load_study(write_study(n_runs=2, seed=3))
    source = study.make_source()
    assert (source.subjects, source.regions, source.frames) == (4, 5, 120)
    assert (source.runs, source.seed, source.density) == (2, 3, 0.15)
    sample = load_study(write_study(**NOT_SIMULATED, source="hcp_sample"))
    assert sample.make_source().cache == tmp_path / "studies" / ".sample"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_subjects": 1}, "n_subjects: Input should be greater than or equal to 2; got 1"),
        ({"n_frames": 19}, "n_frames: Input should be greater than or equal to 20; got 19"),
        ({"repetition_time": float("inf")}, "repetition_time: Input should be a finite number"),
        ({"density": 0.2}, "unknown key 'density'"),
        ({"subjects": 4}, "unknown key 'subjects'"),
        ({"n_subject": 4}, "unknown key 'n_subject'; did you mean 'n_subjects'"),
        ({"source": "hcp", "root": "x"}, "atlas: must be given; `attnconn keys atlas` describes"),
        ({"source": "hcp_sample", "sha256": "0"}, "unknown key 'sha256'"),
        ({"source": "hcp", "layout": "both"}, "layout: Input should be 'concatenated' or 'runs'"),
        (
            {"source": "floppy"},
            "source: must be one of hcp_sample, hcp, bids, arrays, simulated",
        ),
    ],
)
def test_what_a_source_does_not_take_is_refused(write_study, changes, words):
    with pytest.raises(StudyError, match=words):
        load_study(write_study(**changes))


@pytest.mark.usefixtures("counting")
def test_a_source_of_another_package_is_made_from_a_study(write_study, tmp_path):
    keys = {"source": "counting", "place": "../here", "people": 3}
    study = load_study(write_study(**NOT_SIMULATED, **keys))
    assert isinstance(study, Study)
    assert study.source_module == "strange"
    here = str(tmp_path / "here")
    assert study.source_settings() == {"source": "counting", "place": here, "frames": 120}
    assert study.make_source().place == tmp_path / "here"
    assert "phenotypes" in {spec.name for spec in specs(study)}
    with pytest.raises(StudyError, match=r"people: .*less than or equal to 9; got 10"):
        load_study(write_study(**NOT_SIMULATED, **{**keys, "people": 10}))
    with pytest.raises(StudyError, match="unknown key 'peple'; did you mean 'people'"):
        load_study(write_study(**NOT_SIMULATED, **keys, peple=3))
    with pytest.raises(StudyError, match=r"one of .*simulated, counting; got 'floppy'"):
        load_study(write_study(source="floppy"))


@pytest.mark.usefixtures("counting")
def test_the_line_of_a_source_of_another_package_is_made(write_study, run_line, instance):
    keys = {"source": "counting", "place": "..", "methods": ["pearson"]}
    outcome, told = run_line(load_study(write_study(**NOT_SIMULATED, **keys)), instance)
    assert outcome.failed == {}
    assert {"time_series", "phenotypes", "pearson", "report"} <= told.remade()


@dataclass(frozen=True)
class Rich:
    """Keys of every kind."""

    places: tuple[Path, ...]
    table: Annotated[Path | None, CHOOSES_SESSIONS] = Path("people.csv")
    named: dict[str, Path] = field(default_factory=lambda: {"a": Path("b")})
    kind: Literal["one", "two"] = "one"
    first: Annotated[int, Field(ge=1), StudyKey("n_first", default=7)] = 1
    inner: Annotated[int, NOT_A_KEY] = 5
    counted: int = field(default=0, init=False)


def test_paths_wherever_they_stand_are_relative_to_the_study(tmp_path):
    model = study_model(Study, "rich", Rich)
    content = {"source": "rich", "name": "x", "title": "X", "experiments": ["e.yaml"]}
    context = {"folder": tmp_path}
    study = model.model_validate({**content, "places": ["p", "q"]}, context=context)
    assert study.make_source() == Rich(
        (tmp_path / "p", tmp_path / "q"), tmp_path / "people.csv", {"a": tmp_path / "b"}, first=7
    )
    assert set(study.source_settings()) == {"source", "places", "named", "kind", "n_first"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([("name", str)], "every field needs its own key, and 'name' is already a key"),
        ([("store_folder", str)], "'store_folder' is already a key"),
        ([("source", str)], "'source' is already a key"),
        ([("a", int), ("b", Annotated[int, StudyKey("a")])], "'a' is already a key"),
        ([("thing", yaml.Loader)], "its fields can't be keys of a study: "),
        ([("_hidden", int)], "its fields can't be keys of a study: .*underscore"),
        ([("thing", "Nowhere")], "its fields can't be keys of a study: .*Nowhere"),
    ],
)
def test_a_class_whose_fields_cannot_be_keys_is_refused(fields, words):
    with pytest.raises(StudyError, match=rf"source odd \(.*Odd\): .*{words}"):
        study_model(Study, "odd", make_dataclass("Odd", fields))

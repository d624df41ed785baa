import json

import numpy as np
import pytest

from attnconn_core.errors import ScanError, StudyError
from attnconn_core.sources import ArrayFolder, series_files
from attnconn_core.sources.sidecars import sidecar_repetition_time


def said(folder, content, name="sub-01_ses-test.json"):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        ({"RepetitionTime": 2.0, "TaskName": "rest"}, 2.0),
        ({"SamplingFrequency": 0.5}, 2.0),
        ({"SamplingFrequency": "TR"}, None),
        ({"SamplingFrequency": "TR", "RepetitionTime": 2}, 2.0),
        ({"RepetitionTime": 0.72, "SamplingFrequency": 1.389}, 0.72),
        ({"TaskName": "rest"}, None),
        ({"RepetitionTime": 2, "TR": 2000}, 2.0),
        ({"RepetitionTimeExcitation": 4, "TriggerDelay": 1, "Trial": 3}, None),
        ("\ufeff" + '{"RepetitionTime": 1}', 1.0),
    ],
)
def test_seconds_of_a_sidecar(content, seconds, tmp_path):
    assert sidecar_repetition_time(said(tmp_path, content)) == seconds


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"RepetitionTime": 2000}, r"RepetitionTime: .* got 2000. Did you mean 2\? \(2000 milli"),
        ({"RepetitionTime": 0}, "RepetitionTime: .* positive number"),
        ({"RepetitionTime": "2.0"}, r"RepetitionTime must be a number; got '2\.0'"),
        ({"RepetitionTime": True}, "RepetitionTime must be a number; got True"),
        ({"SamplingFrequency": 0.0005}, r"1 / SamplingFrequency \(0\.0005 Hz\): .*got 2000"),
        ({"RepetitionTime": "TR"}, "RepetitionTime must be a number; got 'TR'"),
        ({"SamplingFrequency": 0}, "a repetition time must be a positive number"),
        ({"RepetitionTime": 2, "SamplingFrequency": 1}, "must agree; it has 2 s and 1 Hz"),
        ({"RepetitionTime": float("nan")}, "positive number of seconds; got nan"),
        ({"TR": 2000}, r"must be called RepetitionTime, in sec.* got 'TR': 2000\. Call it Rep"),
        ({"repetition_time": 2}, "got 'repetition_time': 2"),
        ({"repetitionTime": 2}, "got 'repetitionTime': 2"),
        ({"Repetition Time (s)": 2, "TR_ms": 2000}, "got 'TR_ms': 2000"),
        ({"RepetitionTime": None, "tr": 2}, "got 'tr': 2"),
        ({"sampling_rate": 0.5}, "got 'sampling_rate': 0.5. Call it SamplingFrequency"),
        ([2.0], "must hold names and values; got list"),
        ("{RepetitionTime: 2}", "a sidecar must be JSON"),
        ("", "a sidecar must be JSON"),
        ("[" * 100_000, "a sidecar must be JSON"),
    ],
)
def test_what_a_sidecar_cannot_say(content, says, tmp_path):
    path = said(tmp_path, content)
    with pytest.raises(ScanError, match=rf"sub-01_ses-test\.json: .*{says}|json: {says}"):
        sidecar_repetition_time(path)


@pytest.fixture(params=["npy", "csv"])
def folder(request, tmp_path):
    values = np.random.default_rng(0).normal(size=(30, 4)).cumsum(axis=0)
    if request.param == "npy":
        np.save(tmp_path / "sub-01_ses-test.npy", values)
    else:
        text = "\n".join(",".join(map(str, row)) for row in values.tolist())
        (tmp_path / "sub-01_ses-test.csv").write_text("a,b,c,d\n" + text)
    return tmp_path


def test_a_study_need_not_say_what_sidecars_do(folder):
    with pytest.raises(
        StudyError, match=r"must be given .*sidecar with RepetitionTime: <same name>\.json"
    ):
        ArrayFolder(folder).sessions()
    path = said(folder, {"RepetitionTime": 2.0})
    source = ArrayFolder(folder)
    (session,) = source.sessions()
    assert source.load(session).repetition_time == 2.0
    assert source.shape(session).repetition_time == 2.0
    assert series_files(source, session) == (path,)
    said(folder, {"TaskName": "rest"})
    with pytest.raises(StudyError, match="a repetition time must be given"):
        source.load(session)


def test_a_sidecar_that_contradicts_the_study_is_refused(folder):
    source = ArrayFolder(folder, repetition_time=0.72)
    (session,) = source.sessions()
    assert series_files(source, session) == ()
    said(folder, {"RepetitionTime": 0.7201})
    assert source.load(session).repetition_time == 0.72
    said(folder, {"RepetitionTime": 2.0})
    says = r"sub-01_ses-test\.json: all files must .*; it has 2 s and the study 0\.72 s"
    for reads in (source.load, source.shape):
        with pytest.raises(ScanError, match=says):
            reads(session)


def test_runs_of_one_session_agree(tmp_path):
    for run, seconds in ((1, 2.0), (2, 0.72)):
        np.save(
            tmp_path / f"sub-01_ses-a_run-{run}.npy",
            np.random.default_rng(run).normal(size=(30, 4)).cumsum(axis=0),
        )
        said(tmp_path, {"RepetitionTime": seconds}, f"sub-01_ses-a_run-{run}.json")
    source = ArrayFolder(tmp_path)
    (session,) = source.sessions()
    with pytest.raises(ScanError, match=r"run-2\.json: .* has 0\.72 s and .*run-1\.json 2 s"):
        source.load(session)


@pytest.fixture
def tree(tmp_path):
    """Write a series where fMRIPrep's derivatives have it."""
    root = tmp_path / "bids"
    func = root / "sub-01" / "ses-a" / "func"
    func.mkdir(parents=True)
    values = np.random.default_rng(0).normal(size=(30, 4)).cumsum(axis=0)
    text = "\n".join("\t".join(map(str, row)) for row in values.tolist())
    series = func / "sub-01_ses-a_task-rest_atlas-x_timeseries.tsv"
    series.write_text("a\tb\tc\td\n" + text)
    return root, func


def seconds_of(root):
    source = ArrayFolder(root)
    (session,) = source.sessions()
    assert source.shape(session).repetition_time == source.load(session).repetition_time
    return source.load(session).repetition_time


def test_a_sidecar_is_inherited_from_above_and_the_nearest_counts(tree):
    root, func = tree
    top = said(root, {"RepetitionTime": 2.0}, "task-rest_bold.json")
    assert seconds_of(root) == 2.0
    subject = said(root / "sub-01", {"RepetitionTime": 3.0}, "sub-01_task-rest_bold.json")
    assert seconds_of(root) == 3.0
    coarse = said(func, {"RepetitionTime": 4.0}, "bold.json")
    assert seconds_of(root) == 4.0
    fine = said(func, {"RepetitionTime": 5.0}, "sub-01_ses-a_task-rest_bold.json")
    assert seconds_of(root) == 5.0
    own = said(func, {"TaskName": "rest"}, "sub-01_ses-a_task-rest_atlas-x_timeseries.json")
    assert seconds_of(root) == 5.0  # its own says nothing of time
    source = ArrayFolder(root)
    (session,) = source.sessions()
    assert series_files(source, session) == (own, fine, coarse, subject, top)


def test_a_sidecar_of_something_else_is_not_inherited(tree):
    root, func = tree
    said(root.parent, {"RepetitionTime": 9.0}, "task-rest_bold.json")  # above the root
    said(root, {"RepetitionTime": 9.0}, "task-nback_bold.json")
    said(root, {"RepetitionTime": 9.0}, "task-rest_physio.json")
    said(root, {"RepetitionTime": 9.0}, "dataset_description.json")
    said(func, {"RepetitionTime": 9.0}, "sub-01_ses-b_task-rest_bold.json")
    with pytest.raises(StudyError, match="a repetition time must be given"):
        ArrayFolder(root).sessions()


def test_an_inherited_sidecar_that_contradicts_the_study_is_refused(tree):
    root, _ = tree
    said(root, {"RepetitionTime": 2.0}, "task-rest_bold.json")
    source = ArrayFolder(root, repetition_time=0.72)
    (session,) = source.sessions()
    says = r"task-rest_bold\.json: all files must .*; it has 2 s and the study 0\.72 s"
    with pytest.raises(ScanError, match=says):
        source.shape(session)

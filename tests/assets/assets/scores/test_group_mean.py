"""The cohort's means and their figures: what is drawn, of whom, and why something isn't."""

import itertools

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.scores.group_mean import NO_MAP
from attnconn_assets.storage.formats import read_matrices
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity.flow import flow_of
from attnconn_core.figures import Styles, circle_gallery, net_flow, network_gallery, png
from attnconn_core.parcellation import RegionTable
from tests.bids_dataset import FmriPrep, label_image

NAMES = [f"17Networks_{side}H_{name}_1" for side in "LR" for name in ("VisCent", "SomMotA")]
SIMULATED = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "scan_lengths"))


@pytest.fixture
def arrays(tmp_path) -> dict:
    """Four subjects with two sessions of four regions in two networks."""
    rng = np.random.default_rng(3)
    (tmp_path / "scans").mkdir()
    for subject in range(4):
        for session in ("test", "retest"):
            scan = rng.normal(size=(120, 4))
            scan[1:, 1] += scan[:-1, 0]
            np.save(tmp_path / "scans" / f"sub-{subject}_ses-{session}.npy", scan)
    (tmp_path / "regions.txt").write_text("\n".join(NAMES))
    return {
        **SIMULATED,
        "source": "arrays",
        "root": "../scans",
        "regions": "../regions.txt",
        "repetition_time": 1.0,
    }


def _entry(study, run_line, instance):
    outcome, _ = run_line(study, instance)
    assert outcome.failed == outcome.waiting == {}
    store = store_of(study)
    return store, store.entry("group_mean", "all")


def test_figures_are_of_every_subjects_test_session(write_study, run_line, instance, arrays):
    methods = ["pearson", {"granger": {"lags": 1, "alpha": 1.0}}, "lagged_correlation"]
    study = load_study(write_study(**arrays, methods=methods))
    store, entry = _entry(study, run_line, instance)
    assert entry.facts["subjects"] == 4
    assert "no atlas" in entry.facts[NO_MAP]
    assert "surface.png" not in entry.files
    table, styles = RegionTable.from_names(NAMES), Styles(study.chosen_methods)

    def matrices(method):
        paths = [
            store.path(store.entry(method, f"sub-{subject}_ses-test"), "matrix.parquet")
            for subject in range(4)
        ]
        return [read_matrices(path)[120] for path in paths]

    means = {
        method: read_matrices(store.path(entry, f"{method}.parquet"))[4]
        for method in ("pearson", "granger", "lagged_correlation")
    }
    directed = ["granger", "lagged_correlation"]
    signed = {"pearson": True, "granger": False, "lagged_correlation": True}
    over = {"subtitle": "mean over 4 subjects", "styles": styles}
    flows = [flow_of(matrices(method)) for method in directed]
    circles = circle_gallery([means[method] for method in directed], table, signed, **over)
    expected = {
        "net_flow.png": net_flow(flows, table, **over),
        "circle.png": circles,
        "networks.png": network_gallery([*means.values()], table, signed, **over),
    }
    for name, figure in expected.items():
        assert store.path(entry, name).read_bytes() == png(figure), name


def test_undirected_methods_have_no_flow(write_study, run_line, instance, arrays):
    study = load_study(write_study(**arrays, methods=["pearson"]))
    _, entry = _entry(study, run_line, instance)
    assert entry.facts[NO_MAP] == "no method of the study is directed"
    pictures = {name for name in entry.files if name.endswith(".png")}
    assert pictures == {"figure.png", "networks.png"}


def test_an_atlas_on_other_surfaces_gives_no_map_and_says_why(line_of_cifti):
    store = store_of(line_of_cifti.study)
    entry = store.entry("group_mean", "all")
    assert "32,492 vertices per hemisphere" in entry.facts[NO_MAP]
    pictures = {name for name in entry.files if name.endswith(".png")}
    assert pictures == {"figure.png", "edges.png", "net_flow.png", "circle.png"}  # no networks


def test_a_label_image_gives_a_map_and_is_among_the_inputs(
    tmp_path, write_study, run_line, instance
):
    dataset = FmriPrep(tmp_path / "fmriprep")
    for number, who in enumerate(itertools.product(("01", "02"), "12")):
        scan, _ = dataset.session(*who, seed=number)
        dataset.volume(*who, seed=number)
        scan.unlink()
    label_image(tmp_path / "atlas" / "four.nii.gz")
    keys = {
        **SIMULATED,
        "source": "bids",
        "root": "../fmriprep",
        "atlas": "../atlas/four.nii.gz",
        "confounds": {"strategy": []},
        "methods": [{"granger": {"lags": 1, "alpha": 1.0}}],
    }
    study = load_study(write_study(**keys))
    store, entry = _entry(study, run_line, instance)
    assert NO_MAP not in entry.facts
    assert store.path(entry, "surface.png").read_bytes()[:4] == b"\x89PNG"
    read = {file["path"].rpartition("/")[2] for file in entry.facts["read"]}
    assert read == {"four.nii.gz", "four.tsv"}


def test_edges_of_methods_against_each_other_are_stored(line):
    entry = store_of(line.study).entry("group_mean", "all")
    assert {"figure.png", "edges.png"} <= set(entry.files)

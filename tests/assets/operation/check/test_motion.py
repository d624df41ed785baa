"""Rules about motion are held against the motion that lies beside the scans, before computing."""

import numpy as np
import pytest

from attnconn_assets.operation.check.check import check
from attnconn_assets.study.study import load_study
from tests.hcp_tree import Tree

RUN = "rfMRI_REST1_LR"
FRAMES = 120


@pytest.fixture
def tree(tmp_path, write_study):
    """Write six subjects' scans with motion, and a study of them."""
    (tmp_path / "hcp").mkdir()
    hcp, rng = Tree(tmp_path / "hcp"), np.random.default_rng(0)
    keys = np.repeat([1, 2, 3, 4], 5)
    hcp.atlas("atlas.dlabel.nii", keys, {n: f"region {n}" for n in range(1, 5)})
    for number in range(1, 7):
        for folder in (f"10000{number}", f"10000{number}_retest"):
            scan = hcp.dense(folder, RUN, hcp.models(), rng.normal(size=(FRAMES, 20)) + 100)
            moved = rng.gamma(3, 0.035, FRAMES)
            np.savetxt(scan.parent / "Movement_RelativeRMS.txt", moved, fmt="%.6f")

    def write(**changes):
        own = dict.fromkeys(("n_subjects", "n_regions", "n_frames"))
        own |= {"source": "hcp", "root": "../hcp", "atlas": "../atlas.dlabel.nii"}
        return load_study(
            write_study(
                **{
                    **own,
                    "methods": ["pearson"],
                    "scan_lengths": [],
                    **changes,
                }
            )
        )

    def motion(folder):
        return hcp.results(folder) / RUN / "Movement_RelativeRMS.txt"

    return write, motion


def about_motion(found):
    return [each for each in found.warnings if "motion" in each]


def test_motion_in_order_is_nothing_to_warn_of(tree):
    found = check(tree[0](exclude={"max_motion_mean": 0.3}))
    assert (found.errors, about_motion(found)) == ([], [])


def test_odd_motion_is_said_with_the_rule(tree):
    write, motion = tree
    np.savetxt(motion("100001"), np.zeros(FRAMES))
    motion("100002").write_bytes(motion("100003").read_bytes())
    told = about_motion(check(write(exclude={"max_motion_mean": 0.3})))
    assert len(told) == 3
    assert told[0].startswith("sub-100001_ses-test is suspicious: its motion is 0 mm in every")
    assert "max_motion_mean (0.3 mm)" in told[0]
    assert "in every frame that of sub-100003_ses-test" in told[1]
    assert (
        len(about_motion(check(write()))) == 3
    )  # the table of the cohort shows motion without a rule


def test_a_file_that_is_too_short_and_one_that_is_not_there_are_said(tree):
    write, motion = tree
    motion("100001").write_text("0.1\n" * 20)
    motion("100002").unlink()
    told = about_motion(check(write(exclude={"max_motion_mean": 0.9}, quorum=0.8)))
    assert "sub-100001_ses-test has motion that can't be read" in told[0]
    assert "one number for each of the 120 frames of the scan beside it; it has 20" in told[0]
    (left_out,) = [each for each in told if "left out" in each]
    assert "sub-100002_ses-test is left out by exclude: max_motion_mean is 0.9" in left_out
    assert f"(no {motion('100002')})" in left_out
    without_rule = check(write()).warnings
    assert not any("left out" in each for each in without_rule)


def test_whom_a_rule_leaves_out_does_not_count_as_missing(tree):
    write, motion = tree
    for number in (1, 2, 3):
        np.savetxt(motion(f"10000{number}"), np.linspace(0.3, 0.6, FRAMES) + number / 100)
    motion("100004").write_text("0.1\n" * 20)
    found = check(write(exclude={"max_motion_mean": 0.3}))
    assert not any("group results need" in each for each in found.errors)
    assert sum("is left out by exclude" in each for each in found.warnings) == 3


def test_a_rule_that_leaves_out_everybody_is_an_error(tree):
    found = check(tree[0](exclude={"max_motion_mean": 0.001}))
    assert "exclude (max_motion_mean) leaves out every session" in found.errors


def test_a_source_without_motion_can_not_be_held_to_it(write_study):
    study = load_study(write_study(exclude={"max_motion_mean": 0.3, "min_coverage_min": 0.5}))
    (told,) = check(study).errors
    assert told.startswith(
        "exclude (max_motion_mean, min_coverage_min) leaves out every session: motion and coverage "
        "is unknown for source 'simulated'. Take the rule out of the study"
    )

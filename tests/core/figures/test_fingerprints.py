"""The figure shows the scores it was given, and says what stands for test and retest."""

from dataclasses import replace

import numpy as np
import pytest

from attnconn_core.connectivity import configured
from attnconn_core.errors import ParameterError
from attnconn_core.figures import Styles, fingerprint_panel
from attnconn_core.scoring import FingerprintScore, fingerprint

DESIGN = "two halves of one run: split-half, not test–retest"
METHODS = (
    "attention_subject",
    "attention_finetuned",
    "attention_group_base_bottleneck_16",
    "granger",
    "partial",
    "pearson",
)
STYLES = Styles(configured(["base_bottleneck_16"]).values())
LENGTHS = {60: 0.25, 120: 0.5, 300: 0.75, 600: 1.0}


def _score(seed: int, noise: float = 0.5, n_subjects: int = 7) -> FingerprintScore:
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(n_subjects, 8, 8))
    return fingerprint(
        own + noise * rng.normal(size=own.shape),
        own + noise * rng.normal(size=own.shape),
        permutations=10,
    )


@pytest.fixture(scope="module")
def scores() -> dict[str, FingerprintScore]:
    return {method: _score(seed, noise=seed / 2) for seed, method in enumerate(METHODS, start=1)}


def test_points_and_bars_are_the_scores(scores: dict[str, FingerprintScore]) -> None:
    similarity, difference, margin, _ = fingerprint_panel(
        scores, {"pearson": LENGTHS}, 1 / 7, DESIGN, styles=STYLES
    ).axes
    ordered = ("pearson", "partial", "granger", METHODS[2], "attention_finetuned", METHODS[0])
    dots = [found for found in similarity.collections if len(found.get_offsets()) > 1]
    for row, method in enumerate(ordered):
        same, cross = dots[2 * row].get_offsets(), dots[2 * row + 1].get_offsets()
        np.testing.assert_allclose(same[:, 0], np.sort(scores[method].same_scores))
        # 42 ordered pairs of 7 subjects, each a cross score of both.
        assert len(cross) == 42
        np.testing.assert_allclose(cross[:, 0], np.unique(scores[method].cross_scores))
        assert np.all((same[:, 1] > row - 0.5) & (same[:, 1] < row))
        assert np.all((cross[:, 1] > row) & (cross[:, 1] < row + 0.5))
        np.testing.assert_allclose(
            margin.collections[row].get_offsets()[:, 0], np.sort(scores[method].margin)
        )
    widths = [bar.get_width() for bar in difference.patches]
    np.testing.assert_allclose(widths, [scores[method].i_diff for method in ordered])


def test_accuracies_are_drawn_against_frames_with_chance(
    scores: dict[str, FingerprintScore],
) -> None:
    by_length = {"pearson": LENGTHS, "granger": {600: 0.9, 60: 0.1}}
    axes = fingerprint_panel(scores, by_length, 0.125, DESIGN).axes[3]
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines["Pearson"].get_ydata()) == [0.25, 0.5, 0.75, 1.0]
    np.testing.assert_allclose(lines["Pearson"].get_xdata(), list(LENGTHS), rtol=0.03)
    assert list(lines["Granger (ridge)"].get_ydata()) == [0.1, 0.9]
    assert list(lines["chance"].get_ydata()) == [0.125, 0.125]


def test_one_length_is_no_curve(scores: dict[str, FingerprintScore]) -> None:
    figure = fingerprint_panel(scores, {method: {300: 0.5} for method in METHODS}, 1 / 7, DESIGN)
    assert len(figure.axes) == 3


def test_methods_that_coincide_stay_apart(scores: dict[str, FingerprintScore]) -> None:
    axes = fingerprint_panel(scores, dict.fromkeys(METHODS, LENGTHS), 1 / 7, DESIGN).axes[3]
    starts = [line.get_xdata()[0] for line in axes.lines[:6]]
    assert len(set(starts)) == 6
    np.testing.assert_allclose(starts, 60, rtol=0.04)


def test_everything_is_named_and_nothing_is_cut_off(
    scores: dict[str, FingerprintScore], written, cut_off, overlapping
) -> None:
    lengths = dict.fromkeys(METHODS, LENGTHS)
    figure = fingerprint_panel(scores, lengths, 1 / 7, DESIGN, styles=STYLES)
    text = written(figure)
    for part in (
        DESIGN,
        "similarity of two matrices",
        "I_diff",
        "margin",
        "subjects identified (share)",
        "frames of each scan",
        "chance",
        "Attention (group, base bottleneck 16)",
        "600",
    ):
        assert part in text
    assert not cut_off(figure)
    assert not overlapping(figure)


@pytest.mark.parametrize("count", [1, 2])
def test_few_methods_and_no_lengths_fit_too(
    count: int, scores: dict[str, FingerprintScore], cut_off, overlapping
) -> None:
    figure = fingerprint_panel(
        {method: scores[method] for method in METHODS[:count]}, {}, 0.5, DESIGN, styles=STYLES
    )
    assert len(figure.axes) == 3
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_very_many_methods_fit_too(scores: dict[str, FingerprintScore], cut_off) -> None:
    every = list(configured(["base"]))
    assert len(every) > 35
    many = dict.fromkeys(every, scores["pearson"])
    figure = fingerprint_panel(many, dict.fromkeys(every, LENGTHS), 1 / 7, DESIGN)
    assert cut_off(figure) == []


def test_what_is_missing_or_all_alike_is_drawn_as_it_is(cut_off, written) -> None:
    good = _score(0)
    broken = replace(
        good,
        i_diff=float("nan"),
        same_scores=np.full(7, np.nan),
        cross_scores=np.full((7, 12), 0.5),
        margin=np.full(7, np.nan),
    )
    figure = fingerprint_panel({"pearson": good, "granger": broken}, {"granger": {}}, 0.2, DESIGN)
    assert "–" in [text.get_text() for text in figure.axes[1].texts]
    assert not cut_off(figure)


def test_what_can_not_be_drawn_is_refused(scores: dict[str, FingerprintScore]) -> None:
    with pytest.raises(ParameterError, match="at least one method"):
        fingerprint_panel({}, {}, 0.5, DESIGN)
    with pytest.raises(ParameterError, match=r"chance .* got 7"):
        fingerprint_panel(scores, {}, 7.0, DESIGN)

"""The figures show the scores they were given, and say what stands for test and retest."""

from dataclasses import replace

import numpy as np
import pytest

from attnconn_core.connectivity import configured
from attnconn_core.errors import ParameterError
from attnconn_core.figures import Styles, fingerprint_panel, similarity_panel
from attnconn_core.scoring import FingerprintScore, fingerprint
from attnconn_core.scoring.fingerprint.identification_intervals import (
    accuracy_interval,
    identification_intervals,
)

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


ORDERED = ("pearson", "partial", "granger", METHODS[2], "attention_finetuned", METHODS[0])


def test_similarities_and_margins_are_points(scores: dict[str, FingerprintScore]) -> None:
    similarity, margin = similarity_panel(scores, DESIGN, styles=STYLES).axes
    dots = [found for found in similarity.collections if len(found.get_offsets()) > 1]
    for row, method in enumerate(ORDERED):
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


def test_accuracy_and_d_are_drawn_with_their_intervals(
    scores: dict[str, FingerprintScore],
) -> None:
    intervals = {method: identification_intervals(scores[method], 50) for method in METHODS}
    accuracy, effect, _ = fingerprint_panel(
        scores, {}, 1 / 7, DESIGN, intervals, styles=STYLES
    ).axes
    for row, method in enumerate(ORDERED):
        for axes, name, value in (
            (accuracy, "accuracy", scores[method].hits.mean()),
            (effect, "cohens_d", scores[method].cohens_d),
        ):
            np.testing.assert_allclose(axes.collections[row].get_offsets(), [[value, row]])
            lines = [line for line in axes.lines if list(line.get_ydata()) == [row, row]]
            np.testing.assert_allclose(lines[0].get_xdata(), intervals[method][name])
    assert list(accuracy.lines[0].get_xdata()) == [1 / 7, 1 / 7]


def test_i_diff_is_written_and_on_no_common_axis(scores: dict[str, FingerprintScore]) -> None:
    intervals = {"granger": {"i_diff": (-1.25, 30.0)}}
    axes = fingerprint_panel(scores, {}, 1 / 7, DESIGN, intervals, styles=STYLES).axes[2]
    said = [text.get_text() for text in axes.texts]
    for row, method in enumerate(ORDERED):
        value = f"{scores[method].i_diff:.1f}"
        assert said[row] == (f"{value} [−1.2, 30.0]" if method == "granger" else value)
    assert not axes.collections
    assert not axes.patches
    assert list(axes.get_xticks()) == []
    assert "no common scale" in axes.get_title()


def test_accuracies_are_drawn_against_frames_with_chance(
    scores: dict[str, FingerprintScore],
) -> None:
    by_length = {"pearson": LENGTHS, "granger": {600: 0.9, 60: 0.1}}
    panels = fingerprint_panel(scores, by_length, 0.125, DESIGN).axes[3:]
    assert [axes.get_title() for axes in panels] == ["Pearson", "Granger (ridge)"]
    first, second = ({line.get_label(): line for line in axes.lines} for axes in panels)
    assert list(first["Pearson"].get_ydata()) == [0.25, 0.5, 0.75, 1.0]
    assert list(first["Pearson"].get_xdata()) == list(LENGTHS)
    assert list(second["Granger (ridge)"].get_ydata()) == [0.1, 0.9]
    assert list(second["chance"].get_ydata()) == [0.125, 0.125]


def test_one_length_is_no_curve(scores: dict[str, FingerprintScore]) -> None:
    figure = fingerprint_panel(scores, {method: {300: 0.5} for method in METHODS}, 1 / 7, DESIGN)
    assert len(figure.axes) == 3


def test_methods_that_coincide_have_panels_with_intervals_of_their_own(
    scores: dict[str, FingerprintScore], written, cut_off, overlapping
) -> None:
    figure = fingerprint_panel(scores, dict.fromkeys(METHODS, LENGTHS), 1 / 7, DESIGN)
    panels = figure.axes[3:9]
    for axes in panels:
        ends = [segment[:, 1].tolist() for segment in axes.collections[0].get_segments()]
        np.testing.assert_allclose(ends, [accuracy_interval(y, 7) for y in LENGTHS.values()])
        others = [line for line in axes.lines if line.get_color() == "#c4c4c4"]
        assert len(others) == 5
    assert "grey curves: all other methods" in " ".join(written(figure).split())
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_everything_is_named_and_nothing_is_cut_off(
    scores: dict[str, FingerprintScore], written, cut_off, overlapping
) -> None:
    lengths = dict.fromkeys(METHODS, LENGTHS)
    figure = fingerprint_panel(scores, lengths, 1 / 7, DESIGN, styles=STYLES)
    text = " ".join(written(figure).split())
    for part in (
        DESIGN,
        "I_diff",
        "Cohen's d",
        "Accuracy",
        "subjects identified (share)",
        "frames of each session",
        "chance",
        "Attention (group, base bottleneck 16)",
        "600",
    ):
        assert part in text
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_similarities_are_named_and_not_compared_between_methods(
    scores: dict[str, FingerprintScore], written, cut_off, overlapping
) -> None:
    figure = similarity_panel(scores, DESIGN, styles=STYLES)
    said = " ".join(written(figure).split())
    for part in (
        "n = 7 subjects, 42 pairs of different subjects",
        DESIGN,
        "compare within rows",
        "similarity of two matrices",
        "Margin",
    ):
        assert part in said
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
    both = {"pearson": good, "granger": broken}
    figure = fingerprint_panel(both, {"granger": {}}, 0.2, DESIGN)
    assert "–" in [text.get_text() for text in figure.axes[2].texts]
    assert not cut_off(figure)
    assert not cut_off(similarity_panel(both, DESIGN))


def test_what_can_not_be_drawn_is_refused(scores: dict[str, FingerprintScore]) -> None:
    with pytest.raises(ParameterError, match="at least one method"):
        fingerprint_panel({}, {}, 0.5, DESIGN)
    with pytest.raises(ParameterError, match="at least one method"):
        similarity_panel({}, DESIGN)
    with pytest.raises(ParameterError, match=r"chance .* got 7"):
        fingerprint_panel(scores, {}, 7.0, DESIGN)

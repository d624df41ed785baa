"""A matrix is logged with the settings that its estimator really had."""

from types import SimpleNamespace

import pytest

from attnconn_assets.assets.connectivity.matrices import make_matrices
from attnconn_core.connectivity import METHODS, Granger, Pearson
from attnconn_core.timeseries import draw_network, simulate


def made(method, whole, shortened):
    series = simulate(draw_network(4, 0), 120, 1)
    work = SimpleNamespace(
        settings={"method": METHODS[method], "scan_lengths": (60,)},
        series=lambda: series,
        album=SimpleNamespace(matrix=lambda *_, **__: b""),
    )
    return make_matrices(work, lambda _: lambda _, is_whole: whole if is_whole else shortened)


def test_lags_and_penalty_chosen_on_the_cohort_are_parameters():
    whole, shortened = (Granger(2, 7.5, fraction, "deviations") for fraction in (0.1, None))
    result = made("granger", whole, shortened)
    expected = {"lags": 2, "alpha": 7.5, "test_fraction": 0.1, "units": "deviations"}
    assert result.parameters == expected


class Own:
    """An estimator of another package, which need not be a dataclass."""

    def estimate(self, series):
        return Pearson().estimate(series)


@pytest.mark.parametrize("estimator", [Pearson(), Own()])
def test_an_estimator_without_settings_adds_none(estimator):
    assert made("pearson", estimator, estimator).parameters == {}

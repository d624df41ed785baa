"""Learn the weight of `Directed` on simulated cohorts, and test it on other simulated cohorts.

No network of a benchmark is used. Networks, events, responses, noise, repetition times and
lengths are drawn at random over wide ranges; half of the networks have loops.
"""

import argparse

import numpy as np
import pandas as pd
from jaxtyping import Float64
from scipy.linalg import block_diag
from sklearn.linear_model import LogisticRegression

from attnconn_core.connectivity.direction_evidence import calibrated
from attnconn_core.connectivity.direction_weights import terms_of
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries.events import Events, Scanner, draw_event_network, simulate_events

__all__ = ["drawn", "learned", "main", "terms_of_edges"]

_REPETITION_TIMES = (0.72, 1.2, 2.0, 3.0)
_GROUP = 5
_PENALTY = 0.3  # C of scikit-learn's logistic regression; the result hardly depends on it


def drawn(loops: bool, seed: int, group: int) -> list[tuple[TimeSeries, np.ndarray]]:
    """Draw five networks of 5 to 15 regions, and simulate a scan of each.

    All five are simulated together, as unconnected parts of one network.
    """
    rng = np.random.default_rng([seed, group, int(loops)])
    networks = [
        draw_event_network(
            int(rng.integers(5, 16)),
            [seed, group, part, int(loops)],
            degree=rng.uniform(1.8, 3.2),
            loops=rng.uniform(0.2, 0.7) if loops else 0.0,
            negative=rng.choice([0.0, 0.1]),
        )
        for part in range(_GROUP)
    ]
    on = _spread(rng, 0.2, 5)
    repetition_time = float(rng.choice(_REPETITION_TIMES))
    series = simulate_events(
        block_diag(*networks),
        min(1200, int(rng.uniform(500, 700) / repetition_time)),
        [seed, group, int(loops), _GROUP],
        events=Events(
            on,
            on * _spread(rng, 1, 10),
            amplitude=_spread(rng, 0.03, 0.4),
            neural_noise=_spread(rng, 0.006, 0.3),
            both_signs=bool(rng.random() < 0.5),
        ),
        scanner=Scanner(
            repetition_time, noise=_spread(rng, 0.05, 0.6), regional_delay=rng.uniform(0.1, 0.7)
        ),
    )
    ends = np.cumsum([len(network) for network in networks])
    parts = np.split(series.runs[0], ends[:-1], axis=1)
    return [
        (TimeSeries((part,), repetition_time, series.regions[: part.shape[1]]), network)
        for part, network in zip(parts, networks, strict=True)
    ]


def terms_of_edges(loops: bool, seed: int, groups: int) -> pd.DataFrame:
    """Return the statistics of every one-way edge of a cohort, in the edge's true direction."""
    rows = []
    for group in range(groups):
        for series, network in drawn(loops, seed, group):
            terms = terms_of(calibrated(series)[0])
            one_way = (network != 0) & (network.T == 0)
            found = pd.DataFrame({name: values[one_way] for name, values in terms.items()})
            rows.append(found.assign(group=group))
    return pd.concat(rows, ignore_index=True)


def learned(terms: Float64[np.ndarray, "edge term"]) -> Float64[np.ndarray, " term"]:
    """Return weights of the log odds of the true direction.

    The fit is antisymmetric: it has no intercept, and every edge enters in both directions.
    """
    both = np.concatenate([terms, -terms])
    right = np.repeat([1, 0], len(terms))
    model = LogisticRegression(fit_intercept=False, C=_PENALTY, max_iter=1000).fit(both, right)
    return np.asarray(model.coef_[0])


def main() -> None:
    """Learn weights on simulated cohorts, and print the share of correct directions on others."""
    parser = argparse.ArgumentParser(prog="benchmarks.direction", description=main.__doc__)
    parser.add_argument(
        "--groups",
        type=int,
        default=40,
        help="groups of five data sets, with and without loops each",
    )
    options = parser.parse_args()
    cohorts = [terms_of_edges(loops, 1, options.groups) for loops in (False, True)]
    terms = pd.concat(cohorts).drop(columns="group")
    weight = learned(terms.sum(axis=1).to_numpy()[:, None])
    weights = learned(terms.to_numpy())
    print(f"one weight for all statistics: {weight[0]:.3f}")
    print(
        "one weight per statistic:",
        dict(zip(terms.columns, weights.round(3).tolist(), strict=True)),
    )
    for loops in (False, True):
        judged = terms_of_edges(loops, 2, max(1, options.groups // 4)).drop(columns="group")
        alike, own = ((judged.to_numpy() @ each > 0).mean() for each in (weight.repeat(5), weights))
        kind = "with loops" if loops else "without loops"
        print(
            f"{kind}: {alike:.3f} of {len(judged)} directions are correct with one weight, "
            f"{own:.3f} with one weight per statistic"
        )


def _spread(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


if __name__ == "__main__":
    main()

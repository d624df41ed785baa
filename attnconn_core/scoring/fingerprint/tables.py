"""Tables of the fingerprint: scores with intervals, edges, networks, tests between methods."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from attnconn_core.errors import ParameterError
from attnconn_core.parcellation import RegionTable
from attnconn_core.scoring.comparison.paired_tests import compare_methods
from attnconn_core.scoring.edges.features import edge_mask
from attnconn_core.scoring.fingerprint.edge_importance import edge_importance
from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore
from attnconn_core.scoring.fingerprint.group_identification import (
    identify_by_group,
    mean_by_groups,
)
from attnconn_core.scoring.fingerprint.icc import intraclass_correlation
from attnconn_core.scoring.fingerprint.pool_weights import Stacks
from attnconn_core.scoring.fingerprint.reconstructed import reconstructed_identifiability

__all__ = ["comparison_table", "further_tables", "score_row"]

_SCORES = (
    *("accuracy_test_to_retest", "accuracy_retest_to_test", "accuracy_strict"),
    *("cohens_d", "i_diff", "mean_rank", "auc", "p_value"),
)


def score_row(
    method: str, score: FingerprintScore, intervals: Mapping[str, tuple[float, float]]
) -> dict[str, Any]:
    """Return one method's scores, with intervals over subjects."""
    return {
        "method": method,
        "subjects": len(score.hits),
        "accuracy": float(score.hits.mean()),
        **{name: getattr(score, name) for name in _SCORES},
        "margin_mean": float(score.margin.mean()),
        "margin_min": float(score.margin.min()),
        **{
            f"{name}_{end}": value
            for name, both in intervals.items()
            for end, value in zip(("lower", "upper"), both, strict=True)
        },
    }


def comparison_table(scores: Mapping[str, FingerprintScore]) -> pd.DataFrame:
    """Return tests between all pairs of methods, on the identification of the same subjects."""
    if len(scores) < 2:
        return pd.DataFrame(columns=["first", "second", "difference", "p", "p_holm"])
    hits = np.stack([score.hits for score in scores.values()], axis=1)
    return compare_methods(hits, list(scores))


def further_tables(
    stacks: Mapping[str, Stacks],
    table: RegionTable,
    options: Mapping[str, Any],
    reconstruct_with: int | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the fingerprint's tables of edges, of networks and of reconstruction.

    Those of networks are left out if the regions belong to none.

    Parameters
    ----------
    stacks
        Method → its matrices.
    table
        The regions, and the networks they belong to.
    options
        ``similarity``, ``normalise``, ``comparison`` and ``bins`` of `fingerprint`.
    reconstruct_with
        Seed for identifiability after reconstruction; None leaves this table out.
    """
    tables: dict[str, list[pd.DataFrame]] = {}
    for method, stack in stacks.items():
        icc, importance = _reliability(stack), _importance(stack, options)
        own = {"edges": _edges(stack, table, icc, importance)}
        if table.groups is not None:
            own["networks"] = _networks(stack, table.groups, options)
            own["network_pairs"] = _network_pairs(stack, table.groups, icc, importance)
        if reconstruct_with is not None:
            own["reconstruction"] = _reconstruction(stack, reconstruct_with)
        for name, rows in own.items():
            rows.insert(0, "method", method)
            tables.setdefault(name, []).append(rows)
    return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


def _reliability(stack: Stacks) -> np.ndarray:
    """Return the ICC of every edge, within pools: matrices of two models differ by the model."""
    icc = np.full(stack.test.shape[1:], np.nan)
    mask = edge_mask(len(icc), stack.directed)
    icc[mask] = stack.mean_over_pools(
        lambda test, retest: intraclass_correlation(
            np.stack([test[:, mask], retest[:, mask]], axis=1)
        )
    )
    return icc


def _importance(stack: Stacks, options: Mapping[str, Any]) -> np.ndarray:
    chosen = {name: options[name] for name in ("normalise", "comparison")}
    return stack.mean_over_pools(
        lambda test, retest: edge_importance(test, retest, **chosen, symmetric=not stack.directed)
    )


def _edges(
    stack: Stacks, table: RegionTable, icc: np.ndarray, importance: np.ndarray
) -> pd.DataFrame:
    target, source = np.nonzero(edge_mask(len(icc), stack.directed))
    regions = np.array(table.regions)
    return pd.DataFrame(
        {
            "target": regions[target],
            "source": regions[source],
            "icc": icc[target, source],
            "importance": importance[target, source],
        }
    )


def _networks(stack: Stacks, groups: tuple[str, ...], options: Mapping[str, Any]) -> pd.DataFrame:
    return identify_by_group(
        stack.test,
        stack.retest,
        groups,
        **options,
        symmetric=not stack.directed,
        pools=stack.pools,
    )


def _network_pairs(
    stack: Stacks, groups: tuple[str, ...], icc: np.ndarray, importance: np.ndarray
) -> pd.DataFrame:
    reliable = mean_by_groups(icc, groups, stack.directed)
    important = mean_by_groups(importance, groups, stack.directed)
    both = reliable.merge(important, on=["target", "source"], suffixes=("_icc", "_importance"))
    columns = ["target", "source", "mean_icc", "mean_importance", "edges_icc"]
    return both[columns].rename(columns={"edges_icc": "edges"})


def _reconstruction(stack: Stacks, seed: int) -> pd.DataFrame:
    """Return one row per pool; `why_not` is the reason if it can't be scored."""
    rows: list[dict[str, object]] = []
    for pool_number, (_, test, retest) in zip(np.unique(stack.pools), stack.by_pool(), strict=True):
        row: dict[str, object] = {"pool": int(pool_number), "subjects": len(test)}
        try:
            reconstructed = reconstructed_identifiability(
                test, retest, symmetric=not stack.directed, seed=seed
            )
            row |= {
                "components": " and ".join(map(str, reconstructed.components)),
                "i_diff": reconstructed.i_diff,
                "i_diff_reconstructed": reconstructed.i_diff_reconstructed,
                "why_not": "",
            }
        except ParameterError as error:
            row |= {"components": "", "i_diff": np.nan, "i_diff_reconstructed": np.nan}
            row["why_not"] = str(error)
        rows.append(row)
    return pd.DataFrame(rows)

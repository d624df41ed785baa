"""Net flow and asymmetry of directed matrices, per subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import rankdata
from scipy.stats import t as student_t

from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity

__all__ = ["Flow", "asymmetry", "flow_agreement", "flow_of", "mean_interval"]

_LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Flow:
    """Net flow and asymmetry of several subjects, by one directed method.

    Attributes
    ----------
    method
        Name of the method.
    regions
        Names of the regions.
    net
        What each region sends minus what it receives, in the units of the matrices.
    asymmetry
        Share of each subject's matrix that differs between the two directions; see `asymmetry`.
    """

    method: str
    regions: tuple[str, ...]
    net: Float[np.ndarray, "subject region"]
    asymmetry: Float[np.ndarray, " subject"]

    def per_group(
        self, groups: Sequence[str]
    ) -> tuple[tuple[str, ...], Float[np.ndarray, "subject group"]]:
        """Return the groups, and the mean net flow of each group's regions in every subject.

        Flow between regions of one group cancels, so that a group's mean is what the group sends
        to others minus what it receives from them, divided by its number of regions.

        Parameters
        ----------
        groups
            Network or lobe of every region.

        Raises
        ------
        ParameterError
            Unless there is one group per region.
        """
        if len(groups) != len(self.regions):
            raise ParameterError(
                f"every region needs a group; got {len(groups)} for {len(self.regions)} regions"
            )
        names = tuple(dict.fromkeys(groups))
        members = np.array([[group == name for group in groups] for name in names], dtype=float)
        return names, self.net @ (members / members.sum(axis=1, keepdims=True)).T


def flow_of(matrices: Sequence[Connectivity]) -> Flow:
    """Return the net flow and asymmetry of every subject.

    Parameters
    ----------
    matrices
        One matrix per subject, of one directed method and the same regions.

    Raises
    ------
    ParameterError
        If there is no matrix, they differ in method or regions, or the method isn't directed.

    Examples
    --------
    >>> import numpy as np
    >>> one_way = Connectivity(np.array([[0, 2.0], [0.5, 0]]), ("V1", "V2"), "granger", True)
    >>> flow = flow_of([one_way])
    >>> flow.net.tolist(), flow.asymmetry.tolist()
    ([[-1.5, 1.5]], [0.6])
    """
    kinds = {(matrix.method, matrix.regions) for matrix in matrices}
    if len(kinds) != 1:
        raise ParameterError(
            "net flow needs at least one matrix, and all of one method and the same regions; got "
            f"{len(matrices)} matrices of {len(kinds)} kinds"
        )
    ((method, regions),) = kinds
    net = np.array([matrix.net_flow().to_numpy() for matrix in matrices])
    return Flow(method, regions, net, np.array([asymmetry(matrix) for matrix in matrices]))


def flow_agreement(flows: Sequence[Flow]) -> pd.DataFrame:
    """Compare the methods' net flow of regions, in every subject.

    Parameters
    ----------
    flows
        One per directed method, of the same subjects and regions in the same order.

    Returns
    -------
    agreement
        One row per pair of methods, ``first`` and ``second``: ``r``, Spearman's correlation over
        regions, as the mean over subjects, with the ``lower`` and ``upper`` end of its 95 % t
        interval; ``subjects`` and ``regions``. A subject whose flow is equal in all regions isn't
        counted.

    Raises
    ------
    ParameterError
        If the methods differ in subjects or regions.
    """
    if len({(flow.regions, flow.net.shape) for flow in flows}) > 1:
        raise ParameterError("methods must have net flow of the same subjects and regions")
    rows = []
    for first, second in combinations(flows, 2):
        ranks = [rankdata(flow.net, axis=1) for flow in (first, second)]
        one, other = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
        norm = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        r = ((one * other).sum(axis=1)[norm > 0]) / norm[norm > 0]
        if len(r):
            mean, lower, upper = (float(end[0]) for end in mean_interval(r[:, None]))
            ends = {"r": mean, "lower": lower, "upper": upper}
            counts = {"subjects": len(r), "regions": len(first.regions)}
            rows.append({"first": first.method, "second": second.method, **ends, **counts})
    columns = ["first", "second", "r", "lower", "upper", "subjects", "regions"]
    return pd.DataFrame(rows, columns=columns)


def asymmetry(connectivity: Connectivity) -> float:
    """Return the share of a matrix that differs between the two directions.

    This is the sum of abs(A − Aᵀ) divided by the sum of abs(A) + abs(Aᵀ), both without the
    diagonal. It is 0 if the two directions of every pair are equal, and 1 if every pair has an
    entry in one direction only, or entries of opposite signs. It is NaN if all entries are 0.
    """
    values = connectivity.values[~np.eye(len(connectivity.regions), dtype=bool)]
    reverse = connectivity.values.T[~np.eye(len(connectivity.regions), dtype=bool)]
    whole = (np.abs(values) + np.abs(reverse)).sum()
    return float(np.abs(values - reverse).sum() / whole) if whole > 0 else float("nan")


def mean_interval(
    values: Float[np.ndarray, "subject ..."],
) -> tuple[
    Float[np.ndarray, "..."],
    Float[np.ndarray, "..."],
    Float[np.ndarray, "..."],
]:
    """Return the mean over subjects, and the ends of its 95 % t interval.

    The ends are NaN for a single subject.

    Raises
    ------
    ParameterError
        If there is no subject.
    """
    n = len(values)
    if n == 0:
        raise ParameterError("a mean over subjects needs a subject; got none")
    mean = values.mean(axis=0)
    if n == 1:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = student_t.isf((1 - _LEVEL) / 2, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return mean, mean - half, mean + half

"""Series with ground truth: NetSim, Sanchez-Romero's graphs, or a user's own arrays."""

import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from jaxtyping import Float, Shaped

from attnconn_core.errors import AttnconnError, ScanError
from attnconn_core.records import TimeSeries
from attnconn_core.sources.npy import read_layout

__all__ = ["KnownTruth", "read_known_truth"]


@dataclass(frozen=True, eq=False)
class KnownTruth:
    """Data sets with ground truth.

    Attributes
    ----------
    name
        Name of this kind of data sets, such as ``"netsim-sim3"``.
    series
        One series per data set, all with the same regions.
    truths
        Ground truth (target, source) of each data set; values other than zero are edges. The
        diagonal is kept as in the file; scores leave it out.
    window
        If runs are single samples, the number of frames that a model must read to predict the
        next one; None for series.

    Raises
    ------
    ScanError
        Unless each data set has a ground truth with as many regions.
    """

    name: str
    series: tuple[TimeSeries, ...]
    truths: tuple[Shaped[np.ndarray, "region region"], ...]
    window: int | None = None

    def __post_init__(self) -> None:
        if not self.series or len(self.series) != len(self.truths):
            raise ScanError(
                f"{self.name}: every data set needs a ground truth; got {len(self.series)} data "
                f"sets and {len(self.truths)} graphs"
            )
        for number, (series, truth) in enumerate(zip(self.series, self.truths, strict=True), 1):
            if truth.shape != (series.n_regions, series.n_regions):
                raise ScanError(
                    f"{self.name}: the ground truth of data set {number} must be "
                    f"({series.n_regions}, {series.n_regions}); got {truth.shape}"
                )

    def head(self, data_sets: int | None) -> "KnownTruth":
        """Return the first data sets; None returns all."""
        return replace(self, series=self.series[:data_sets], truths=self.truths[:data_sets])


def read_known_truth(path: Path, name: str, repetition_time: float) -> KnownTruth:
    """Read a file of data sets with ground truth.

    Parameters
    ----------
    path
        ``.npz`` with ``ts`` (data set, time, node) and ``net`` (data set, source, target)
        or ``adj`` (source, target), one for all; if both exist ``net`` is used. Or
        NetSim's original ``.mat``, with ``ts`` (data set × time, node), ``Nsubjects`` and
        ``net``. In both files rows are the *sources*: matrices are transposed when read.
    name
        Name of this kind of data sets.
    repetition_time
        Seconds, which the files don't state (NetSim's is 3 s in most simulations).

    Raises
    ------
    ScanError
        If the file can't be read, lacks an array, or the arrays don't fit; names the file.

    References
    ----------
    Smith et al. 2011, NeuroImage 54: 875–891; Sanchez-Romero et al. 2019, Network
    Neuroscience 3: 274–306.
    """
    arrays = _read_mat(path) if path.suffix == ".mat" else _read_npz(path)
    graphs = arrays["net"] if "net" in arrays else arrays.get("adj")
    series = arrays.get("ts")
    if series is None or graphs is None:
        raise ScanError(
            f"{path}: must hold ts and net or adj; got {', '.join(sorted(arrays)) or 'no array'}"
        )
    if series.dtype.kind not in "fiu" or graphs.dtype.kind not in "fiub":
        raise ScanError(
            f"{path}: series and ground truth must be real numbers; "
            f"got {series.dtype} and {graphs.dtype}"
        )
    if series.ndim != 3 or graphs.ndim not in (2, 3):
        raise ScanError(
            f"{path}: ts must be (data set, time, node) and the graph (data set, source, target) "
            f"or (source, target); got {series.shape} and {graphs.shape}"
        )
    if graphs.ndim == 2:
        graphs = np.broadcast_to(graphs, (len(series), *graphs.shape))
    nodes = tuple(f"node-{number}" for number in range(1, series.shape[2] + 1))
    try:
        return KnownTruth(
            name,
            tuple(TimeSeries((values,), repetition_time, nodes) for values in series),
            tuple(_target_first(graph) for graph in graphs),
        )
    except AttnconnError as error:
        raise ScanError(f"{path}: {error}") from error


def _target_first(
    graph: Shaped[np.ndarray, "source target"],
) -> Float[np.ndarray, "target source"]:
    return np.ascontiguousarray(graph.T, dtype=np.float64)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                key: _read_member(archive, f"{key}.npy")
                for key in ("ts", "net", "adj")
                if f"{key}.npy" in archive.namelist()
            }
    # A damaged archive raises errors of zipfile, zlib or NumPy's header.
    except Exception as error:
        raise ScanError(f"{path}: can't be read as an .npz of arrays: {error}") from error


def _read_member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Return an array after checking its header against the size stored in the archive."""
    with archive.open(name) as file:
        try:
            layout = read_layout(cast(io.BufferedIOBase, file), archive.getinfo(name).file_size)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        content = bytearray(file.read())
    return np.frombuffer(content, layout.dtype).reshape(layout.shape, order=layout.order)


def _read_mat(path: Path) -> dict[str, np.ndarray]:
    # Imported here because scipy.io takes long to import.
    from scipy.io import loadmat

    try:
        arrays: dict[str, Any] = loadmat(path, variable_names=["ts", "net", "Nsubjects"])
        stacked, n_sets = arrays["ts"], int(arrays["Nsubjects"].item())
        series = stacked.reshape(n_sets, -1, stacked.shape[-1])
    except KeyError as error:
        raise ScanError(f"{path}: lacks {error}; NetSim's files hold ts, net, Nsubjects") from error
    # A damaged file makes scipy's reader raise nearly any error.
    except Exception as error:
        raise ScanError(f"{path}: can't be read as one of NetSim's .mat files: {error}") from error
    return {"ts": series, **({"net": arrays["net"]} if "net" in arrays else {})}

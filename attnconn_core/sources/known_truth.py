"""Series whose network is known: NetSim, Sanchez-Romero's networks, or one's own arrays."""

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
    """A benchmark: data sets, and the network behind each.

    Attributes
    ----------
    name
        Such as ``"netsim-sim3"``.
    series
        One per data set, all with the same regions.
    truths
        (target, source) of each data set; an edge is there where it isn't zero. What the
        file says of the diagonal is kept; scores leave it out.
    window
        Where runs are single samples, the frames that a model must read to foretell the
        one that follows; None where they are series.

    Raises
    ------
    ScanError
        Unless there is a truth for each data set, of as many regions.
    """

    name: str
    series: tuple[TimeSeries, ...]
    truths: tuple[Shaped[np.ndarray, "region region"], ...]
    window: int | None = None

    def __post_init__(self) -> None:
        if not self.series or len(self.series) != len(self.truths):
            raise ScanError(
                f"{self.name}: every data set needs a network; got {len(self.series)} data sets "
                f"and {len(self.truths)} networks"
            )
        for number, (series, truth) in enumerate(zip(self.series, self.truths, strict=True), 1):
            if truth.shape != (series.n_regions, series.n_regions):
                raise ScanError(
                    f"{self.name}: the network of data set {number} must be "
                    f"({series.n_regions}, {series.n_regions}); got {truth.shape}"
                )

    def head(self, data_sets: int | None) -> "KnownTruth":
        """Take the first data sets; None takes all."""
        return replace(self, series=self.series[:data_sets], truths=self.truths[:data_sets])


def read_known_truth(path: Path, name: str, repetition_time: float) -> KnownTruth:
    """Read a file of data sets with known networks.

    Parameters
    ----------
    path
        ``.npz`` with ``ts`` (data set, time, node) and ``net`` (data set, source, target)
        or ``adj`` (source, target), one for all; where both are there ``net`` counts. Or
        NetSim's original ``.mat``, with ``ts`` (data set × time, node), ``Nsubjects`` and
        ``net``. In both the network's row is the *source*: it is transposed on the way in.
    name
        Of the benchmark.
    repetition_time
        Seconds; the files don't say (NetSim's is 3 s in most simulations).

    Raises
    ------
    ScanError
        Naming the file, if it can't be read, lacks an array, or the arrays don't fit.

    References
    ----------
    Smith et al. 2011, NeuroImage 54: 875–891; Sanchez-Romero et al. 2019, Network
    Neuroscience 3: 274–306.
    """
    arrays = _read_mat(path) if path.suffix == ".mat" else _read_npz(path)
    networks = arrays["net"] if "net" in arrays else arrays.get("adj")
    series = arrays.get("ts")
    if series is None or networks is None:
        raise ScanError(
            f"{path}: must hold ts and net or adj; got {', '.join(sorted(arrays)) or 'no array'}"
        )
    if series.dtype.kind not in "fiu" or networks.dtype.kind not in "fiub":
        raise ScanError(
            f"{path}: series and networks must be real numbers; "
            f"got {series.dtype} and {networks.dtype}"
        )
    if series.ndim != 3 or networks.ndim not in (2, 3):
        raise ScanError(
            f"{path}: ts must be (data set, time, node) and the network (data set, source, target) "
            f"or (source, target); got {series.shape} and {networks.shape}"
        )
    if networks.ndim == 2:
        networks = np.broadcast_to(networks, (len(series), *networks.shape))
    nodes = tuple(f"node-{number}" for number in range(1, series.shape[2] + 1))
    try:
        return KnownTruth(
            name,
            tuple(TimeSeries((each,), repetition_time, nodes) for each in series),
            tuple(_target_first(network) for network in networks),
        )
    except AttnconnError as error:
        raise ScanError(f"{path}: {error}") from error


def _target_first(
    network: Shaped[np.ndarray, "source target"],
) -> Float[np.ndarray, "target source"]:
    return np.ascontiguousarray(network.T, dtype=np.float64)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                key: _read_member(archive, f"{key}.npy")
                for key in ("ts", "net", "adj")
                if f"{key}.npy" in archive.namelist()
            }
    # A damaged archive raises what zipfile, zlib and NumPy's header do.
    except Exception as error:
        raise ScanError(f"{path}: can't be read as an .npz of arrays: {error}") from error


def _read_member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Read an array whose header announces what its archive says it holds."""
    with archive.open(name) as file:
        try:
            layout = read_layout(cast(io.BufferedIOBase, file), archive.getinfo(name).file_size)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        content = bytearray(file.read())
    return np.frombuffer(content, layout.dtype).reshape(layout.shape, order=layout.order)


def _read_mat(path: Path) -> dict[str, np.ndarray]:
    # Only where such a file is read: scipy.io takes its time to import.
    from scipy.io import loadmat

    try:
        found: dict[str, Any] = loadmat(path, variable_names=["ts", "net", "Nsubjects"])
        stacked, n_sets = found["ts"], int(found["Nsubjects"].item())
        series = stacked.reshape(n_sets, -1, stacked.shape[-1])
    except KeyError as error:
        raise ScanError(f"{path}: lacks {error}; NetSim's files hold ts, net, Nsubjects") from error
    # A damaged file makes scipy's reader raise nearly anything.
    except Exception as error:
        raise ScanError(f"{path}: can't be read as one of NetSim's .mat files: {error}") from error
    return {"ts": series, **({"net": found["net"]} if "net" in found else {})}

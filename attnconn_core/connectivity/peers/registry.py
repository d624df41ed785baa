"""The methods of other libraries, as the registry knows them, and which can be used here."""

from collections.abc import Mapping
from types import MappingProxyType

from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.peers.calltif import Calltif
from attnconn_core.connectivity.peers.direct_lingam import DirectLingam
from attnconn_core.connectivity.peers.library import EXTRA, is_installed
from attnconn_core.connectivity.peers.pcmci import Pcmci
from attnconn_core.connectivity.peers.pcmci_plus import PcmciPlus

__all__ = ["PEERS", "available_peers", "missing_peer"]

_FAMILY = "causal discovery"

_EVERY = (
    Method("pcmci", "PCMCI", _FAMILY, Pcmci, citation="Runge 2019"),
    Method("pcmci_plus", "PCMCI+", _FAMILY, PcmciPlus, citation="Runge 2020"),
    Method("calltif", "CaLLTiF (variant)", _FAMILY, Calltif, citation="Arab 2025"),
    Method("direct_lingam", "DirectLiNGAM", _FAMILY, DirectLingam, citation="Shimizu 2011"),
)

#: Name → method, whether its library is installed or not.
PEERS: Mapping[str, Method] = MappingProxyType({peer.name: peer for peer in _EVERY})


def available_peers() -> dict[str, Method]:
    """Return the methods whose library is installed."""
    return {
        name: method for name, method in PEERS.items() if is_installed(method.estimator.library)
    }


def missing_peer(name: str) -> str | None:
    """Say how to get a method whose library isn't installed; None of any other name."""
    if name not in PEERS or is_installed(PEERS[name].estimator.library):
        return None
    return f"{name} needs the library {PEERS[name].estimator.library}: {EXTRA}"

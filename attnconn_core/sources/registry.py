"""The registry of sources, by the value of the study key ``source``."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from inspect import isclass
from typing import Any

from attnconn_core.errors import ParameterError
from attnconn_core.plugins import Registry, registry
from attnconn_core.sources.abilities import brings_phenotypes, fetches
from attnconn_core.sources.arrays import ArrayFolder
from attnconn_core.sources.base import Source
from attnconn_core.sources.bids.derivatives import BidsDerivatives
from attnconn_core.sources.hcp import HcpTree
from attnconn_core.sources.sample import HcpSample
from attnconn_core.sources.simulated import Simulated

__all__ = ["ENTRY_POINTS", "SOURCES", "source_class", "sources"]

#: The group of entry points for sources.
ENTRY_POINTS = "attnconn.sources"

#: The sources of this package.
SOURCES: Mapping[str, type[Source]] = Registry(
    {
        "hcp_sample": HcpSample,
        "hcp": HcpTree,
        "bids": BidsDerivatives,
        "arrays": ArrayFolder,
        "simulated": Simulated,
    },
    {},
)

_MEMBERS = tuple(name for name in vars(Source) if not name.startswith("_"))


@cache
def sources() -> Registry[type[Any]]:
    """Return every source: `SOURCES`, then those of other installed packages.

    An entry point of the group ``attnconn.sources`` has as its name the value of the study key
    ``source``, and refers to a dataclass with the methods of `Source`. The
    fields of the dataclass are the study's keys (see `StudyKey`).

    Raises
    ------
    ParameterError
        If two packages use one name. A source of another package that can't be used isn't
        listed, and raises this error when it is looked up; see `Registry`.
    """
    return registry(ENTRY_POINTS, "source", SOURCES, source_class)


# Any: an entry point may refer to anything.
def source_class(word: str, source: Any) -> type[Any]:  # noqa: ARG001  (any word will do)
    """Return a class that can be a source.

    Parameters
    ----------
    word
        Value of the study key ``source`` for it.
    source
        Class to check.

    Raises
    ------
    ParameterError
        If it isn't a dataclass, lacks a member of `Source`, or lacks the method of an
        ability that it announces.
    """
    if not isclass(source) or not dataclasses.is_dataclass(source):
        raise ParameterError(f"must be a dataclass; got {source!r}")
    fields = {field.name for field in dataclasses.fields(source)}
    lacking = [name for name in _MEMBERS if name not in fields and not hasattr(source, name)]
    if lacking:
        raise ParameterError(
            f"must have {', '.join(_MEMBERS)}; its class lacks {', '.join(lacking)}"
        )
    announced = {"phenotypes": brings_phenotypes(source), "fetch": fetches(source)}
    for method, promised in announced.items():
        if promised and not callable(getattr(source, method, None)):
            raise ParameterError(
                f"its class must have the method {method}(), which it announces; got "
                f"{getattr(source, method, None)!r}"
            )
    return source

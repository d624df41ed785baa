"""Recipes: the code and the settings that an asset is made with.

The code version is a hash of the syntax, without docstrings and comments, of the asset's module
and of all modules that it reaches in the core and in `attnconn_assets.assets`. Names are followed
through ``__init__`` files to the module that defines them. A version typed by hand would be
forgotten, and a hash of whole files would change with every comment.

Figures are left out, so that a new colour doesn't retrain a model. An asset whose figures are part
of its result names their module in its recipe.
"""

import ast
import dataclasses
import functools
import hashlib
import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from attnconn_core.connectivity.method import Method
from attnconn_core.errors import ParameterError

__all__ = ["Recipe", "as_json", "code_version", "reached_modules"]

_ROOTS = ("attnconn_core", "attnconn_assets.assets")
_OURS = ("attnconn_core", "attnconn_assets")
# To be raised when the same result would be stored in another form.
_FORMAT = 1
_FIGURES = "attnconn_core.figures"
_DATA = (".csv", ".bib")  # endings of data files that belong to the module of their name
# Registries only list things; what an asset uses of them is in its recipe by name.
_LISTS = frozenset(
    f"attnconn_core.{room}.registry"
    for room in ("connectivity", "export", "figures", "scoring", "sources")
)


@dataclass(frozen=True)
class Recipe:
    """How an asset is made: the modules it starts from and the settings it reads.

    Attributes
    ----------
    asset
        The asset's name.
    calls
        Modules, such as ``"attnconn_core.connectivity.pearson"``.
    settings
        Name → value; records and models count by class and fields.
    needs
        Names of the assets that are read.
    """

    asset: str
    calls: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of code and settings; if it changes, the asset is stale."""
        parts = {
            "code": code_version(*self.calls),
            "format": _FORMAT,
            "needs": sorted(self.needs),
            "settings": as_json(self.settings),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def as_json(value: Any) -> Any:
    """Return a setting as JSON values; equal settings give equal values.

    A method is represented by what determines its numbers, without its label.
    """
    if isinstance(value, Method):
        return {"name": value.name, **as_json(value.settings())}
    match value:
        case None | bool() | int() | float() | str():
            return value
        case BaseModel():
            return {"class": _named(type(value)), **as_json(value.model_dump(mode="json"))}
        case Mapping():
            return {str(key): as_json(member) for key, member in value.items()}
        case list() | tuple():
            return [as_json(member) for member in value]
        case set() | frozenset():
            return sorted(map(as_json, value), key=repr)
        case np.ndarray() | np.generic():
            return value.tolist()
        case Path():
            return str(value)
    return _record(value)


def _record(value: Any) -> Any:
    """Return a dataclass or a class as JSON values."""
    if isinstance(value, type):
        return _named(value)
    if dataclasses.is_dataclass(value):
        own = {
            attribute.name: as_json(getattr(value, attribute.name))
            for attribute in dataclasses.fields(value)
        }
        return {"class": _named(type(value)), **own}
    raise ParameterError(
        f"a setting must be a number, a text, a path, or a record or collection of those; "
        f"got {value!r}, a {type(value).__name__}"
    )


def _named(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


@functools.cache
def code_version(*modules: str) -> str:
    """Return a hash of the syntax of `modules` and all modules of attnconn that they reach."""
    reached = sorted({name for module in modules for name in reached_modules(module)})
    return hashlib.sha256("".join(_syntax(name) for name in reached).encode()).hexdigest()[:16]


@functools.cache
def reached_modules(module: str) -> frozenset[str]:
    """Return a module and all modules of attnconn that it imports, directly or indirectly.

    For a module of another package, that package's modules are followed too.
    """
    roots = _ROOTS if _is_within(module, _OURS) else (*_ROOTS, module.partition(".")[0])
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(_imported(name, roots))
    return frozenset(seen)


@functools.cache
def _imported(module: str, roots: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modules that a module imports, without figures unless it is one itself."""
    return tuple(_follow_imports(module, roots))


def _follow_imports(module: str, roots: tuple[str, ...]) -> Iterator[str]:
    drawing = module.startswith(_FIGURES)
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names if _is_within(alias.name, roots)]
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, module)
            if not _is_within(source, roots):
                continue
            modules = [_home_of(source, alias.name) for alias in node.names]
        else:
            continue
        yield from (
            name
            for name in modules
            if name not in _LISTS and (drawing or not name.startswith(_FIGURES))
        )


def _absolute(node: ast.ImportFrom, module: str) -> str:
    """Return the absolute name of the module that an import is from."""
    if not node.level:
        return node.module or ""
    is_package = _source(module).name == "__init__.py"
    package = module if is_package else module.rpartition(".")[0]
    return importlib.util.resolve_name("." * node.level + (node.module or ""), package)


def _home_of(package: str, name: str) -> str:
    """Return the module that defines a name of a package."""
    submodule = f"{package}.{name}"
    if _source(package).name != "__init__.py":
        return package
    # As in Python, a name in the package comes before a submodule of that name.
    for node in ast.walk(_tree(package)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    source = _absolute(node, package)
                    if source != package:
                        return _home_of(source, alias.name)
    return package if importlib.util.find_spec(submodule) is None else submodule


def _is_within(module: str, roots: tuple[str, ...]) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in roots)


@functools.cache
def _source(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no module {module!r} to derive a code version from")
    return Path(spec.origin)


@functools.cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_source(module).read_text(encoding="utf-8"))


@functools.cache
def _syntax(module: str) -> str:
    """Return a module's syntax without docstrings, plus the data files beside it, if any."""
    tree = _tree(module)  # changed in place: docstrings are used nowhere else
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    beside = (_source(module).with_suffix(ending) for ending in _DATA)
    return ast.dump(tree) + "".join(
        data.read_text(encoding="utf-8") for data in beside if data.exists()
    )

"""Recipes: the code and the settings that an asset is made with.

A version typed by hand is forgotten; a hash of every file changes with every comment.
The code version is the hash of the syntax, docstrings and comments aside, of the asset's
own module and of all that it reaches in the core and among the assets, followed name by
name through the packages' tables of contents.

Figures are left out where an asset only shows them: another colour must not train a model
anew. An asset whose figures are part of its result names their module in its recipe.
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
# Raised when stored files would hold other values for the same result.
_FORMAT = 1
_FIGURES = "attnconn_core.figures"
# Registries list what there is. What an asset uses of them stands in its recipe by name.
_LISTS = frozenset(
    f"attnconn_core.{room}.registry" for room in ("connectivity", "figures", "scoring", "sources")
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
        Name → value; records and models count by their class and their fields.
    needs
        The assets that are read.
    """

    asset: str
    calls: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A hash of code and settings: another one means that the asset is stale."""
        parts = {
            "code": code_version(*self.calls),
            "format": _FORMAT,
            "needs": sorted(self.needs),
            "settings": as_json(self.settings),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def as_json(value: Any) -> Any:
    """Turn a setting into what JSON can hold: the same value, always the same text.

    A method counts by what determines its numbers, and not by its label.
    """
    if isinstance(value, Method):
        return {"name": value.name, **as_json(value.settings())}
    match value:
        case None | bool() | int() | float() | str():
            return value
        case BaseModel():
            return {"class": _named(type(value)), **as_json(value.model_dump(mode="json"))}
        case Mapping():
            return {str(key): as_json(each) for key, each in value.items()}
        case list() | tuple():
            return [as_json(each) for each in value]
        case set() | frozenset():
            return sorted(map(as_json, value), key=repr)
        case np.ndarray() | np.generic():
            return value.tolist()
        case Path():
            return str(value)
    return _record(value)


def _record(value: Any) -> Any:
    """Turn a dataclass, or a class, into what JSON can hold."""
    if isinstance(value, type):
        return _named(value)
    if dataclasses.is_dataclass(value):
        own = {each.name: as_json(getattr(value, each.name)) for each in dataclasses.fields(value)}
        return {"class": _named(type(value)), **own}
    raise ParameterError(
        f"a setting must be a number, a text, a path, or a record or collection of those; "
        f"got {value!r}, a {type(value).__name__}"
    )


def _named(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


@functools.cache
def code_version(*modules: str) -> str:
    """Hash the syntax of every module of ours that `modules` reach, themselves included."""
    reached = sorted({name for module in modules for name in reached_modules(module)})
    return hashlib.sha256("".join(_syntax(name) for name in reached).encode()).hexdigest()[:16]


@functools.cache
def reached_modules(module: str) -> frozenset[str]:
    """Return the modules of ours that a module imports, directly or not, and itself.

    Of a module of another package that package's modules are followed, too.
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
    """Return what a module imports, but for figures where it isn't one itself."""
    return tuple(_follow_imports(module, roots))


def _follow_imports(module: str, roots: tuple[str, ...]) -> Iterator[str]:
    drawing = module.startswith(_FIGURES)
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names if _is_within(alias.name, roots)]
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, module)
            if not _is_within(source, roots):
                continue
            found = [_home_of(source, alias.name) for alias in node.names]
        else:
            continue
        yield from (
            name
            for name in found
            if name not in _LISTS and (drawing or not name.startswith(_FIGURES))
        )


def _absolute(node: ast.ImportFrom, module: str) -> str:
    """Return where an import is from, also where that is said relative to the module."""
    if not node.level:
        return node.module or ""
    is_package = _source(module).name == "__init__.py"
    package = module if is_package else module.rpartition(".")[0]
    return importlib.util.resolve_name("." * node.level + (node.module or ""), package)


def _home_of(package: str, name: str) -> str:
    """Find the module that defines what a package offers under a name."""
    submodule = f"{package}.{name}"
    if _source(package).name != "__init__.py":
        return package
    # As Python does: what the package itself names comes before a submodule of that name.
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
    """Return a module's code without its docstrings, and the data file beside it, if any."""
    tree = _tree(module)  # may lose its docstrings: nobody else reads them
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    data = _source(module).with_suffix(".csv")
    return ast.dump(tree) + (data.read_text(encoding="utf-8") if data.exists() else "")

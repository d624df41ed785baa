"""Recipes: the code and the settings that an asset is made with.

A version typed by hand is forgotten; a hash of every file changes with every comment.
The code version is the hash of the syntax, docstrings and comments aside, of the asset's
own module and of all that it reaches in the core and among the assets, followed name by
name through the packages' tables of contents.

Figures are left out where an asset only shows them: another colour must not train a model
anew. An asset whose figures are part of its result names their module in its recipe.
"""

import ast
import copy
import dataclasses
import functools
import hashlib
import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from attnconn_core.connectivity.method import Method

__all__ = ["Recipe", "as_json", "code_version", "reached_modules"]

_ROOTS = ("attnconn_core", "attnconn_assets.assets")
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
        Name → value; records and models count by their fields.
    """

    asset: str
    calls: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A hash of code and settings: another one means that the asset is stale."""
        settings = json.dumps(as_json(self.settings), sort_keys=True)
        return hashlib.sha256(f"{code_version(*self.calls)}{settings}".encode()).hexdigest()[:16]


def as_json(value: Any) -> Any:
    """Turn a setting into what JSON can hold: the same value, always the same text.

    A method counts by what determines its numbers, and not by its label.
    """
    if isinstance(value, Method):
        return {"name": value.name, **as_json(value.settings())}
    if isinstance(value, BaseModel):
        return as_json(value.model_dump(mode="json"))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: as_json(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


@functools.cache
def code_version(*modules: str) -> str:
    """Hash the syntax of every module of ours that `modules` reach, themselves included."""
    reached = sorted({name for module in modules for name in reached_modules(module)})
    return hashlib.sha256("".join(_syntax(name) for name in reached).encode()).hexdigest()[:16]


@functools.cache
def reached_modules(module: str) -> frozenset[str]:
    """Return the modules of ours that a module imports, directly or not, and itself."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(_imported(name))
    return frozenset(seen)


def _imported(module: str) -> Iterator[str]:
    """Follow what a module imports, but for figures where it isn't one itself."""
    drawing = module.startswith(_FIGURES)
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names if _is_ours(alias.name)]
        elif isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module):
            found = [_home_of(node.module, alias.name) for alias in node.names]
        else:
            continue
        yield from (
            name
            for name in found
            if name not in _LISTS and (drawing or not name.startswith(_FIGURES))
        )


def _home_of(package: str, name: str) -> str:
    """Find the module that defines what a package offers under a name."""
    submodule = f"{package}.{name}"
    if _source(package).name != "__init__.py":
        return package
    # As Python does: what the package itself names comes before a submodule of that name.
    for node in ast.walk(_tree(package)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _home_of(node.module, alias.name)
    return package if importlib.util.find_spec(submodule) is None else submodule


def _is_ours(module: str) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in _ROOTS)


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
    tree = copy.deepcopy(_tree(module))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)

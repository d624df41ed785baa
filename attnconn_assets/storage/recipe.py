"""What an asset is made with: the code version, derived from the code that it reaches.

A version typed by hand is forgotten; a hash of every file changes with every comment.
This one is the hash of the syntax, docstrings and comments aside, of the core modules
that an asset's entry points import, followed name by name through the packages'
tables of contents.
"""

import ast
import copy
import functools
import hashlib
import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Recipe", "code_version", "reached_modules"]

_ROOT = "attnconn_core"


@dataclass(frozen=True)
class Recipe:
    """How an asset is made: the core modules it calls and the settings it reads.

    Attributes
    ----------
    asset
        The asset's name.
    calls
        Core modules, such as ``"attnconn_core.connectivity.pearson"``.
    settings
        The study fields that are read, as JSON.
    """

    asset: str
    calls: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A hash of code and settings: another one means that the asset is stale."""
        settings = json.dumps(self.settings, sort_keys=True, default=str)
        return hashlib.sha256(f"{code_version(*self.calls)}{settings}".encode()).hexdigest()[:16]


@functools.cache
def code_version(*modules: str) -> str:
    """Hash the syntax of every core module that `modules` reach, themselves included."""
    reached = sorted({name for module in modules for name in reached_modules(module)})
    return hashlib.sha256("".join(_syntax(name) for name in reached).encode()).hexdigest()[:16]


@functools.cache
def reached_modules(module: str) -> frozenset[str]:
    """Names of the core modules that a core module imports, directly or not."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(_imported(name))
    return frozenset(seen)


def _imported(module: str) -> Iterator[str]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _is_ours(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module):
            for alias in node.names:
                yield _home_of(node.module, alias.name)


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
    return module == _ROOT or module.startswith(f"{_ROOT}.")


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

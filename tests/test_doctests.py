"""The examples in docstrings are right."""

import doctest
import importlib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
MODULES = [
    ".".join(file.relative_to(REPOSITORY).with_suffix("").parts)
    for package in ("attnconn_core", "attnconn_assets")
    for file in sorted((REPOSITORY / package).rglob("*.py"))
    if ">>> " in (text := file.read_text(encoding="utf-8")) and "doctest: +SKIP" not in text
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    done = doctest.testmod(importlib.import_module(name.removesuffix(".__init__")))
    assert done.attempted > 0
    assert done.failed == 0

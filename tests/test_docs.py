"""Pages of ``docs/`` that are derived are up to date, and what pages name is there."""

import re
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"


@pytest.fixture(scope="module")
def study_keys():
    sys.path.insert(0, str(DOCS))
    try:
        import study_keys

        return study_keys
    finally:
        sys.path.remove(str(DOCS))


def test_the_page_of_keys_is_what_checks_a_study(study_keys):
    assert study_keys.PAGE.read_text(encoding="utf-8") == study_keys.page(), "make lists writes it"


def test_every_key_says_what_it_means(study_keys):
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", study_keys.page(), flags=re.M)
    assert len(rows) > 100
    assert [key for key, meaning in rows if not meaning.strip()] == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_names_files_that_are_there(page):
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:docs|tests|examples|studies|experiments)/[\w./-]+)`", text)
    missing = [name for name in named if not list(REPOSITORY.glob(f"{name}*"))]
    assert missing == []


def test_every_figure_of_the_report_is_explained():
    sys.path.insert(0, str(DOCS))
    try:
        from demo_images import PICTURES
    finally:
        sys.path.remove(str(DOCS))
    text = (DOCS / "figures.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\(images/([\w]+)\.webp\)", text)
    assert set(shown) == set(PICTURES)
    assert {path.stem for path in (DOCS / "images").iterdir()} == set(PICTURES)

"""The tutorial works to the letter: its blocks run in order, on the results of ``make demo``.

`.ci/run` runs this after the demo, by ``make test-studies``.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = (REPOSITORY / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, flags=re.S)
STUDY, PICTURE, EXPORTED = "my_first.yaml", "attention.png", "first_results"

pytestmark = pytest.mark.studies


@pytest.fixture
def checkout():
    """The checkout with the demo's results; what the tutorial leaves is removed."""
    if not (REPOSITORY / "store/hcp_sample/report.html").is_file():
        pytest.skip("needs the results of the demo: make demo")
    for left in (STUDY, PICTURE, EXPORTED):
        if (REPOSITORY / left).exists():
            pytest.skip(f"{left} stands in the checkout, perhaps from reading the tutorial")
    yield REPOSITORY
    for left in (STUDY, PICTURE):
        (REPOSITORY / left).unlink(missing_ok=True)
    shutil.rmtree(REPOSITORY / EXPORTED, ignore_errors=True)


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_every_block_runs(checkout):
    printed = []
    for language, text in BLOCKS:
        if language == "python":
            printed.append(run([sys.executable, "-c", text], checkout))
        elif language == "yaml":
            (checkout / STUDY).write_text(text, encoding="utf-8")
        elif text.startswith(".venv/bin/attnconn "):
            printed.append(run(["sh", "-c", text], checkout))
    matrix, trace, check, made, exported, cleaned = printed
    assert "target" in matrix
    assert trace.startswith("attention_subject/sub-101309_ses-test")
    assert "7 subjects, 14 sessions" in check
    assert "0 failed" in made
    assert f"in {checkout / EXPORTED}" in exported
    assert (checkout / EXPORTED / "scores.csv").is_file()
    assert cleaned.splitlines()[-1].startswith("my_first: removed")
    assert (checkout / PICTURE).is_file()


def test_its_commands_by_make_are_there():
    made = {text.strip() for language, text in BLOCKS if text.startswith("make ")}
    assert made == {"make demo", "make dev"}


def test_the_table_is_the_demos(checkout):
    """Labels and columns of the shortened table stand in what the demo prints."""
    from attnconn_core.results import Results

    results = Results(checkout / "store/hcp_sample")
    accuracy = results.table("fingerprint", "scores").set_index("method")
    assert (accuracy["accuracy_strict"] == 1).all()
    (table,) = [text for _, text in BLOCKS if "identified" in text]
    skill = results.table("forecast_skill", "scores")
    for method, label in (("ar", "AR (own past)"), ("attention_subject", "Attention (subject)")):
        (line,) = [line for line in table.splitlines() if label in line]
        mean = skill.loc[skill["method"] == method, "r2"].mean()
        assert f"{mean:.3f}" in line

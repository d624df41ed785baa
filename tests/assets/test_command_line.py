"""The command line answers before anything heavy is imported, wherever options stand."""

import os
import subprocess
import sys

import pytest

from attnconn_assets.__main__ import _parser, main

HEAVY = ("torch", "dagster", "mlflow", "pandas", "sklearn", "numpy")


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--help"], 0), (["rum"], 2), (["--version"], 0)]
)
def test_help_and_a_typo_import_nothing_heavy(arguments, status):
    code = (
        "import sys\nfrom attnconn_assets.__main__ import main\n"
        f"try:\n    main({arguments})\nexcept SystemExit as end:\n    status = end.code\n"
        f"print([name for name in {HEAVY} if name in sys.modules], status)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.endswith(f"[] {status}\n")


@pytest.mark.parametrize("arguments", [["--study", "a.yaml", "run"], ["run", "--study", "a.yaml"]])
def test_the_study_may_be_named_before_the_command_or_after_it(arguments):
    assert _parser().parse_args(arguments).study == "a.yaml"


def test_a_study_that_is_not_there_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DAGSTER_HOME", os.fspath(tmp_path))
    assert main(["run", "--study", os.fspath(tmp_path / "none.yaml")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("attnconn: ")
    assert "none.yaml: can't be read: No such file" in line

"""A command in a copied environment would run the original's code, so it is refused."""

import sys
from pathlib import Path

import pytest

from attnconn_assets.__main__ import main
from attnconn_assets.environment import require_own_environment
from attnconn_core.errors import StudyError


@pytest.fixture
def copied(tmp_path):
    """A script in another environment than that of the running Python."""
    script = tmp_path / ".venv" / "bin" / "attnconn"
    script.parent.mkdir(parents=True)
    script.touch()
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    return script


def test_a_script_of_another_environment_is_refused(copied):
    with pytest.raises(StudyError, match=r"this one runs that of .*`make setup`") as refused:
        require_own_environment(str(copied))
    assert str(copied.parents[1]) in str(refused.value)
    assert sys.prefix in str(refused.value)


def test_a_command_says_so_before_anything_else(copied, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(copied), "check"])
    assert main(["--study", "nothing.yaml", "check"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "from which it was copied" in line


def test_the_own_environment_and_modules_are_not_refused(copied, tmp_path):
    require_own_environment(str(Path(sys.prefix) / "bin" / "attnconn"))
    require_own_environment(str(tmp_path / "attnconn_assets" / "__main__.py"))
    link = tmp_path / "attnconn"
    link.symlink_to(Path(sys.prefix) / "bin" / "attnconn")
    require_own_environment(str(link))
    (copied.parents[1] / "pyvenv.cfg").unlink()  # a folder of programs, such as /usr/local/bin
    require_own_environment(str(copied))

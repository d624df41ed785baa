"""Watches the study file while `attnconn dev` is open, and reloads it after a change."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attnconn_assets.operation.calling import short
from attnconn_assets.operation.servers.code_server import Answer, CodeServer, say
from attnconn_assets.storage.user_files import hashed
from attnconn_core.errors import AttnconnError

__all__ = ["StudyWatch"]


class StudyWatch:
    """Reloads the code when the content of the study, or of a file that it names, has changed.

    A changed file counts once it was the same at two looks, as an editor may be writing it.

    Parameters
    ----------
    study
        The study file.
    read_named_files
        Function that reads and validates the study, and returns the files that it names.
    server
        The code server, which holds the study as it was when the code was loaded.
    """

    def __init__(
        self, study: Path, read_named_files: Callable[[], Sequence[Path]], server: CodeServer
    ) -> None:
        self._study, self._read_named_files, self._server = study, read_named_files, server
        self._loaded = self._seen = _contents([study, *read_named_files()])
        self._refused = ""

    def look(self) -> None:
        """Compare the files with what was loaded; call it every few seconds."""
        before, self._seen = self._seen, _contents(self._loaded)
        if self._seen != before or (self._seen == self._loaded and not self._refused):
            return
        if self._server.answer() is Answer.AWAY:  # it is loading the study for the first time
            return
        try:
            named = self._read_named_files()
        except AttnconnError as error:
            self._refuse(str(error))
            return
        changed = [path for path, content in self._seen.items() if content != self._loaded[path]]
        self._refused = ""
        self._loaded = self._seen = _contents([self._study, *named])
        names = ", ".join(map(short, changed or [self._study]))
        say(f"{names} changed; Dagster reads the study again")
        self._server.renew()

    def _refuse(self, problem: str) -> None:
        """Print once what is wrong with the study; the loaded code stays."""
        if problem != self._refused:
            message = " ".join(problem.split())
            say(
                f"{message}: Dagster's pages keep the former study; runs fail until "
                "the file is corrected"
            )
        self._refused = problem


def _contents(files: Sequence[Path] | Mapping[Path, str]) -> dict[Path, str]:
    """Return the hash of each file; empty if it can't be read."""
    return {path: _content(path) for path in files}


def _content(path: Path) -> str:
    try:
        return str(hashed(path)["sha256"])
    except (OSError, TypeError):  # it isn't there, or was removed a moment ago
        return ""

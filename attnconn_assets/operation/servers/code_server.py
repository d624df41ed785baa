"""Dagster's code server: checks whether its code process answers, and reloads the code.

The server runs the code in a child process. The child can end alone, for example if no request
reached it for a while or the system killed it. The server then keeps running and answers every
request with an error, and Dagster doesn't replace the child.
"""

import enum
from pathlib import Path

from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._grpc.client import DagsterGrpcClient
from dagster._serdes import deserialize_value
from dagster_shared.error import SerializableErrorInfo

__all__ = ["Answer", "CodeServer", "CodeWatch", "say"]

_TIMEOUT = 30  # seconds for one answer, on a busy machine
_LOADING = 600  # seconds for loading the code
_LOOKS_IF_GONE, _LOOKS_IF_SLOW = 3, 6  # in a row, before the code is loaded again


class Answer(enum.Enum):
    """Answer of the code process.

    `GONE`: the server runs, its code process has ended. `SLOW`: no answer in time. `AWAY`: no
    server, or one that is loading the code for the first time.
    """

    THERE = "there"
    GONE = "gone"
    SLOW = "slow"
    AWAY = "away"


_BY_STATUS = {"UNKNOWN": Answer.GONE, "DEADLINE_EXCEEDED": Answer.SLOW}


class CodeServer:
    """The code server that listens on a socket."""

    def __init__(self, socket: Path) -> None:
        self._client = DagsterGrpcClient(socket=str(socket))

    def answer(self) -> Answer:
        """Ask the code which process it is."""
        try:
            self._client.get_server_id(timeout=_TIMEOUT)
        except DagsterUserCodeUnreachableError as error:
            # The status of gRPC's own error, which Dagster's is raised from.
            code = getattr(error.__cause__, "code", None)
            return _BY_STATUS.get(code().name, Answer.AWAY) if code else Answer.AWAY
        return Answer.THERE

    def reload(self) -> str:
        """Load the code in a new process; return the error, or an empty text.

        Unfinished Dagster runs keep the process in which they began; it ends after them. The
        page and the daemon use the new code within seconds.
        """
        try:
            self._client.reload_code(timeout=_LOADING)
        except DagsterUserCodeUnreachableError as error:
            # Also raised if the reload worked but the former process had already ended.
            if self.answer() is not Answer.THERE:
                return str(error)
        try:
            repositories = deserialize_value(self._client.list_repositories())
        except DagsterUserCodeUnreachableError as error:
            return str(error)
        return _root_cause(repositories) if isinstance(repositories, SerializableErrorInfo) else ""

    def renew(self) -> None:
        """Load the code in a new process, and print the error if that fails."""
        if problem := self.reload():
            say(f"Dagster's code can't be loaded: {problem}")


class CodeWatch:
    """Reloads the code if its process has ended, or hasn't answered for minutes."""

    def __init__(self, server: CodeServer) -> None:
        self._server = server
        self._failed = 0

    def look(self) -> None:
        """Ask once; call it every few seconds."""
        answer = self._server.answer()
        if answer not in (Answer.GONE, Answer.SLOW):
            self._failed = 0
            return
        self._failed += 1
        if self._failed < (_LOOKS_IF_GONE if answer is Answer.GONE else _LOOKS_IF_SLOW):
            return
        self._failed = 0
        what = "has ended" if answer is Answer.GONE else "doesn't answer"
        say(f"Dagster's code process {what}; starting it again")
        self._server.renew()


def say(line: str) -> None:
    """Print a line without buffering."""
    print(line, flush=True)


def _root_cause(error: SerializableErrorInfo) -> str:
    """Return the last of the errors that one was raised from, in one line."""
    while error.cause is not None:
        error = error.cause
    return " ".join(error.message.split())

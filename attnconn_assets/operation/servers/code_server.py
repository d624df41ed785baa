"""Dagster's code server: whether its code answers, and how that is loaded again.

The server keeps the code in a process of its own. That process can end alone: it does where
nobody was able to reach it for a while, or where the system killed it. The server then goes on,
answers every question with an error, and Dagster starts nothing in the place of the process.
"""

import enum
from pathlib import Path

from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._grpc.client import DagsterGrpcClient
from dagster._serdes import deserialize_value
from dagster_shared.error import SerializableErrorInfo

__all__ = ["Answer", "CodeServer", "CodeWatch", "say"]

_TIMEOUT = 30  # seconds for one answer, on a machine whose cores are all at work
_LOADING = 600  # seconds for loading the code
_LOOKS_IF_GONE, _LOOKS_IF_SLOW = 3, 6  # in a row, before the code is loaded again


class Answer(enum.Enum):
    """What came back from the code.

    `GONE` is said by the server whose code has ended, `SLOW` where no answer comes in time, `AWAY`
    where there is no server, or one that still loads the code for the first time.
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
        """Load the code in a new process; return why that failed, or nothing.

        Dagster's runs that go on keep the process that they began in, which ends after them. The
        page and the daemon take up the new code by themselves, in seconds.
        """
        try:
            self._client.reload_code(timeout=_LOADING)
        except DagsterUserCodeUnreachableError as error:
            # Also where all is well but the former process couldn't be told to end: it has ended.
            if self.answer() is not Answer.THERE:
                return str(error)
        try:
            found = deserialize_value(self._client.list_repositories())
        except DagsterUserCodeUnreachableError as error:
            return str(error)
        return _root_cause(found) if isinstance(found, SerializableErrorInfo) else ""

    def renew(self) -> None:
        """Load the code in a new process, and say why if that fails."""
        if problem := self.reload():
            say(f"Dagster's code can't be loaded: {problem}")


class CodeWatch:
    """Has the code loaded again when its process has ended, or doesn't answer for minutes."""

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
        say(f"The process of Dagster's code {what}; it is started again")
        self._server.renew()


def say(line: str) -> None:
    """Print a line at once, wherever the output goes."""
    print(line, flush=True)


def _root_cause(error: SerializableErrorInfo) -> str:
    """Return the last of the errors that one was raised from, in one line."""
    while error.cause is not None:
        error = error.cause
    return " ".join(error.message.split())

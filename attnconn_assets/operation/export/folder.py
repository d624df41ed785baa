"""The folder of an export: what may be written into it, and a list of what was.

``exported.jsonl`` lists the files: first a line about the study, then one per file. Each file is
added before it is written, so that the list is right after an interruption, too.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from attnconn_core.errors import InputError
from attnconn_core.export import write_file
from attnconn_core.wording import few_and_more

__all__ = ["LIST", "ExportFolder"]

LIST = "exported.jsonl"
_SHOWN = 3
_RULE = "an export goes into a new or empty folder, or one with an earlier export of the same study"


class ExportFolder:
    """A folder that an export may write into; a context in which it is open.

    Afterwards it holds the files that were written, and what others put there. Files of an earlier
    export that weren't written again are removed.

    Parameters
    ----------
    path
        The folder; it is made if it doesn't exist.
    study
        Name of the study.
    kept
        Folders of the platform, in which nothing may be written.

    Attributes
    ----------
    written
        Name of each file written → number of bytes.
    removed
        Files of the earlier export that were removed.
    changed
        Such files that were changed since, and were kept.
    overwritten
        Files that were changed since the earlier export, and were written again.

    Raises
    ------
    InputError
        If the folder holds other things, or lies in one of `kept`.
    """

    def __init__(self, path: Path, study: str, kept: tuple[Path, ...] = ()) -> None:
        self.path = Path(path).resolve()
        self._study = study
        for folder in kept:
            if self.path.is_relative_to(folder.resolve()):
                raise InputError(
                    f"{path}: lies in {folder}, which holds attnconn's own files: {_RULE}"
                )
        self._former = self._read()
        self.written: dict[str, int] = {}
        self.removed: list[str] = []
        self.changed: list[str] = []
        self.overwritten: list[str] = []

    def __enter__(self) -> "ExportFolder":
        self.path.mkdir(parents=True, exist_ok=True)
        self._write_list(self._former)
        self._list = (self.path / LIST).open("a", encoding="utf-8")
        self._hashes: dict[str, str] = {}
        return self

    def write(self, name: str, content: bytes) -> None:
        """Write a file, completely or not at all."""
        self._hashes[name] = hashlib.sha256(content).hexdigest()
        is_there = name in self._former and (self.path / name).is_file()
        if is_there and self._held(name) not in (self._former[name], self._hashes[name]):
            self.overwritten.append(name)
        self._list.write(_line(name, self._hashes[name]))
        self._list.flush()
        write_file(self.path / name, content)
        self.written[name] = len(content)

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._list.close()
        if kind is not None:
            return  # the list names the files of both exports
        for name in sorted(self._former.keys() - self._hashes.keys()):
            self._remove(name, self._former[name])
        kept = {name: self._former[name] for name in self.changed}
        self._write_list({**self._hashes, **kept})

    def _remove(self, name: str, sha256: str) -> None:
        path = self.path / name
        if not path.is_file():
            return
        if self._held(name) != sha256:
            self.changed.append(name)
            return
        path.unlink()
        self.removed.append(name)
        for folder in path.parents:
            if folder == self.path or any(folder.iterdir()):
                return
            folder.rmdir()

    def _held(self, name: str) -> str:
        """Return the SHA-256 of a file in the folder."""
        return hashlib.sha256((self.path / name).read_bytes()).hexdigest()

    def _read(self) -> dict[str, str]:
        """Return the files of the earlier export → SHA-256; empty for a new folder."""
        if not self.path.exists():
            return {}
        if not self.path.is_dir():
            raise InputError(f"{self.path}: is a file; {_RULE}")
        names = sorted(path.name for path in self.path.iterdir())
        if names and LIST not in names:
            raise InputError(f"{self.path}: holds {few_and_more(names, _SHOWN)}; {_RULE}")
        if not names:
            return {}
        lines = (self.path / LIST).read_text(encoding="utf-8").splitlines()
        study, *files = [record for line in lines if (record := _parsed(line))] or [{}]
        if study.get("study") != self._study:
            whose = study.get("study") or "an unknown study"
            raise InputError(f"{self.path}: holds an export of {whose}, not {self._study}; {_RULE}")
        listed = {file["file"]: file["sha256"] for file in files if {"file", "sha256"} <= {*file}}
        return {name: sha256 for name, sha256 in listed.items() if self._is_inside(name)}

    def _is_inside(self, name: str) -> bool:
        return (self.path / name).resolve().is_relative_to(self.path)

    def _write_list(self, files: Mapping[str, str]) -> None:
        heading = json.dumps({"study": self._study, "written_by": "attnconn export"}) + "\n"
        lines = [heading, *(_line(name, sha256) for name, sha256 in sorted(files.items()))]
        write_file(self.path / LIST, "".join(lines).encode())


def _line(name: str, sha256: str) -> str:
    return json.dumps({"file": name, "sha256": sha256}, ensure_ascii=False) + "\n"


def _parsed(line: str) -> dict[str, str]:
    """Return a line of the list; empty for one that was cut by a full disk."""
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}

"""What lies in a folder of arrays: the runs of every session, and the files that aren't runs."""

import fnmatch
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from attnconn_core.errors import CohortError, InputError, ScanError
from attnconn_core.names import composed
from attnconn_core.sources.array_names import (
    WHOLE,
    ArrayName,
    claims,
    kind_problem,
    near_miss,
    read_name,
)
from attnconn_core.sources.files import existing_folder, inside, is_dangling
from attnconn_core.sources.stray_files import is_hidden, stray_copies, stray_copy

__all__ = ["ArrayTree", "RunsOfSessions"]

RunsOfSessions = dict[tuple[str, str], dict[int, Path]]
"""(subject, session) → number of the run → file."""


@dataclass(frozen=True)
class ArrayTree:
    """A folder of arrays and of its subjects' folders.

    Attributes
    ----------
    root
        The folder.
    file_pattern
        Pattern of the files' names; None for all.
    link_roots
        Folders outside `root` that links in it may lead to.
    """

    root: Path
    file_pattern: str | None
    link_roots: tuple[Path, ...]

    def runs(
        self, wanted: Callable[[str, str], bool], check: Callable[[Path], None]
    ) -> tuple[RunsOfSessions, dict[str, InputError]]:
        """Return the runs of every session, and by name what is none although it looks like one.

        Parameters
        ----------
        wanted
            Whether the study uses a subject's session.
        check
            Raises an error for a file with which the study can't be made at all.

        Raises
        ------
        CohortError
            If the files are of several kinds, such as of two parcellations.
        """
        scans: RunsOfSessions = defaultdict(dict)
        doubtful: set[tuple[str, str]] = set()
        kinds: dict[tuple[tuple[str, str], ...], Path] = {}
        files, refused = self._files()
        for path in files:
            stray = stray_copy(path) if claims(path.name) else near_miss(path)
            if stray is not None:
                refused[path.name] = stray
            if stray is not None or not claims(path.name):
                continue
            check(path)
            try:
                name = read_name(path)
            except InputError as problem:
                refused[path.name] = problem
                continue
            who = (name.subject, name.session)
            if not wanted(*who):
                continue
            kinds.setdefault(name.kind, path)
            try:
                self._place(path, name, scans[who])
            except InputError as problem:
                refused[path.name] = problem
                doubtful.add(who)  # which of its files are valid is unknown
        several = kind_problem(kinds)
        if several is not None:
            raise several
        return {who: runs for who, runs in scans.items() if who not in doubtful}, refused

    def _files(self) -> tuple[list[Path], dict[str, InputError]]:
        """Return the files, and broken links, of the folder and of its subjects' folders.

        Also return the folders that aren't searched, with the reason.
        """
        root = existing_folder(self.root, "the root of the arrays")
        paths: list[Path] = []
        refused: dict[str, InputError] = {}
        for path in root.iterdir():
            if not (path.name.startswith("sub-") and path.is_dir()) or claims(path.name):
                paths.append(path)
                continue
            try:
                _require_own_folder(root, inside(root, path, self.link_roots))
                if stray := stray_copy(path):
                    raise stray
            except InputError as problem:
                refused[path.name] = problem
            else:
                paths += _searched(path, refused)
        pattern = composed(self.file_pattern or "*")
        return sorted(
            path
            for path in paths
            if fnmatch.fnmatchcase(composed(path.name), pattern)
            and not is_hidden(path.name)
            and (path.is_file() or is_dangling(path) or claims(path.name))
        ), refused

    def _place(self, path: Path, name: ArrayName, runs: dict[int, Path]) -> None:
        """Add a file to the runs of its session."""
        beside = [runs[other] for other in runs if other == name.run or WHOLE in (name.run, other)]
        if beside:
            raise CohortError(
                f"every run may occur only once; sub-{name.subject}_ses-{name.session} has both "
                f"{beside[0].name} and {path.name} in {self.root}. file_pattern in the study can "
                "choose"
            )
        runs[name.run] = inside(self.root, path, self.link_roots)


def _searched(folder: Path, refused: dict[str, InputError]) -> list[Path]:
    """Return the files of a subject's folder, without hidden folders and copies of folders."""
    files: list[Path] = []
    for at, folders, names in os.walk(folder):
        copies = stray_copies(Path(at, name) for name in folders)
        refused |= {str(path.relative_to(folder.parent)): why for path, why in copies.items()}
        folders[:] = [n for n in folders if not is_hidden(n) and Path(at, n) not in copies]
        files += [Path(at, name) for name in names]
    return files


def _require_own_folder(root: Path, path: Path) -> None:
    """Require that a subject's folder is no link to the root or to another subject's folder."""
    if not path.is_symlink():
        return
    root, folder = root.resolve(), path.resolve()
    within = folder.relative_to(root).parts if folder.is_relative_to(root) else ()
    if root.is_relative_to(folder) or (within and within[0].startswith("sub-")):
        raise ScanError(
            f"{path}: a subject's folder must be its own; it is a link to {folder}, whose scans "
            "are read already. Remove the link"
        )

"""Lists the files that a study names, apart from its scans."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from attnconn_assets.study.study import Study

__all__ = ["named_files"]


def named_files(study: Study) -> tuple[Path, ...]:
    """Return the files that a study names: experiments, tables, an atlas, ground truths.

    Missing files are included; folders, such as that of the scans, are not.
    """
    content = study.model_dump(exclude={"store", "tracking"})
    return tuple(sorted({path for path in _paths(content) if not path.is_dir()}))


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _paths(member)
    elif isinstance(value, list | tuple | set):
        for member in value:
            yield from _paths(member)

"""Which files a study rests on besides itself and its scans."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from attnconn_assets.study.study import Study

__all__ = ["named_files"]


def named_files(study: Study) -> tuple[Path, ...]:
    """List the files that a study names: experiments, tables, an atlas, ground truth.

    A file that isn't there is among them; a folder, such as that of the scans, isn't.
    """
    content = study.model_dump(exclude={"store", "tracking"})
    return tuple(sorted({path for path in _paths(content) if not path.is_dir()}))


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _paths(each)
    elif isinstance(value, list | tuple | set):
        for each in value:
            yield from _paths(each)

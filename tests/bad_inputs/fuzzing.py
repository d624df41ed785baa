"""Random damage to files, and what may come of it: what is read, or an error that names the file.

Seeded and short in `make test`; ``make fuzz`` draws more, from a seed of its own each time.
"""

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from attnconn_core.errors import AttnconnError

__all__ = ["VALUES", "fuzzed", "read_or_refused", "spoiled", "tables"]

_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
fuzzed = settings(
    max_examples=_EXAMPLES,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# What reading takes that doesn't grow with the file: pandas' and nibabel's own buffers.
_BUFFERS = 12 * 2**20


@st.composite
def spoiled(draw: st.DrawFn, content: bytes, head: int | None = None) -> bytes:
    """Bytes that were changed, cut, left out, doubled or put in; `head` favours the beginning."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        reach = max(1, min(head or len(made), len(made)))
        at = draw(st.integers(0, reach - 1))
        match draw(st.sampled_from(["change", "change", "cut", "leave out", "double", "put in"])):
            case "change" if at < len(made):
                made[at] = draw(st.integers(0, 255))
            case "cut":
                del made[draw(st.integers(0, max(len(made) - 1, 0))) :]
            case "leave out":
                del made[at : at + draw(st.integers(1, 40))]
            case "double":
                made[at:at] = made[at : at + draw(st.integers(1, 200))]
            case "put in":
                made[at:at] = draw(st.binary(min_size=1, max_size=8))
    return bytes(made)


def read_or_refused(path: Path, read: Callable[[Path], object], buffers: int = _BUFFERS) -> object:
    """Return what is read, or None where it is refused by name; nothing else may happen."""
    tracemalloc.start()
    try:
        return read(path)
    except AttnconnError as problem:
        said = str(problem)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak <= 2 * path.stat().st_size + buffers
    assert path.name in said, said
    return None


NUMBERS = st.one_of(
    st.floats().map(str), st.integers().map(str), st.text(max_size=8), st.just(""), st.just("n/a")
)
QUOTES = st.sampled_from(["", "", "", '"', "'", '""'])
CODECS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"])


@st.composite
def tables(draw: st.DrawFn, header: str) -> bytes:
    """A table with random cells, quotes, ends of lines and encodings."""
    separator = draw(st.sampled_from([",", ",", ",", ";", "\t"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
    lines = [header]
    for _ in range(draw(st.integers(0, 6))):
        quote = draw(QUOTES)
        cells = draw(st.lists(NUMBERS, min_size=1, max_size=4))
        lines.append(separator.join(quote + cell + quote for cell in cells))
    return end.join(lines).encode(draw(CODECS), errors="replace")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)

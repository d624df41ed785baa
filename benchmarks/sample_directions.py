"""Measure directions on the sample: how many are significant, repeatability and cost."""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from attnconn_core.connectivity import Directed
from attnconn_core.records import Cohort
from attnconn_core.scoring.edges.directions import DirectionAgreement, direction_agreement
from attnconn_core.sources import HcpSample
from benchmarks.linear import synthetic
from benchmarks.table import replace_section

__all__ = ["main"]

_HERE = Path(__file__).parent
# Regions → target in seconds of CPU time for a session of 1,200 frames.
_ASKED = {100: 2, 400: 30}
_HEADER = (
    *("subject", "significant directions, test", "significant directions, retest"),
    *("pairs of regions", "share with the same direction in both halves"),
    *("the same share, of pairs significant in a half", "r of the halves' log odds"),
)


def main() -> None:
    """Count each subject's directions at FDR .05, and compare test with retest."""
    parser = argparse.ArgumentParser(prog="benchmarks.sample_directions", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    options = parser.parse_args()
    lines = [_row(_HEADER), _row(["---"] * len(_HEADER))]
    found = _found()
    lines += [_subject_row(subject, each) for subject, each in found.items()]
    agreements = [each.agreement for each in found.values()]
    edges = np.sum([each.edges for each in agreements], axis=0)
    signs = np.mean([each.signs for each in agreements])
    r = np.mean([each.correlation for each in agreements])
    pairs = sum(each.pairs for each in agreements)
    lines.append(_row(["all", *map(str, edges), str(pairs), f"{signs:.3f}", "", f"{r:.3f}"]))
    lines += ["", "| regions | CPU time per session of 1,200 frames, s | target, s |"]
    lines.append("| --- | --- | --- |")
    lines += [f"| {n} | {_seconds(n):.2f} | ≤ {asked} |" for n, asked in _ASKED.items()]
    print("\n".join(lines))
    if options.write:
        replace_section(_HERE / "README.md", "sample-directions", "\n".join(lines))


@dataclass(frozen=True)
class _Found:
    """How far a subject's halves agree: on all directions, and on the significant ones."""

    agreement: DirectionAgreement
    significant_signs: float


def _found() -> dict[str, _Found]:
    source = HcpSample(_HERE.parent / ".sample")
    found = {}
    for test, retest in Cohort(tuple(source.sessions())).pairs():
        pair = [Directed().direction(source.load(session)) for session in (test, retest)]
        there, back = direction_agreement(*pair), direction_agreement(*reversed(pair))
        signs = np.array([there.significant_signs, back.significant_signs])
        edges = np.array(there.edges)
        share = np.nansum(signs * edges) / edges.sum() if edges.any() else np.nan
        found[test.subject] = _Found(there, float(share))
    return found


def _subject_row(subject: str, found: _Found) -> str:
    each = found.agreement
    significant = "–" if np.isnan(found.significant_signs) else f"{found.significant_signs:.3f}"
    counts = map(str, (*each.edges, each.pairs))
    return _row([subject, *counts, f"{each.signs:.3f}", significant, f"{each.correlation:.3f}"])


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(regions: int) -> float:
    (_, series), *_ = synthetic(regions, 1)
    began = time.process_time()
    Directed().estimate(series)
    return time.process_time() - began


if __name__ == "__main__":
    main()

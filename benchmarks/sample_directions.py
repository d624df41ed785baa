"""Directions on the sample: how many are significant, and how far test and retest agree."""

from pathlib import Path

import numpy as np

from attnconn_core.connectivity import Directed
from attnconn_core.scoring.edges.directions import direction_agreement
from attnconn_core.sources import HcpSample

__all__ = ["main"]


def main() -> None:
    """Print, for each subject, edges with a direction at FDR .05, and test–retest agreement."""
    source = HcpSample(Path(__file__).parent.parent / ".sample")
    subjects: dict[str, list] = {}
    for session in source.sessions():
        subjects.setdefault(session.subject, []).append(Directed().direction(source.load(session)))
    print("subject: significant in each session of all pairs; agreement of sign, all pairs and")
    print("those significant in the first session; correlation of log odds")
    found = {
        subject: direction_agreement(test, retest) for subject, (test, retest) in subjects.items()
    }
    for subject, each in found.items():
        first, second = each.edges
        print(
            f"{subject}: {first}, {second} of {each.pairs}; {each.signs:.3f}, "
            f"{each.significant_signs:.3f}; r = {each.correlation:.3f}"
        )
    edges = np.sum([each.edges for each in found.values()], axis=0)
    signs = np.mean([each.signs for each in found.values()])
    print(
        f"{len(found)} subjects: {edges[0]} and {edges[1]} significant; signs agree in {signs:.3f}"
    )


if __name__ == "__main__":
    main()

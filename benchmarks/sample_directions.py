"""Directions on the sample: how many are significant, and how far test and retest agree."""

from pathlib import Path

import numpy as np
from scipy.stats import false_discovery_control

from attnconn_core.connectivity import Directed
from attnconn_core.sources import HcpSample

__all__ = ["main"]

_LEVEL = 0.05


def main() -> None:
    """Print, for each subject, edges with a direction at FDR .05, and test–retest agreement."""
    source = HcpSample(Path(__file__).parent.parent / ".sample")
    subjects: dict[str, list] = {}
    for session in source.sessions():
        subjects.setdefault(session.subject, []).append(Directed().direction(source.load(session)))
    print("subject: significant in each session of all pairs; agreement of sign, all pairs and")
    print("those significant in the first session; correlation of log odds")
    for subject, (test, retest) in subjects.items():
        upper = np.triu_indices(len(test.z), 1)
        found = [false_discovery_control(each.p_value[upper]) < _LEVEL for each in (test, retest)]
        one, other = test.log_odds[upper], retest.log_odds[upper]
        same = np.sign(one) == np.sign(other)
        strong = same[found[0]].mean() if found[0].any() else float("nan")
        print(
            f"{subject}: {found[0].sum()}, {found[1].sum()} of {len(same)}; "
            f"{same.mean():.3f}, {strong:.3f}; r = {np.corrcoef(one, other)[0, 1]:.3f}"
        )


if __name__ == "__main__":
    main()

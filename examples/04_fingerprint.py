"""Fingerprinting: whether a subject's second session is the most similar to its first.

Compare methods on the same scans; the p value comes from shuffled subjects.
"""

import attnconn_core as ac

source = ac.Simulated(subjects=12, regions=10, frames=200)
scans = {(s.subject, s.session): source.load(s) for s in source.sessions()}
subjects = sorted({subject for subject, _ in scans})

for method in (ac.Pearson(), ac.ShrinkagePartial(), ac.LaggedCorrelation()):
    test, retest = (
        [method.estimate(scans[subject, session]) for subject in subjects]
        for session in ("test", "retest")
    )
    score = ac.fingerprint(test, retest, permutations=200)
    print(
        f"{method.method:20} identified {score.accuracy_test_to_retest:.0%}, "
        f"I_diff {score.i_diff:.1f}, p = {score.p_value:.3f} (n = {len(subjects)})"
    )

"""Behaviour of subjects that the model hasn't seen.

Families stay in one fold, confounds are regressed out inside each fold, and the p value comes from
shuffled targets. With few subjects expect nothing: the null is broad.
"""

import attnconn_core as ac

source = ac.Simulated(subjects=60, regions=6, frames=300, behaviour_r=0.9)
first = [session for session in source.sessions() if session.session == "test"]
edges = ac.edge_features([ac.Pearson().estimate(source.load(session)) for session in first])
table = source.phenotypes()

for column in ("Score", "Null"):
    found = ac.predict_behaviour(
        edges,
        table[column].to_numpy(),
        model="kernel_ridge",
        folds=5,
        groups=table["Family_ID"].to_numpy(),
        permutations=50,
    )
    print(f"{column:6} r = {found.r:.2f}, R² = {found.r2:.2f}, p = {found.p_value:.3f}")

"""Known networks: whether a method finds the edges and their directions.

AUROC counts ordered pairs; orientation is the share of one-way edges whose direction is right.
"""

import attnconn_core as ac

truth = ac.sources.simulated_truth("linear-10", data_sets=3, seed=0)

for method in (ac.Pearson(), ac.Partial(), ac.LaggedPartial(), ac.Granger(lags=1, alpha=10.0)):
    found = [
        ac.recover(method.estimate(series), network)
        for series, network in zip(truth.series, truth.truths, strict=True)
    ]
    auroc = sum(each.auroc for each in found) / len(found)
    orientation = sum(each.orientation for each in found) / len(found)
    print(f"{method.method:16} AUROC {auroc:.2f}, orientation {orientation:.2f}")

"""Granger causality, with lags and penalty chosen on the cohort.

The metric r2 is of frames that the penalised VAR of the scan hasn't seen. An edge is the drop in
R² of the fitted frames when the past of its source is left out.
"""

import attnconn_core as ac

source = ac.Simulated(subjects=3, regions=8, frames=300)
cohort = [source.load(session) for session in source.sessions()]

order = ac.choose_granger_order(cohort, max_lags=3, coarse_steps=5, refine_steps=3)
print(f"chosen: lags {order.lags}, penalty {order.alpha:.3g}")

granger = ac.Granger(lags=order.lags, alpha=order.alpha)
for session, series in zip(source.sessions()[:3], cohort, strict=False):
    matrix = granger.estimate(series)
    flow = matrix.net_flow()
    print(f"{session.key}: R² {matrix.metrics['r2']:.2f}, {flow.idxmax()} sends the most")

"""A pipeline of scikit-learn: scans in, a classifier out, with the method's settings searched.

The transformer holds nothing of the test scans: it is fitted inside each fold.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import attnconn_core as ac

rng = np.random.default_rng(3)
is_patient = np.repeat([0, 1], 12)
scans = []
for group in is_patient:
    frames = rng.normal(size=(150, 6))
    frames[1:, 2] += (0.1 + 0.5 * group) * frames[:-1, 0]  # a lagged influence in patients
    scans.append(ac.TimeSeries.from_array(frames, repetition_time=2.0))

pipeline = make_pipeline(
    ac.ConnectivityFeatures(ac.LaggedCorrelation()), StandardScaler(), LogisticRegression()
)
search = GridSearchCV(
    pipeline, {"connectivityfeatures__estimator__lags": [1, 2]}, cv=4, scoring="accuracy"
)
search.fit(scans, is_patient)
print(f"best: {search.best_params_}, accuracy {search.best_score_:.2f} (n = {len(scans)})")

"""What a person gets who calls a public function with something else than it takes.

In a process of its own: elsewhere in the tests, annotations are checked before the functions run.
"""

import json
import subprocess
import sys

import pytest

CALLS = """
import json
import numpy as np
import pandas as pd
import attnconn_core as ac

rng = np.random.default_rng(0)
frames = rng.normal(size=(300, 40)).cumsum(axis=0) + rng.normal(size=(300, 40))
series = ac.TimeSeries.from_array(frames, 2.0)
noise = [ac.TimeSeries.from_array(x, 2.0) for x in rng.normal(size=(12, 90, 4))]
each = [ac.Pearson().estimate(series) for series in noise]
edges, iq = ac.edge_features(each), pd.DataFrame({"iq": rng.normal(size=12)}).iq
config, training = ac.ForecasterConfig(input_window=2, hidden_dim=4), ac.TrainingConfig(epochs=1)
trained = ac.forecasting.fit(config, [series], training)
calls = {
    "array to a method": lambda: ac.Granger(lags=1, alpha=1).estimate(frames),
    "array to the choice of an order": lambda: ac.choose_granger_order(frames),
    "turned array": lambda: ac.TimeSeries.from_array(frames.T, 2.0),
    "milliseconds": lambda: ac.TimeSeries.from_array(frames, 2000),
    "time in words": lambda: ac.TimeSeries.from_array(frames, "2s"),
    "table as array": lambda: ac.TimeSeries.from_array(pd.DataFrame(frames), 2.0),
    "mappings": lambda: ac.fingerprint(dict(enumerate(each)), dict(enumerate(each))),
    "other records": lambda: ac.edge_features([series]),
    "records as features": lambda: ac.predict_behaviour(each, iq, folds=3),
    "stacks as ratings": lambda: ac.intraclass_correlation(np.zeros((3, 2, 4, 4))),
    "swapped": lambda: ac.forecasting.fit([series], config, training),
    "one series": lambda: ac.forecasting.fit(config, series, training),
    "training as forecaster": lambda: ac.Attention(trained),
    "preset as forecaster": lambda: ac.Attention(ac.forecasting.PRESETS["attnconn"]),
    "two methods": lambda: ac.fingerprint(
        each, [ac.Partial().estimate(series) for series in noise]
    ),
    "one record": lambda: ac.edge_features(each[0]),
    "features as matrices": lambda: ac.fingerprint(edges, edges),
    "name as model": lambda: ac.cross_validate(edges, iq, "kernel_ridge"),
    "class as model": lambda: ac.cross_validate(edges, iq, ac.Cpm),
    "model as name": lambda: ac.predict_behaviour(edges, iq, model=ac.KernelRidge()),
    "words as target": lambda: ac.predict_behaviour(edges, ["a"] * 12),
    "times in a table": lambda: ac.TimeSeries.from_frame(
        pd.DataFrame({"V1": frames[:, 0], "V2": frames[:, 1], "time": range(300)}), 2.0
    ),
    "an index in a table": lambda: ac.TimeSeries.from_frame(
        pd.DataFrame({"V1": frames[:, 0], "V2": range(300)}), 2.0
    ),
    "array as table": lambda: ac.TimeSeries.from_frame(frames, 2.0),
    "complex numbers": lambda: ac.TimeSeries.from_array(frames + 1j, 2.0),
    "lists of lists": lambda: ac.TimeSeries.from_array(frames.tolist(), 2.0),
    "one region": lambda: ac.TimeSeries.from_array(frames[:, 0], 2.0),
    "stacked runs": lambda: ac.TimeSeries.from_array(np.stack([frames, frames]), 2.0),
    "runs by name": lambda: ac.TimeSeries.from_array({"1": frames}, 2.0),
    "a number as series": lambda: ac.TimeSeries.from_array(3.0, 2.0),
    "too few names": lambda: ac.TimeSeries.from_array(frames, 2.0, regions=["a", "b"]),
    "matrix as array": lambda: np.asarray(each[0]).tolist() == each[0].values.tolist(),
    "method of another name": lambda: ac.METHODS["grangr"],
    "score of another name": lambda: ac.scoring.SCORES["fingerprnt"],
    "one scan to the transformer": lambda: ac.ConnectivityFeatures().fit(series),
    "matrices to the transformer": lambda: ac.ConnectivityFeatures().fit(each),
    "class to the transformer": lambda: ac.ConnectivityFeatures(ac.Granger).fit([series]),
    "searched parameter": lambda: (
        ac.ConnectivityFeatures(ac.Granger(lags=1, alpha=1)).set_params(estimator__lags=2)
    ).get_params()["estimator__lags"],
    "unknown parameter": lambda: ac.ConnectivityFeatures(ac.Pearson()).set_params(estimator__lag=2),
    "column as target": lambda: ac.predict_behaviour(edges, iq, folds=3).n_dropped,
    "records in groups": lambda: len(
        ac.network_based_statistic(each[:6], each[6:], permutations=9).t
    ),
    "series": lambda: repr(series),
    "half a lag": lambda: ac.Granger(lags=1.5, alpha=1),
    "a word as penalty": lambda: ac.Granger(lags=1, alpha="a"),
    "one number of several": lambda: ac.KernelRidge(penalties=1.0),
    "half a fold": lambda: ac.predict_behaviour(edges, iq, folds=2.5),
    "half a permutation": lambda: ac.fingerprint(each, each, permutations=1.5),
    "words as threshold": lambda: ac.Cpm(threshold="a"),
    "record to recover": lambda: ac.recover(each[0], np.eye(4)[::-1]).auroc >= 0,
    "records to recover": lambda: ac.recover(each[0], each[1]),
    "records as ratings": lambda: ac.intraclass_correlation(each),
    "one series as cohort": lambda: ac.choose_granger_order(series),
    "series as estimator": lambda: ac.edge_significance(ac.Pearson(), series),
    "class as estimator": lambda: ac.edge_significance(series, ac.Pearson),
    "key as session": lambda: ac.Simulated().load("sub-001_ses-test"),
    "one matrix to average": lambda: ac.mean_connectivity(each[0]),
    "series to average": lambda: ac.mean_connectivity([series]),
    "words as matrix": lambda: ac.Connectivity("a", ("V1", "V2"), "pearson", False),
}
answers = {}
for name, call in calls.items():
    try:
        answers[name] = call()
    except (ac.AttnconnError, KeyError) as error:
        answers[name] = f"{type(error).__name__}: {error}"
print(json.dumps(answers))
"""
MAKES_ONE = "TimeSeries.from_array(frames, repetition_time) makes one from an array"
ANSWERS = {
    "array to a method": f"SeriesError: granger needs a TimeSeries; got ndarray. {MAKES_ONE}",
    "array to the choice of an order": (
        f"SeriesError: series 1 of the cohort needs a TimeSeries; got ndarray. {MAKES_ONE}"
    ),
    "turned array": "Transpose it; its shape is (40, 300). If the axes are right, name the regions",
    "milliseconds": "got 2000. Did you mean 2? (2000 milliseconds)",
    "time in words": "SeriesError: a repetition time must be a number of seconds; got '2s'",
    "table as array": "SeriesError: from_array takes arrays; TimeSeries.from_frame takes tables",
    "mappings": "got a mapping: pass list(test.values()), in the order of the subjects",
    "other records": "or hold one Connectivity per subject; got TimeSeries",
    "records as features": "got list. edge_features(matrices) makes the features of matrices",
    "stacks as ratings": "ratings must have shape (subject, session, edge); got (3, 2, 4, 4)",
    "swapped": "one per session; got list and ForecasterConfig",
    "one series": "one per session; got ForecasterConfig and TimeSeries",
    "training as forecaster": "got Fit. Pass fit(…).forecaster",
    "preset as forecaster": "got Preset. Pass fit",
    "two methods": "test and retest must hold matrices of one method and the same regions",
    "one record": "matrices must be a list, one Connectivity per subject; got a single one",
    "features as matrices": "test must have shape (subject, region, region); got (12, 6)",
    "name as model": "such as KernelRidge(); got 'kernel_ridge'. predict_behaviour takes the names",
    "class as model": "such as KernelRidge(); got Cpm",
    "model as name": "got KernelRidge. cross_validate takes settings of a model",
    "words as target": "ParameterError: target must be an array of real numbers; got list",
    "times in a table": "SeriesError: run 1: every column must be a region; 'time' is the name of",
    "an index in a table": "SeriesError: run 1: every column must be a region",
    "array as table": "from_frame takes tables; TimeSeries.from_array takes arrays",
    "complex numbers": "run 1 must hold real numbers; got complex128",
    "lists of lists": "got a list of 300 rows: make it an array first, np.asarray(frames)",
    "one region": "got (300,). Frames of a single region are frames[:, None]",
    "stacked runs": "got one array of shape (2, 300, 40): pass list(frames) if its first axis is",
    "runs by name": "one per run; got a mapping: pass list(frames.values())",
    "a number as series": "one per run; got float",
    "too few names": "one name of a region per column; got 2 names of regions for 40 columns",
    "matrix as array": True,
    "method of another name": "KeyError: 'grangr: did you mean granger?'",
    "score of another name": "KeyError: 'fingerprnt: did you mean fingerprint?'",
    "one scan to the transformer": "X must be a list of scans; got a single TimeSeries",
    "matrices to the transformer": "X must be a list of scans; got Connectivity. edge_features(",
    "class to the transformer": "not a class: write Granger(), not Granger",
    "searched parameter": 2,
    "unknown parameter": "has no parameter lag",
    "column as target": 0,
    "records in groups": 4,
    "series": "TimeSeries(1 run, 300 frames, 40 regions, repetition time 2 s)",
    "half a lag": "ParameterError: lags must be a whole number; got 1.5",
    "a word as penalty": "ParameterError: alpha must be a number from 0; got 'a'",
    "one number of several": "ParameterError: penalties must be one number or more; got 1.0",
    "half a fold": "ParameterError: folds must be a whole number; got 2.5",
    "half a permutation": "ParameterError: permutations must be a whole number; got 1.5",
    "words as threshold": "ParameterError: threshold must lie between 0 and 1; got 'a'",
    "record to recover": True,
    "records to recover": "ParameterError: truth must be an array; got Connectivity",
    "records as ratings": "got list; edge_features(matrices) makes one from matrices",
    "one series as cohort": "cohort must be a list of TimeSeries, one per session; got a single",
    "series as estimator": "estimate(series), as Pearson() has; got TimeSeries(1 run",
    "class as estimator": "not a class: write Pearson(), not Pearson",
    "key as session": "a source loads a Session; got 'sub-001_ses-test'. sessions() lists",
    "one matrix to average": "matrices must be a list, one Connectivity per subject; got a single",
    "series to average": "one Connectivity per subject; got TimeSeries",
    "words as matrix": "ParameterError: connectivity must hold real numbers; could not convert",
}


@pytest.fixture(scope="module")
def answers() -> dict[str, object]:
    ended = subprocess.run(
        [sys.executable, "-c", CALLS], check=True, capture_output=True, text=True
    )
    return json.loads(ended.stdout)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_says_what_to_do(answers, name):
    expected = ANSWERS[name]
    assert expected in answers[name] if isinstance(expected, str) else expected == answers[name]

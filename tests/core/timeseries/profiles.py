"""Cohorts whose sessions have one network in common, for profiles to be held against."""

import numpy as np
from scipy.signal import lfilter

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import profile

REGIONS, FRAMES, SESSIONS = 24, 400, 10


def mixing(seed, regions=REGIONS):
    return np.random.default_rng(seed).normal(size=(6, regions))


def scan(seed, n=FRAMES, network=99, regions=REGIONS):
    """Return regions that share six slow signals, in weights that differ a little per seed."""
    rng = np.random.default_rng(seed)
    weights = mixing(network, regions) + 0.4 * mixing(1000 + seed, regions)
    noise = rng.normal(size=(n, regions))
    return lfilter([1], [1, -0.8], rng.normal(size=(n, 6)) @ weights + noise, axis=0)


def of(*runs):
    names = tuple(f"r{number}" for number in range(runs[0].shape[1]))
    return profile(TimeSeries(tuple(run.astype(np.float32) for run in runs), 0.72, names))


def cohort(**replaced):
    """Return the profiles of ten alike sessions, s0 to s9, and of what replaces some."""
    scans = {f"s{seed}": scan(seed) for seed in range(SESSIONS)} | replaced
    return {key: of(values) for key, values in scans.items()}

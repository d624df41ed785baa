"""Cohorts whose sessions have one network in common, for profiles to be held against."""

import numpy as np
from scipy.signal import lfilter

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import profile

REGIONS, FRAMES, SESSIONS = 24, 400, 10


def mixing(seed, regions=REGIONS):
    return np.random.default_rng(seed).normal(size=(6, regions))


def scan(seed, n=FRAMES, network=99, regions=REGIONS, subject=None, spread=0.4):
    """Return regions that share six slow signals, in weights that differ a little per subject.

    Each seed is a subject of its own, unless one is named.
    """
    rng = np.random.default_rng(seed)
    own = 1000 + (seed if subject is None else subject)
    weights = mixing(network, regions) + spread * mixing(own, regions)
    noise = rng.normal(size=(n, regions))
    return lfilter([1], [1, -0.8], rng.normal(size=(n, 6)) @ weights + noise, axis=0)


def of(*runs):
    names = tuple(f"r{number}" for number in range(runs[0].shape[1]))
    return profile(TimeSeries(tuple(run.astype(np.float32) for run in runs), 0.72, names))


def cohort(**replaced):
    """Return the profiles of ten alike sessions, s0 to s9, and of what replaces some."""
    scans = {f"s{seed}": scan(seed) for seed in range(SESSIONS)} | replaced
    return {key: of(values) for key, values in scans.items()}


def unchanged(_subject, _session, values):
    return values


def study(change=unchanged, subjects=8, **settings):
    """Return the profiles of two sessions of each subject, 0 and 1, and whose each is."""
    profiles = {
        f"sub-{subject}_ses-{session}": of(
            change(subject, session, scan(2 * subject + session, subject=subject, **settings))
        )
        for subject in range(subjects)
        for session in range(2)
    }
    return profiles, {key: key[4] if key[5] == "_" else key[4:6] for key in profiles}

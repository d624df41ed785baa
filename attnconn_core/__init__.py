"""Directed connectivity from resting-state fMRI: the science, and nothing else.

The line, and the rooms it passes through (imports point down only)::

    5  figures        records in, matplotlib figures out
    4  scoring        forecast skill, fingerprint, behaviour, recovery of known truth
    3  connectivity   one estimator per file; one registry of methods
    3  results        what the platform has stored, read back into records
    2  forecasting    the attention network and the linear forecasters, and their fitting
    2  sources        where scans come from: HCP tree, arrays, sample, simulated
    1  parcellation   atlas, CIFTI brain models, parcel means
    1  timeseries     windows, splits, scaling, soundness, simulation with known truth
    0  records        TimeSeries, Connectivity, Session, Cohort
    0  repetition_time  seconds from frame to frame, and what can't be
    0  names          as they are compared, in one form of Unicode
    0  plugins        what other installed packages bring, by entry point
    0  extras         modules that need the libraries of an extra, such as torch
    0  errors         what can go wrong, drawn

This package knows neither Dagster nor MLflow and never prints. It imports torch, which comes with
an extra, where a forecaster is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

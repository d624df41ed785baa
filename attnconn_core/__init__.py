"""Directed connectivity from resting-state fMRI: the science, and nothing else.

Modules and the floor they stand on (imports point down only)::

    5  figures        records in, matplotlib figures out
    5  export         records in, files for other programs out
    4  scoring        forecast skill, fingerprint, behaviour, reliability, ground truth
    3  connectivity   one estimator per file; one registry of methods
    3  results        stored results of the platform, read into records
    2  forecasting    attention forecaster, linear forecasters, and their fitting
    2  sources        sources of scans: HCP tree, arrays, sample, simulated
    1  parcellation   atlas, CIFTI brain models, parcel means
    1  timeseries     windows, splits, scaling, soundness, simulation with ground truth
    0  records        TimeSeries, Connectivity, Session, Cohort
    0  repetition_time  seconds from frame to frame, and their limits
    0  names          names in one form of Unicode, for comparison
    0  plugins        entry points of other installed packages
    0  extras         modules that need the libraries of an extra, such as torch
    0  checks         settings: a choice, a whole number, a number, a share
    0  errors         the tree of errors

This package knows neither Dagster nor MLflow and never prints. It imports torch, which comes with
an extra, where a forecaster is first used.
"""

import sys

import lazy_loader

_lazily, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used; `__version__` is the installed version."""
    if name == "__version__":
        from importlib.metadata import version

        return version("attnconn")
    if name not in __all__:
        # With the name and the module, Python's traceback suggests the nearest public name.
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=sys.modules[__name__])
    return _lazily(name)

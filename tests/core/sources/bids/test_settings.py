"""Settings that Python code passes; study files are checked by their keys' types."""

import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.sources.bids.settings import Confounds, Scrub


def unchecked(kind, **keys):
    """Call a class as users do: while tests run, types in signatures are checked first."""
    made = object.__new__(kind)
    fields = {name: field.default for name, field in kind.__dataclass_fields__.items()}
    for name, value in {**fields, **keys}.items():
        object.__setattr__(made, name, value)
    made.__post_init__()


@pytest.mark.parametrize(
    ("kind", "keys", "says"),
    [
        (Confounds, {"strategy": "motion"}, "strategy must be a list of words; got 'motion'"),
        (Confounds, {"strategy": ("gsr",)}, r"strategy must be one of motion, .*; got 'gsr'"),
        (Confounds, {"motion": "24"}, "motion must be one of basic, power2"),
        (Confounds, {"compcor": "both"}, "compcor must be one of anat_combined"),
        (Confounds, {"n_compcor": 0}, "n_compcor must be at least 1; got 0"),
        (Scrub, {"fd_threshold": 0}, "fd_threshold must be a number above 0; got 0"),
        (Scrub, {"std_dvars_threshold": "a"}, "std_dvars_threshold must be a number above 0"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(kind, keys, says):
    with pytest.raises(ParameterError, match=says):
        unchecked(kind, **keys)

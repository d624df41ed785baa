"""The tree of errors.

::

    AttnconnError
    ├── InputError (ValueError)      something a user gave can't be used
    │   ├── IdentifierError          a subject, session or region name
    │   ├── StudyError               a study or experiment file
    │   ├── CohortError              subjects and sessions as a whole
    │   │   ├── UnpairedError        no subject has two sessions
    │   │   └── StrayError           a file beside a scan that is no scan; no session is lost
    │   ├── ScanError                one scan's file
    │   ├── AtlasError               an atlas, or an atlas with a scan
    │   ├── SeriesError              the values of a time series
    │   └── ParameterError           an argument or setting of an estimator, a model or a score
    ├── SampleError                  the sample data can't be had or isn't what it was
    ├── CheckpointError              a stored model can't be read
    ├── StoreError                   stored data is missing or damaged
    ├── TrackingError                MLflow's database can't be used
    └── UndeclaredError              an asset reads what its spec doesn't declare

Every message states the rule that was broken, the value that broke it, and the
file, subject, region or key with that value.
"""

__all__ = [
    "AtlasError",
    "AttnconnError",
    "CheckpointError",
    "CohortError",
    "IdentifierError",
    "InputError",
    "ParameterError",
    "SampleError",
    "ScanError",
    "SeriesError",
    "StoreError",
    "StrayError",
    "StudyError",
    "TrackingError",
    "UndeclaredError",
    "UnpairedError",
]


class AttnconnError(Exception):
    """Base class of all errors that attnconn raises on purpose.

    Examples
    --------
    >>> from attnconn_core.connectivity import Granger
    >>> try:
    ...     Granger(lags=0, alpha=1.0)
    ... except AttnconnError as error:
    ...     print(error)
    lags must be at least 1 frame; got 0
    """


class InputError(AttnconnError, ValueError):
    """A user's input can't be used."""


class IdentifierError(InputError):
    """A subject, session or region name breaks the naming rule."""


class StudyError(InputError):
    """A study or experiment file can't be understood."""


class CohortError(InputError):
    """The subjects and sessions of a study don't make a cohort."""


class UnpairedError(CohortError):
    """A comparison of two sessions has no subject with two sessions."""


class StrayError(CohortError):
    """A file or folder beside a scan, such as a copy of it, that is no scan of its own."""


class ScanError(InputError):
    """A scan's file can't be read as what it claims to be."""


class AtlasError(InputError):
    """An atlas can't be read, or doesn't fit a scan."""


class SeriesError(InputError):
    """A time series holds values that no method can use."""


class ParameterError(InputError):
    """An argument or a setting of an estimator, a model or a score can't be used."""


class SampleError(AttnconnError):
    """The sample data can't be had, or isn't what it was when it was checked."""


class CheckpointError(AttnconnError):
    """A stored model can't be read."""


class StoreError(AttnconnError):
    """Stored data is missing or damaged."""


class TrackingError(AttnconnError):
    """MLflow's database can't be used."""


class UndeclaredError(AttnconnError):
    """An asset's body reads a setting or an input that its spec doesn't declare."""

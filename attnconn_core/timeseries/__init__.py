"""Windows, splits, scaling, checks and surrogates of series, and simulated series."""

from attnconn_core.timeseries.events import Events, Scanner, draw_event_network, simulate_events
from attnconn_core.timeseries.frames import frames_in_words, look_at_frames
from attnconn_core.timeseries.levels import Resemblance, levels, resemblances
from attnconn_core.timeseries.near_copies import (
    NearCopy,
    SharedStretch,
    near_copies,
    shared_stretches,
)
from attnconn_core.timeseries.orientation import Orientation, orientation
from attnconn_core.timeseries.profile import Profile, profile
from attnconn_core.timeseries.quality import series_quality
from attnconn_core.timeseries.scaling import Scale, scale_of, standardise
from attnconn_core.timeseries.shared_columns import (
    SharedColumns,
    column_sketch,
    shared_columns,
)
from attnconn_core.timeseries.signatures import signatures
from attnconn_core.timeseries.simulation import draw_network, simulate, vary_network
from attnconn_core.timeseries.soundness import Soundness, assess, require_sound
from attnconn_core.timeseries.splits import head, split
from attnconn_core.timeseries.surrogates import (
    SURROGATES,
    circular_shift,
    phase_randomise,
    surrogate,
)
from attnconn_core.timeseries.suspicions import recordings, suspicions
from attnconn_core.timeseries.two_groups import TwoGroups, two_groups
from attnconn_core.timeseries.unlike import Unlike, unlike
from attnconn_core.timeseries.windows import (
    FEWEST_SAMPLES,
    lagged_design,
    require_lags,
    require_samples,
    windows,
)

__all__ = [
    "FEWEST_SAMPLES",
    "SURROGATES",
    "Events",
    "NearCopy",
    "Orientation",
    "Profile",
    "Resemblance",
    "Scale",
    "Scanner",
    "SharedColumns",
    "SharedStretch",
    "Soundness",
    "TwoGroups",
    "Unlike",
    "assess",
    "circular_shift",
    "column_sketch",
    "draw_event_network",
    "draw_network",
    "frames_in_words",
    "head",
    "lagged_design",
    "levels",
    "look_at_frames",
    "near_copies",
    "orientation",
    "phase_randomise",
    "profile",
    "recordings",
    "require_lags",
    "require_samples",
    "require_sound",
    "resemblances",
    "scale_of",
    "series_quality",
    "shared_columns",
    "shared_stretches",
    "signatures",
    "simulate",
    "simulate_events",
    "split",
    "standardise",
    "surrogate",
    "suspicions",
    "two_groups",
    "unlike",
    "vary_network",
    "windows",
]

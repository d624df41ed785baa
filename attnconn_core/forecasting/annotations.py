"""The forecaster's class for annotations of modules that are imported without torch.

Type checkers see the class. At run time it is any object: torch comes with an extra, and takes
longer to import than all else together.
"""

from typing import TYPE_CHECKING, Any

__all__ = ["AttentionForecaster"]

if TYPE_CHECKING:
    from attnconn_core.forecasting.network import AttentionForecaster
else:
    AttentionForecaster = Any

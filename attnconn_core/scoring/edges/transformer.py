"""Connectivity as a step of a scikit-learn pipeline, from scans to edges."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from attnconn_core.connectivity import Estimator, Pearson, Tangent, geometric_mean
from attnconn_core.connectivity.estimator import require_estimator
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.scoring.edges.features import edge_features, edge_mask

__all__ = ["ConnectivityFeatures"]

Scans = Sequence[TimeSeries] | Sequence[Shaped[np.ndarray, "..."]] | Shaped[np.ndarray, "..."]


class ConnectivityFeatures(TransformerMixin, BaseEstimator):
    """Turn scans into rows of edges, for scikit-learn's pipelines and cross-validation.

    Parameters
    ----------
    estimator
        Computes the connectivity of one scan; `Pearson` by default. ``"tangent"`` learns its
        reference point from the scans given to `fit`, so that in cross-validation it never
        depends on test scans.
    repetition_time
        Seconds per frame, for scans that are arrays.
    edges
        ``"off_diagonal"`` (one half of the matrix for undirected methods) or ``"all"``.

    Attributes
    ----------
    estimator_
        The estimator in use after `fit`.
    regions_
        Names of the regions.
    n_features_out_
        Number of edges.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import RidgeClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from attnconn_core.connectivity import Granger
    >>> scans = np.random.default_rng(0).normal(size=(12, 150, 5))  # (scan, time, region)
    >>> features = ConnectivityFeatures(Granger(lags=1, alpha=10.0)).fit_transform(scans)
    >>> features.shape
    (12, 20)
    >>> pipeline = make_pipeline(ConnectivityFeatures(), RidgeClassifier())
    >>> pipeline.fit(scans, [0, 1] * 6).predict(scans).shape
    (12,)
    """

    def __init__(
        self,
        estimator: Estimator | str | None = None,
        *,
        repetition_time: float = 1.0,
        edges: str = "off_diagonal",
    ):
        self.estimator = estimator
        self.repetition_time = repetition_time
        self.edges = edges

    def fit(self, X: Scans, y: object = None) -> "ConnectivityFeatures":  # noqa: ARG002
        """Store the regions; learn the reference point of ``"tangent"``.

        Parameters
        ----------
        X
            One `TimeSeries` or (time, region) array per scan, all of the same regions.
        y
            Ignored.

        Raises
        ------
        ParameterError
            If there is no scan, regions differ between scans, or the estimator isn't known.
        SeriesError
            If a scan can't be read as a series.
        """
        scans = self._series(X)
        if self.estimator is None:
            self.estimator_: Estimator = Pearson()
        elif self.estimator == "tangent":
            self.estimator_ = Tangent(geometric_mean(scans))
        else:
            self.estimator_ = require_estimator(self.estimator, ", or be 'tangent'")
        self.regions_ = scans[0].regions
        self.n_features_out_ = int(self._mask().sum())
        return self

    def transform(self, X: Scans) -> Float[np.ndarray, "scan edge"]:
        """Return the edges of every scan's connectivity.

        Raises
        ------
        ParameterError
            If the scans' regions differ from those given to `fit`.
        SeriesError
            If a region of a scan holds a NaN, an infinite value or a constant signal.
        """
        check_is_fitted(self)
        scans = self._series(X)
        if scans[0].regions != self.regions_:
            raise ParameterError(
                f"scans must have the {len(self.regions_)} regions that fit saw; got "
                f"{scans[0].n_regions}, or other names"
            )
        matrices: list[Connectivity] = [self.estimator_.estimate(scan) for scan in scans]
        return edge_features(matrices, edges=self.edges)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters; with `deep`, also the estimator's, as ``estimator__<name>``."""
        parameters: dict[str, Any] = super().get_params(deep=False)
        if deep and is_dataclass(self.estimator) and not isinstance(self.estimator, type):
            own = {f"estimator__{field.name}": field.name for field in fields(self.estimator)}
            parameters |= {
                name: getattr(self.estimator, attribute) for name, attribute in own.items()
            }
        return parameters

    def set_params(self, **params: Any) -> "ConnectivityFeatures":
        """Set parameters, such as ``estimator__lags``, as a grid search does."""
        prefix = "estimator__"
        nested = {k.removeprefix(prefix): v for k, v in params.items() if k.startswith(prefix)}
        super().set_params(**{k: v for k, v in params.items() if not k.startswith(prefix)})
        if nested:
            unknown = nested.keys() - {
                name.removeprefix(prefix) for name in self.get_params() if name.startswith(prefix)
            }
            if unknown:
                raise ParameterError(
                    f"{self.estimator!r} has no parameter {', '.join(sorted(unknown))}"
                )
            self.estimator = replace(self.estimator, **nested)  # type: ignore[type-var]
        return self

    def __sklearn_tags__(self) -> Tags:
        """Declare that a sample is a scan, (time, region), and not a row of numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:  # noqa: ARG002
        """Return ``"<target> <- <source>"`` for every edge."""
        check_is_fitted(self)
        places = np.argwhere(self._mask())
        names = [f"{self.regions_[t]} <- {self.regions_[s]}" for t, s in places]
        return np.asarray(names, dtype=object)

    def _mask(self) -> np.ndarray:
        directed = bool(getattr(self.estimator_, "directed", True))
        return edge_mask(len(self.regions_), directed, self.edges)

    def _series(self, scans: Scans) -> list[TimeSeries]:
        if isinstance(scans, TimeSeries):
            raise ParameterError("X must be a list of scans; got a single TimeSeries")
        if any(isinstance(scan, Connectivity) for scan in scans):
            raise ParameterError(
                "X must be a list of scans; got Connectivity. edge_features(matrices) makes the "
                "features of matrices"
            )
        series = [
            scan
            if isinstance(scan, TimeSeries)
            else TimeSeries.from_array(np.asarray(scan), self.repetition_time)
            for scan in scans
        ]
        regions = {scan.regions for scan in series}
        if len(regions) != 1:
            raise ParameterError(
                f"all scans must have the same regions in the same order; got {len(series)} scans "
                f"with {len(regions)} lists of regions"
            )
        return series

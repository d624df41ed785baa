"""Methods of other packages: estimators that can't be made."""

from attnconn_assets.operation.check.findings import Findings
from attnconn_assets.study.study import Study
from attnconn_core.connectivity import METHODS

__all__ = ["check_plugins"]


def check_plugins(study: Study, findings: Findings) -> None:
    """Make the estimator of every chosen method of another package once.

    Chosen scores and the source are made when the study is read.
    """
    for method in study.chosen_methods:
        if method.needs != "series" or method.name in METHODS:
            continue
        try:
            method.make()
        except Exception as error:  # any error of the other package's code
            findings.errors.append(
                f"method {method.name}: its class {method.module}.{method.estimator.__qualname__} "
                f"must be made from its settings alone; {type(error).__name__}: {error}"
            )
            findings.blocked[method.name] = f"its class can't be made: {error}"

"""The cohort's mean connectivity by every method."""

from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.assets.scores.study_data import StudyData
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.average import mean_connectivity
from attnconn_core.figures import Styles, matrix_gallery, network_means, png

__all__ = ["make_group_mean"]


def make_group_mean(work: Work) -> Result:
    """Average every method's matrices over one session per subject."""
    data = StudyData(work, ("matrices", "regions"))
    sessions = data.cohort.one_each()
    means = [
        mean_connectivity([data.whole_scan(name, s.key) for s in sessions])
        for name in (method.name for method in data.methods)
    ]
    signed = {method.name: method.signed for method in data.methods}
    warnings = cautions_of(work)
    styles = Styles(data.methods, warnings)
    figures = {"figure": png(matrix_gallery(means, data.regions, signed, styles=styles))}
    if data.regions.groups is not None:
        last = means[-1]
        networks = network_means(last, data.regions, signed=signed[last.method], styles=styles)
        figures["networks"] = png(networks)
    return Result(
        figures=figures,
        files={f"{mean.method}.parquet": {len(sessions): mean} for mean in means},
        metrics={"averaged": len(sessions)},
        facts={"subjects": len(sessions)},
        warnings=warnings,
    )

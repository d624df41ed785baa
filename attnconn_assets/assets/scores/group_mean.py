"""The cohort's mean connectivity by every method."""

from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.assets.scores.study_data import StudyData
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.average import mean_connectivity
from attnconn_core.figures import Styles, matrix_gallery, network_means

__all__ = ["make_group_mean"]


def make_group_mean(work: Work) -> Result:
    """Average every method's matrices over one session per subject."""
    data = StudyData(work, ("matrices", "regions"))
    sessions = data.cohort.one_each()
    warnings = cautions_of(work)
    styles = Styles(data.methods, warnings)
    means = [
        mean_connectivity([data.whole_scan(method, session.key) for session in sessions])
        for method in styles.sort(method.name for method in data.methods)
    ]
    signed = {method.name: method.signed for method in data.methods}
    over = f"mean over {len(sessions)} {'subject' if len(sessions) == 1 else 'subjects'}"
    gallery = matrix_gallery(means, data.regions, signed, subtitle=over, styles=styles)
    figures = {"figure": gallery}
    if data.regions.groups is not None:
        last = means[-1]
        networks = network_means(
            last, data.regions, signed=signed[last.method], subtitle=over, styles=styles
        )
        figures["networks"] = networks
    return Result(
        figures=figures,
        files={f"{mean.method}.parquet": {len(sessions): mean} for mean in means},
        metrics={"averaged": len(sessions)},
        facts={"subjects": len(sessions)},
        warnings=warnings,
    )

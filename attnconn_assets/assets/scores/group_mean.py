"""The cohort's mean connectivity by every method, and the net flow of regions."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.assets.scores.study_data import StudyData
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.average import mean_connectivity
from attnconn_core.connectivity.flow import Flow, flow_agreement, flow_of
from attnconn_core.figures import (
    Styles,
    brain_map,
    chosen_pairs,
    circle_gallery,
    edge_scatters,
    matrix_gallery,
    net_flow,
    network_gallery,
)
from attnconn_core.records import Connectivity
from attnconn_core.sources import load_places

__all__ = ["NO_MAP", "make_group_mean"]

#: The fact that says why there is no map of the brain.
NO_MAP = "no map of the brain"


def make_group_mean(work: Work) -> Result:
    """Average every method's matrices over one session per subject."""
    data = StudyData(work, ("matrices", "regions"))
    sessions = data.cohort.one_each()
    warnings = cautions_of(work)
    styles = Styles(data.methods, warnings)
    means: list[Connectivity] = []
    flows: list[Flow] = []
    for method in styles.sort(method.name for method in data.methods):
        matrices = [data.whole_scan(method, session.key) for session in sessions]
        means.append(mean_connectivity(matrices))
        if means[-1].directed:
            flows.append(flow_of(matrices))
    over = f"mean over {len(sessions)} {'subject' if len(sessions) == 1 else 'subjects'}"
    drawn = _figures(data, means, flows, over, styles)
    mapped, why_not = _brain_map(work, flows, over, styles)
    if mapped is not None:
        drawn["surface"] = mapped
    return Result(
        tables={"flow_agreement": flow_agreement(flows)} if len(flows) > 1 else {},
        figures=drawn,
        files={f"{mean.method}.parquet": {len(sessions): mean} for mean in means},
        metrics={"averaged": len(sessions)},
        facts={"subjects": len(sessions), **({NO_MAP: why_not} if why_not else {})},
        warnings=warnings,
    )


def _figures(
    data: StudyData,
    means: Sequence[Connectivity],
    flows: Sequence[Flow],
    over: str,
    styles: Styles,
) -> dict[str, Figure]:
    """Draw what the study has: networks need groups, directions need directed methods."""
    signed = {method.name: method.signed for method in data.methods}
    regions = data.regions
    figures = {"figure": matrix_gallery(means, regions, signed, subtitle=over, styles=styles)}
    if regions.groups is not None:
        figures["networks"] = network_gallery(means, regions, signed, subtitle=over, styles=styles)
    if pairs := chosen_pairs(means, [method.name for method in data.methods], styles):
        figures["edges"] = edge_scatters(pairs, subtitle=over, styles=styles)
    if flows:
        directed = [mean for mean in means if mean.directed]
        figures["net_flow"] = net_flow(flows, regions, subtitle=over, styles=styles)
        figures["circle"] = circle_gallery(directed, regions, signed, subtitle=over, styles=styles)
    return figures


def _brain_map(
    work: Work, flows: Sequence[Flow], over: str, styles: Styles
) -> tuple[Figure | None, str]:
    """Draw net flow where the regions lie; return the figure, or None and why there is none."""
    files = work.settings["places"]
    if not flows or not files:
        return brain_map(flows, None, subtitle=over, styles=styles)
    with work.reading(*files):
        places = load_places(files)
    return brain_map(flows, places, subtitle=over, styles=styles)

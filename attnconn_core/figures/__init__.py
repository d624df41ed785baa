"""Figures of records and scores, made with matplotlib in one style."""

from attnconn_core.figures.album import Album
from attnconn_core.figures.behaviour_winners import winners_panel
from attnconn_core.figures.behaviours import behaviour_panel
from attnconn_core.figures.brain_map import brain_map
from attnconn_core.figures.carpet import carpet
from attnconn_core.figures.carpets import carpets
from attnconn_core.figures.circle import circle_gallery
from attnconn_core.figures.comparisons import comparison_panel
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.edge_scatters import chosen_pairs, edge_scatters
from attnconn_core.figures.encode import png, svg
from attnconn_core.figures.fingerprints import fingerprint_panel
from attnconn_core.figures.forecast_pairs import forecast_pairs, forecast_scatter
from attnconn_core.figures.forecast_regions import forecast_regions
from attnconn_core.figures.forecasts import forecast_panel
from attnconn_core.figures.matrix import matrix, matrix_gallery
from attnconn_core.figures.method_styles import INFORMED, WARNED, Look, Styles, default_styles
from attnconn_core.figures.net_flow import net_flow
from attnconn_core.figures.networks import network_gallery, network_means
from attnconn_core.figures.recovered_graphs import recovered_graphs, shown_methods
from attnconn_core.figures.recoveries import recovery_panel
from attnconn_core.figures.registry import FIGURES, figures, figures_module, score_figures
from attnconn_core.figures.reliabilities import reliability_panel
from attnconn_core.figures.score_panels import score_panel
from attnconn_core.figures.session_names import session_label
from attnconn_core.figures.similarities import similarity_panel
from attnconn_core.figures.surface import flow_in_volume, flow_on_surface
from attnconn_core.figures.surface_views import find_meshes
from attnconn_core.figures.sweeps import sweep_panel, varied
from attnconn_core.figures.training import training_curve

__all__ = [
    "FIGURES",
    "INFORMED",
    "WARNED",
    "Album",
    "FigureContext",
    "Look",
    "Styles",
    "behaviour_panel",
    "brain_map",
    "carpet",
    "carpets",
    "chosen_pairs",
    "circle_gallery",
    "comparison_panel",
    "default_styles",
    "edge_scatters",
    "figures",
    "figures_module",
    "find_meshes",
    "fingerprint_panel",
    "flow_in_volume",
    "flow_on_surface",
    "forecast_pairs",
    "forecast_panel",
    "forecast_regions",
    "forecast_scatter",
    "matrix",
    "matrix_gallery",
    "net_flow",
    "network_gallery",
    "network_means",
    "png",
    "recovered_graphs",
    "recovery_panel",
    "reliability_panel",
    "score_figures",
    "score_panel",
    "session_label",
    "shown_methods",
    "similarity_panel",
    "svg",
    "sweep_panel",
    "training_curve",
    "varied",
    "winners_panel",
]

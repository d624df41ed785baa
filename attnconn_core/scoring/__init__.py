"""Scores of every method: forecast skill, reliability, fingerprint, behaviour, ground truth."""

from attnconn_core.scoring.behaviour.behaviour import (
    BehaviourScore,
    cross_validate,
    predict_behaviour,
)
from attnconn_core.scoring.behaviour.comparison import compare_behaviours
from attnconn_core.scoring.behaviour.confounds import Confounds, confound_columns
from attnconn_core.scoring.behaviour.cpm import Cpm
from attnconn_core.scoring.behaviour.folds import assign_folds
from attnconn_core.scoring.behaviour.kernel_ridge import PENALTIES, KernelRidge
from attnconn_core.scoring.behaviour.least_squares import LeastSquares
from attnconn_core.scoring.behaviour.linear_sgd import LinearSgd
from attnconn_core.scoring.behaviour.model import BehaviourModel
from attnconn_core.scoring.behaviour.resampled import corrected_resampled_t
from attnconn_core.scoring.behaviour.resampling import CrossValidation
from attnconn_core.scoring.behaviour.score import Behaviour
from attnconn_core.scoring.behaviour.table import BehaviourTable, score_behaviours
from attnconn_core.scoring.cautions import join_cautions
from attnconn_core.scoring.comparison.headline import headline_cells, in_words
from attnconn_core.scoring.comparison.measured import (
    METHOD,
    NULL_MODEL,
    PUBLISHED_VALUE,
    REFERENCE,
    SHARED_MODEL,
    Comparable,
    Comparison,
    Measured,
    join_measures,
    with_score_column,
)
from attnconn_core.scoring.comparison.paired_tests import false_discovery
from attnconn_core.scoring.comparison.power import (
    FEWEST_SUBJECTS,
    FEWEST_UNITS,
    units_for_correlation,
    units_for_difference,
)
from attnconn_core.scoring.comparison.verdicts import (
    ALL_TARGETS,
    Compared,
    compare_hits,
    compare_on_units,
    compare_targets,
)
from attnconn_core.scoring.edges.contrast import GroupContrast
from attnconn_core.scoring.edges.features import edge_features, edge_mask, is_symmetric
from attnconn_core.scoring.edges.network_based_statistic import (
    Component,
    NetworkBasedStatistic,
    network_based_statistic,
)
from attnconn_core.scoring.edges.significance import EdgeSignificance, edge_significance
from attnconn_core.scoring.edges.transformer import ConnectivityFeatures
from attnconn_core.scoring.fingerprint.edge_importance import edge_importance
from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore, fingerprint
from attnconn_core.scoring.fingerprint.group_identification import identify_by_group, mean_by_groups
from attnconn_core.scoring.fingerprint.icc import intraclass_correlation
from attnconn_core.scoring.fingerprint.identification_intervals import identification_intervals
from attnconn_core.scoring.fingerprint.penalty_choice import (
    CrossFittedIdentification,
    cross_fitted_identification,
)
from attnconn_core.scoring.fingerprint.penalty_score import PenaltyIdentification
from attnconn_core.scoring.fingerprint.reconstructed import (
    ReconstructedScore,
    reconstructed_identifiability,
)
from attnconn_core.scoring.fingerprint.score import Fingerprint
from attnconn_core.scoring.forecast.score import ForecastSkill
from attnconn_core.scoring.recovery.measures import recovery_measures
from attnconn_core.scoring.recovery.recovery import Recovery, recover
from attnconn_core.scoring.recovery.table import (
    CHANCE,
    NULL_ROWS,
    PUBLISHED,
    recovery_scores,
    summarise_recovery,
)
from attnconn_core.scoring.registry import SCORES, scores
from attnconn_core.scoring.reliability.agreement import Agreement, agreement, spearman_brown
from attnconn_core.scoring.reliability.retest import EdgewiseReliability, edgewise_reliability
from attnconn_core.scoring.reliability.score import Reliability
from attnconn_core.scoring.score import (
    Cautious,
    CheckedEarly,
    CheckedWithinPools,
    ChoosesPenalties,
    EarlyCheck,
    MethodTraits,
    Read,
    Repeats,
    Score,
    Scored,
    ScoreData,
)
from attnconn_core.scoring.settings import score_from, settings_of

__all__ = [
    "ALL_TARGETS",
    "CHANCE",
    "FEWEST_SUBJECTS",
    "FEWEST_UNITS",
    "METHOD",
    "NULL_MODEL",
    "NULL_ROWS",
    "PENALTIES",
    "PUBLISHED",
    "PUBLISHED_VALUE",
    "REFERENCE",
    "SCORES",
    "SHARED_MODEL",
    "Agreement",
    "Behaviour",
    "BehaviourModel",
    "BehaviourScore",
    "BehaviourTable",
    "Cautious",
    "CheckedEarly",
    "CheckedWithinPools",
    "ChoosesPenalties",
    "Comparable",
    "Compared",
    "Comparison",
    "Component",
    "Confounds",
    "ConnectivityFeatures",
    "Cpm",
    "CrossFittedIdentification",
    "CrossValidation",
    "EarlyCheck",
    "EdgeSignificance",
    "EdgewiseReliability",
    "Fingerprint",
    "FingerprintScore",
    "ForecastSkill",
    "GroupContrast",
    "KernelRidge",
    "LeastSquares",
    "LinearSgd",
    "Measured",
    "MethodTraits",
    "NetworkBasedStatistic",
    "PenaltyIdentification",
    "Read",
    "ReconstructedScore",
    "Recovery",
    "Reliability",
    "Repeats",
    "Score",
    "ScoreData",
    "Scored",
    "agreement",
    "assign_folds",
    "compare_behaviours",
    "compare_hits",
    "compare_on_units",
    "compare_targets",
    "confound_columns",
    "corrected_resampled_t",
    "cross_fitted_identification",
    "cross_validate",
    "edge_features",
    "edge_importance",
    "edge_mask",
    "edge_significance",
    "edgewise_reliability",
    "false_discovery",
    "fingerprint",
    "headline_cells",
    "identification_intervals",
    "identify_by_group",
    "in_words",
    "intraclass_correlation",
    "is_symmetric",
    "join_cautions",
    "join_measures",
    "mean_by_groups",
    "network_based_statistic",
    "predict_behaviour",
    "reconstructed_identifiability",
    "recover",
    "recovery_measures",
    "recovery_scores",
    "score_behaviours",
    "score_from",
    "scores",
    "settings_of",
    "spearman_brown",
    "summarise_recovery",
    "units_for_correlation",
    "units_for_difference",
    "with_score_column",
]

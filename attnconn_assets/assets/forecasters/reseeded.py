"""Models with other seeds, which show whether a matrix depends on the seed."""

import hashlib

from attnconn_assets.assets.forecasters.beginning import FRESH
from attnconn_assets.assets.forecasters.session_models import fine_tuning_of, trained
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work

__all__ = ["make_reseeded_finetuned_model", "make_reseeded_session_model"]


def make_reseeded_session_model(work: Work) -> Result:
    """Train a forecaster on one session with another seed."""
    return trained(work, FRESH) if _is_chosen(work) else _left_out(work)


def make_reseeded_finetuned_model(work: Work) -> Result:
    """Fine-tune a model on one session with another seed.

    If it starts from a cohort model, it is the one that was trained with this seed.
    """
    return trained(work, fine_tuning_of(work)) if _is_chosen(work) else _left_out(work)


def _is_chosen(work: Work) -> bool:
    """Whether the subject is in the share, by a hash of its name that others don't affect."""
    digest = hashlib.sha256(work.session.subject.encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < work.settings["seed_share"]


def _left_out(work: Work) -> Result:
    share = work.settings["seed_share"]
    why = f"the subject is not among the share of {share:g} with other seeds (seed_share)"
    return Result(facts={"left out": why})

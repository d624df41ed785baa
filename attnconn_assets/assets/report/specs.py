"""The report's asset."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from attnconn_assets.assets.report.explanations import OF_SESSION
from attnconn_assets.assets.report.page import template_source
from attnconn_assets.assets.report.report import make_report
from attnconn_assets.assets.scores.cautions import CAUTIONS
from attnconn_assets.assets.scores.specs import (
    compared_assets,
    labels_of,
    reads_cohort_models,
    scored,
)
from attnconn_assets.building.spec import BuildSpec, Kind
from attnconn_assets.study.study import Study
from attnconn_core.connectivity.method import TRAINED
from attnconn_core.sources import citation_of

__all__ = ["report_path", "specs"]

# Keys that change where and when results are made, and none of them.
_OF_OPERATION = {
    *("store", "tracking", "tracking_page", "automation", "chunk", "export", "owners"),
    *("folder", "experiment", "origins"),
}


def report_path(study: Study) -> Path:
    """Return the path of the page's copy for users."""
    return study.store_folder / "report.html"


def _given(study: Study) -> dict[str, Any]:
    """Return the study's keys as it gives them, without those of operation; files by their name."""
    return {
        key: _without_folders(value)
        for key, value in study.model_dump(exclude_unset=True, exclude=_OF_OPERATION).items()
    }


def _without_folders(value: Any) -> Any:
    """Return a value as JSON, in which a path is the name of the file or folder."""
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Mapping):
        return {str(key): _without_folders(own) for key, own in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_folders(own) for own in value]
    return to_jsonable_python(value)


def _networks(study: Study) -> dict[str, Any]:
    """Return the settings of the networks that the study's methods read, by what is trained."""
    needed = {method.needs for method in study.chosen_methods}
    of = {
        "session model": (OF_SESSION, study.subject_configuration),
        "fine-tuned model": ("the fine-tuned network", study.fine_tuned_configuration),
    }
    networks = {name: own for needs, (name, own) in of.items() if needs in needed}
    networks |= {
        f"the network of the cohort ({name})": study.configurations[name]
        for name in (study.read_out if "cohort model" in needed else ())
    }
    return {
        name: {"model": own.model.model_dump(), "training": own.training.model_dump()}
        for name, own in networks.items()
    }


def specs(study: Study) -> list[BuildSpec]:
    """Return the spec of the report, one page with every score and figure."""
    source = study.make_source()
    cohort_models = reads_cohort_models(study)
    names = {method.name for method in study.chosen_methods}
    needs: dict[str, Kind] = {"group_mean": "whole", "comparison": "whole", CAUTIONS: "whole"}
    needs |= {"cohort": "whole", "regions": "whole"}
    needs |= compared_assets(study)
    needs |= {score.name: "whole" for score in scored(study)}
    needs |= {"granger_order": "whole"} if "granger" in names else {}
    if cohort_models:
        needs |= {"group_forecaster": "configuration", "champion": "whole"}
    tuned = any(method.needs == "fine-tuned model" for method in study.chosen_methods)
    linear = study.fine_tuned_configuration.model.initialisation == "linear"
    needs |= {"shared_penalty": "whole"} if tuned and linear else {}
    return [
        BuildSpec(
            "report",
            make_report,
            "whole",
            settings={
                "name": study.name,
                "title": study.title,
                "notice": source.notice or "",
                "data": citation_of(source),
                "study": _given(study),
                "design": source.design,
                "methods": study.chosen_methods,
                "labels": labels_of(study),
                "scores": scored(study),
                "ground_truths": study.recovery.ground_truths,
                "test_fraction": study.test_fraction,
                "read_out": study.read_out if cohort_models else (),
                "networks": _networks(study),
                "begins_linear": linear
                and any(method.needs in TRAINED for method in study.chosen_methods),
                "seeds": {
                    "group models": study.configurations[study.read_out[0]].training.seed,
                    "session models": study.subject_configuration.training.seed,
                    "permutations": study.fingerprint.seed,
                },
                "page": hashlib.sha256(template_source().encode()).hexdigest(),
            },
            needs=needs,
            optional=frozenset(needs) - {CAUTIONS},
            made_without_all=True,
            keeps=frozenset({"cohort"}),
            from_configuration=study.read_out[0] if cohort_models else None,
            calls=("attnconn_core.figures.method_styles",),
            copies={"report.html": report_path(study)},
            description="One self-contained page: scores, figures, and how they were made.",
            group="report",
            kinds=frozenset({"html"}),
        )
    ]

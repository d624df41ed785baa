"""The assets of exported files: one entry per session, and one for the study."""

from typing import Any

from attnconn_assets.assets.export.export import make_export, make_study_export
from attnconn_assets.assets.scores.cautions import CAUTIONS
from attnconn_assets.assets.scores.significance import significance_of
from attnconn_assets.assets.scores.specs import contrast_of, tested_methods
from attnconn_assets.building.spec import BuildSpec, Kind
from attnconn_assets.study.export import parcellation_label
from attnconn_assets.study.study import Study
from attnconn_core import __version__
from attnconn_core.connectivity.method import Method
from attnconn_core.export.registry import FORMATS
from attnconn_core.sources.atlases import cifti_atlas

__all__ = ["EXPORT", "STUDY_EXPORT", "exported_tests", "specs"]

EXPORT = "export"
STUDY_EXPORT = "export_study"

_SCORES = "scores"
_KINDS = frozenset({"file"})


def specs(study: Study) -> list[BuildSpec]:
    """Return the specs of exported files; none if the study asks for no format."""
    of_sessions = [name for name in study.export.formats if FORMATS[name].of_session]
    if not exported_tests(study):
        of_sessions = [name for name in of_sessions if name != _SCORES]
    of_study = [name for name in study.export.formats if FORMATS[name].of_study]
    export_specs = [_of_sessions(study, of_sessions)] if of_sessions else []
    return [*export_specs, *([_of_study(study, of_study)] if of_study else [])]


def exported_tests(study: Study) -> tuple[Method, ...]:
    """Return the methods whose tests of edges are exported with the scores."""
    names = study.export.methods
    return tuple(method for method in tested_methods(study) if not names or method.name in names)


def _of_sessions(study: Study, formats: list[str]) -> BuildSpec:
    tested = exported_tests(study) if _SCORES in formats else ()
    needs: dict[str, Kind] = {"time_series": "session", "regions": "whole", CAUTIONS: "whole"}
    needs |= {method.name: "session" for method in study.exported_methods}
    needs |= {significance_of(method): "session" for method in tested}
    return BuildSpec(
        EXPORT,
        make_export,
        "session",
        settings={**_settings(study, formats), "tested": tested},
        needs=needs,
        optional=frozenset(needs) - {"time_series", "regions"},
        calls=_modules(formats),
        description="Series and matrices of every session as files for other programs: "
        f"{', '.join(formats)}. `attnconn export` writes them into a folder.",
        group="export",
        kinds=_KINDS,
    )


def _of_study(study: Study, formats: list[str]) -> BuildSpec:
    contrast = contrast_of(study) if _SCORES in formats else None
    needs: dict[str, Kind] = {"regions": "whole"}
    needs |= {"comparison": "whole"} if _SCORES in formats else {}
    needs |= {contrast.name: "whole"} if contrast else {}
    needs |= {"group_forecaster": "configuration"} if "weights" in formats else {}
    return BuildSpec(
        STUDY_EXPORT,
        make_study_export,
        "whole",
        settings={
            **_settings(study, formats),
            "title": study.title,
            "models": study.read_out[:1],
            "contrast": contrast,
        },
        needs=needs,
        optional=frozenset({contrast.name} if contrast else ()),
        from_configuration=study.read_out[0] if "weights" in formats else None,
        calls=_modules(formats),
        description="The study's scores, models and regions as files for other programs: "
        f"{', '.join(formats)}.",
        group="export",
        kinds=_KINDS,
    )


def _settings(study: Study, formats: list[str]) -> dict[str, Any]:
    source = study.make_source()
    reads_atlas = any(FORMATS[name].needs_atlas for name in formats)
    return {
        "formats": formats,
        "methods": study.exported_methods,
        "parcellation": parcellation_label(study.export, source),
        "atlas": cifti_atlas(source) if reads_atlas else None,
        "version": __version__,
    }


def _modules(formats: list[str]) -> tuple[str, ...]:
    return tuple(module for name in formats for module in FORMATS[name].modules)

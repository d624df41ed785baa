"""The assets of exported files: one entry per session, and one for the study."""

from typing import Any

from attnconn_assets.assets.export.export import make_export, make_study_export
from attnconn_assets.assets.scores.cautions import CAUTIONS
from attnconn_assets.building.spec import BuildSpec, Kind
from attnconn_assets.study.export import parcellation_label
from attnconn_assets.study.study import Study
from attnconn_core import __version__
from attnconn_core.export.registry import FORMATS
from attnconn_core.sources.atlases import cifti_atlas

__all__ = ["EXPORT", "STUDY_EXPORT", "specs"]

EXPORT = "export"
STUDY_EXPORT = "export_study"

_KINDS = frozenset({"file"})


def specs(study: Study) -> list[BuildSpec]:
    """Return the specs of exported files; none if the study asks for no format."""
    formats = [FORMATS[name] for name in study.export.formats]
    found = []
    if any(each.of_session for each in formats):
        found.append(_of_sessions(study))
    if any(each.of_study for each in formats):
        found.append(_of_study(study))
    return found


def _of_sessions(study: Study) -> BuildSpec:
    needs: dict[str, Kind] = {"time_series": "session", "regions": "whole", CAUTIONS: "whole"}
    needs |= {method.name: "session" for method in study.exported_methods}
    formats = [name for name in study.export.formats if FORMATS[name].of_session]
    return BuildSpec(
        EXPORT,
        make_export,
        "session",
        settings=_settings(study, formats),
        needs=needs,
        optional=frozenset(needs) - {"time_series", "regions"},
        calls=_modules(formats),
        description="Series and matrices of every session as files for other programs: "
        f"{', '.join(formats)}. `attnconn export` writes them into a folder.",
        group="export",
        kinds=_KINDS,
    )


def _of_study(study: Study) -> BuildSpec:
    formats = [name for name in study.export.formats if FORMATS[name].of_study]
    needs: dict[str, Kind] = {"regions": "whole"}
    needs |= {"comparison": "whole"} if "scores" in formats else {}
    needs |= {"group_forecaster": "configuration"} if "weights" in formats else {}
    return BuildSpec(
        STUDY_EXPORT,
        make_study_export,
        "whole",
        settings={
            **_settings(study, formats),
            "title": study.title,
            "models": study.read_out[:1],
        },
        needs=needs,
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

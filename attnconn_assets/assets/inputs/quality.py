"""Quality: what is measured of every session, for the study's rules to hold against."""

from functools import partial
from pathlib import Path

from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.files import file_facts
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.study import Study
from attnconn_core.records import Session
from attnconn_core.sources import Source
from attnconn_core.timeseries import series_quality

__all__ = ["specs"]


def specs(study: Study) -> list[AssetSpec]:
    """One asset; the study's rules are none of its settings: another rule measures nothing anew."""
    return [
        AssetSpec(
            recipe=Recipe(
                "quality",
                (study.source_module, "attnconn_core.timeseries.quality"),
                study.source_settings(),
            ),
            partitioned="session",
            make=make_quality,
            reads=_reads,
            needs={"time_series": "session"},
            description="Frames, coverage, motion and jumps of every session. Rules under "
            "`exclude` in the study keep sessions out of the group's models and scores.",
            group="inputs",
            kinds=frozenset({"json"}),
        )
    ]


def make_quality(work: Work) -> Made:
    """Measure a session's series and its scan, and hold them against the study's rules."""
    series = work.series()
    session, source = work.session, work.platform.source
    # A file that isn't there is recorded as such, and its coming is seen.
    files = [file_facts(path) for path in _reads(source, session)]
    measured = {**series_quality(series), **source.quality(session)}
    broken = work.study.exclude.why_not(measured)
    with work.tracked() as run:
        run.metrics(measured)
        entry = work.save(
            {"quality.json": partial(formats.write_json, content=measured)},
            {"measured": measured, "read": files},
            run,
        )
    return Made(
        entry,
        {**telling.numbers(measured), "left out of the group": broken or "no: no rule broken"},
    )


def _reads(source: Source, session: Session) -> tuple[Path, ...]:
    return (*session.files, *source.shared_files(), *source.quality_files(session))

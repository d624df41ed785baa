"""Time series: scans, parcellated, one session a partition."""

from functools import partial
from pathlib import Path

from attnconn_assets.building import metadata as telling
from attnconn_assets.building.checks import check_series
from attnconn_assets.building.spec import AssetSpec, Made, refuse_unsound
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.files import hashed, is_unchanged
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.study import Study
from attnconn_core.errors import ScanError
from attnconn_core.records import Session
from attnconn_core.sources import Source

__all__ = ["specs"]


def specs(study: Study) -> list[AssetSpec]:
    """The asset that everything else stands on."""
    return [
        AssetSpec(
            recipe=Recipe(
                "time_series",
                (study.source_module, "attnconn_core.timeseries.soundness"),
                study.source_settings(),
            ),
            partitioned="session",
            make=make_series,
            reads=_reads,
            checked=True,
            description=f"The signal of every region, (time, region). {study.title}.",
            group="inputs",
            kinds=frozenset({"parquet"}),
        )
    ]


def make_series(work: Work) -> Made:
    """Read a session's scan and keep its series if every region can be used."""
    session, source = work.session, work.platform.source
    files = [hashed(file) for file in _reads(source, session)]
    series = source.load(session)
    changed = [file["path"] for file in files if not is_unchanged(file)]
    if changed:
        raise ScanError(f"{', '.join(changed)}: changed while it was read; try again")
    checks = check_series(series, work.study.longest_window, work.study.test_fraction)
    picture = work.platform.album.carpet(series)
    refuse_unsound(checks, {"carpet": telling.picture(picture)})
    numbers = {
        "frames": series.n_frames,
        "runs": len(series.runs),
        "regions": series.n_regions,
        "repetition_time": series.repetition_time,
    }
    facts = {**numbers, "read": files}
    with work.tracked() as run:
        run.metrics(numbers)
        run.picture("carpet", picture)
        entry = work.save(
            {"series.parquet": partial(formats.write_series, series=series)}, facts, run
        )
    return Made(
        entry,
        {
            "carpet": telling.picture(picture),
            **telling.numbers(numbers),
            **({"made from": telling.files(files)} if files else {}),
            **telling.schema(
                {"(run)": "int32", **dict.fromkeys(series.regions, "float32")},
                **{"(run)": "which uninterrupted run a frame belongs to, from 1"},
            ),
        },
        checks,
    )


def _reads(source: Source, session: Session) -> tuple[Path, ...]:
    return (*session.files, *source.shared_files())

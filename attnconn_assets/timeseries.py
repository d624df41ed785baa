"""Time series: scans, parcellated, one session a partition."""

from functools import partial

from attnconn_assets import formats, telling
from attnconn_assets.asset import AssetSpec, CheckFailedError, Made
from attnconn_assets.checks import check_series
from attnconn_assets.files import hashed
from attnconn_assets.lineage import Recipe
from attnconn_assets.study import Study
from attnconn_assets.work import Work
from attnconn_core.errors import CohortError
from attnconn_core.records import Session

__all__ = ["specs"]


def specs(study: Study) -> list[AssetSpec]:
    """The asset that everything else stands on."""
    return [
        AssetSpec(
            recipe=Recipe(
                "time_series",
                ("attnconn_core.sources", "attnconn_core.timeseries.soundness"),
                study.source_settings(),
            ),
            partitioned="session",
            make=make_series,
            checked=True,
            description=f"The signal of every region, (time, region). {study.title}.",
            group="inputs",
            kinds=frozenset({"parquet"}),
        )
    ]


def make_series(work: Work) -> Made:
    """Read a session's scan and keep its series if every region can be used."""
    session = _session(work)
    series = work.platform.source.load(session)
    checks = check_series(series, work.study.longest_window, work.study.test_fraction)
    picture = work.platform.album.carpet(series)
    broken = [check.complaint for check in checks if not check.passed]
    if broken:
        raise CheckFailedError("; ".join(broken), checks, {"carpet": telling.picture(picture)})
    numbers = {
        "frames": series.n_frames,
        "runs": len(series.runs),
        "regions": series.n_regions,
        "repetition_time": series.repetition_time,
    }
    read = (*session.files, *work.platform.source.shared_files())
    files = [hashed(file) for file in read]
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


def _session(work: Work) -> Session:
    session = work.platform.sessions.get(work.partition)
    if session is None:
        raise CohortError(
            f"{work.partition}: no scan of this session where the study looks for it "
            f"({work.study.name}, source {work.study.source}); it was removed or renamed"
        )
    return session

"""Quality: measures of every session, which the study's rules use."""

from dataclasses import asdict

from attnconn_assets.building.motion import MOTION
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.suspicions import SUSPICIONS
from attnconn_core.sources import region_coverage, session_motion, summarise_motion
from attnconn_core.timeseries import series_quality, suspicions

__all__ = ["make_quality"]

_SHOWN = 20  # regions, the least covered first


def make_quality(work: Work) -> Result:
    """Measure the quality of a session's series and scan, and list what is suspicious.

    The study's rules aren't settings of this asset, so changing a rule doesn't make it stale. Group
    results list the sessions that they exclude, with the rule.
    """
    session, source = work.session, work.source
    # Missing files are recorded as missing, so that the asset is stale once they exist.
    work.watch(*session.files, *source.shared_files(), *source.quality_files(session))
    series = work.series()
    measured = {**series_quality(series), **source.quality(session)}
    motion = summarise_motion(session_motion(source, session) or ())
    covered = region_coverage(source, session)
    partly = {name: share for name, share in covered.items() if share < 1}
    least = sorted(partly, key=partly.__getitem__)[:_SHOWN]
    return Result(
        files={"quality.json": measured},
        metrics=measured,
        facts={
            "measured": measured,
            SUSPICIONS: list(suspicions(series)),
            **({MOTION: [asdict(run) for run in motion]} if motion else {}),
            **({"covered in part": {name: partly[name] for name in least}} if least else {}),
        },
    )

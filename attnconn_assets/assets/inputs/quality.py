"""Quality: what is measured of every session, for the study's rules to hold against."""

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
    """Measure a session's series and its scan, and say what is suspicious about them.

    The study's rules are no setting of it: another rule measures nothing anew. Group results
    list the sessions that they leave out, with the rule.
    """
    session, source = work.session, work.source
    # A file that isn't there is recorded as such, and its coming is seen.
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

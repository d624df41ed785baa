"""Sensors: sessions become partitions as their scans appear."""

import dagster as dg

from attnconn_assets.partitions import session_partitions
from attnconn_assets.study import Study

__all__ = ["discovery"]


def discovery(study: Study) -> dg.SensorDefinition:
    """Add a partition for every session that the study's source has and Dagster doesn't."""
    partitions = session_partitions(study)

    @dg.sensor(
        name=f"{study.name}_discovery",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Adds new sessions of {study.title} as partitions.",
    )
    def discover(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        known = set(context.instance.get_dynamic_partitions(str(partitions.name)))
        new = [s.key for s in study.make_source().sessions() if s.key not in known]
        if not new:
            return dg.SkipReason(f"all {len(known)} sessions are known")
        return dg.SensorResult(dynamic_partitions_requests=[partitions.build_add_request(new)])

    return discover

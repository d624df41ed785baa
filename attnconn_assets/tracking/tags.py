"""Tags of every MLflow run that lead back to Dagster."""

import dataclasses

__all__ = ["NOTE", "Origin"]

NOTE = "mlflow.note.content"
"""MLflow's tag of the description of a run or of an experiment."""


@dataclasses.dataclass(frozen=True)
class Origin:
    """Origin of an MLflow run in Dagster."""

    study: str
    asset: str
    partition: str
    dagster_run: str
    code_version: str

    def tags(self) -> dict[str, str]:
        """Return the tags for MLflow."""
        own = {f"attnconn.{name}": value for name, value in dataclasses.asdict(self).items()}
        return {**own, "mlflow.source.name": f"{self.study}/{self.asset}"}

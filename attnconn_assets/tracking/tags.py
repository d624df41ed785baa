"""The tags that every run in MLflow carries, which lead back to Dagster."""

import dataclasses

__all__ = ["Origin"]


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a run in MLflow comes from: the tags that lead back to Dagster."""

    study: str
    asset: str
    partition: str
    dagster_run: str
    code_version: str

    def tags(self) -> dict[str, str]:
        """The tags as MLflow holds them."""
        own = {f"attnconn.{name}": value for name, value in dataclasses.asdict(self).items()}
        return {**own, "mlflow.source.name": f"{self.study}/{self.asset}"}

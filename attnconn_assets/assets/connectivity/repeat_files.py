"""Names of the files of repeated matrices."""

__all__ = ["FIRST_HALF", "SECOND_HALF", "repeats_asset", "seed_file"]

FIRST_HALF, SECOND_HALF = "first_half.parquet", "second_half.parquet"


def seed_file(number: int) -> str:
    """Return the name of the file with the matrix by models of a seed."""
    return f"seed_{number}.parquet"


def repeats_asset(method: str) -> str:
    """Return the name of the asset with a method's repeated matrices."""
    return f"repeats_{method}"

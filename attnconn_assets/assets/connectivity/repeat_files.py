"""The files of repeated matrices, apart from what makes them: who reads them needs no more."""

__all__ = ["FIRST_HALF", "SECOND_HALF", "repeats_asset", "seed_file"]

FIRST_HALF, SECOND_HALF = "first_half.parquet", "second_half.parquet"


def seed_file(number: int) -> str:
    """Name the file that holds the matrix by models of a seed."""
    return f"seed_{number}.parquet"


def repeats_asset(method: str) -> str:
    """Name the asset that holds the repeated matrices of a method."""
    return f"repeats_{method}"

"""The files of matrices at other penalties, apart from what makes them."""

__all__ = ["PENALTIES", "penalised_asset", "penalty_file"]

#: The fact that says which penalties have a file, in the order of their numbers.
PENALTIES = "penalties"


def penalty_file(number: int) -> str:
    """Name the file that holds the matrices at a penalty."""
    return f"penalty_{number}.parquet"


def penalised_asset(method: str) -> str:
    """Name the asset that holds the matrices of a method at every penalty."""
    return f"penalised_{method}"

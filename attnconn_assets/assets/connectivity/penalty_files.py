"""Names of the files of matrices at several penalties."""

__all__ = ["PENALTIES", "penalised_asset", "penalty_file"]

#: Name of the fact that lists the penalties, in the order of the files' numbers.
PENALTIES = "penalties"


def penalty_file(number: int) -> str:
    """Return the name of the file with the matrices at a penalty."""
    return f"penalty_{number}.parquet"


def penalised_asset(method: str) -> str:
    """Return the name of the asset with a method's matrices at every penalty."""
    return f"penalised_{method}"

"""Names of BIDS files: entities, suffix and ending."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from attnconn_core.errors import IdentifierError

__all__ = ["BidsName", "read_bids_name"]

_ENDINGS = (".dtseries.nii", ".ptseries.nii", ".dlabel.nii", ".nii.gz", ".nii", ".tsv", ".json")


@dataclass(frozen=True)
class BidsName:
    """The parts of a file's name.

    Attributes
    ----------
    entities
        Keys and values, such as ``task`` and ``rest``, in the order of the name.
    suffix
        The word before the ending, such as ``bold``.
    ending
        The ending, such as ``.nii.gz``.
    """

    entities: Mapping[str, str]
    suffix: str
    ending: str

    @property
    def subject(self) -> str:
        """The subject; empty if the name has none."""
        return self.entities.get("sub", "")

    @property
    def session(self) -> str:
        """The session; ``test`` if the name has none, as in a folder of arrays."""
        return self.entities.get("ses", "test")

    def without(self, *keys: str) -> dict[str, str]:
        """Return the entities without some."""
        return {key: value for key, value in self.entities.items() if key not in keys}


def read_bids_name(path: Path) -> BidsName:
    """Return the parts of a file's name, ``<key>-<value>_…_<suffix><ending>``.

    Raises
    ------
    IdentifierError
        If the name breaks the rule.

    Examples
    --------
    >>> name = read_bids_name(Path("sub-01_task-rest_space-fsLR_den-91k_bold.dtseries.nii"))
    >>> name.entities["task"], name.session, name.suffix, name.ending
    ('rest', 'test', 'bold', '.dtseries.nii')
    """
    ending = next((known for known in _ENDINGS if path.name.endswith(known)), "")
    *pairs, suffix = path.name.removesuffix(ending).split("_")
    parts = [pair.partition("-") for pair in pairs]
    entities = {key: value for key, _, value in parts}
    named = all(key.isalnum() and value for key, _, value in parts)
    if not (ending and suffix.isalnum() and named and len(entities) == len(parts)):
        raise IdentifierError(
            f"{path}: must be named as BIDS names files, sub-<id>[_ses-<id>][_<key>-<value>…]_"
            f"<suffix>, each key once, ending in {', '.join(_ENDINGS)}; got {path.name!r}"
        )
    return BidsName(entities, suffix, ending)

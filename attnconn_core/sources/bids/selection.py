"""Which of a dataset's files are scans: one kind, one task, one space."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from attnconn_core.errors import AtlasError, CohortError, IdentifierError, InputError, StudyError
from attnconn_core.sources.bids.entities import BidsName, read_bids_name
from attnconn_core.sources.bids.tree import Refused, find_scans, gifti_series
from attnconn_core.sources.subjects import SubjectList

__all__ = ["scans_of_study", "suffixes_for"]

# Entities in which scans of one study may differ.
_OF_RUNS = ("sub", "ses", "run", "dir")
_ANY = "*"
_UNPARCELLATED = {".dtseries.nii": "bold", ".nii.gz": "bold"}
# Entities that have a study key of their own.
_OWN_KEYS = ("task", "space")
_REST = "rest"  # the task to which an error points

Named = Sequence[tuple[Path, BidsName]]
Wanted = Mapping[str, str | None]


def suffixes_for(atlas: Path | None) -> dict[str, str]:
    """Return ending → suffix of the scans that an atlas fits; without one, of parcellated series.

    Raises
    ------
    StudyError
        If the atlas has another ending.
    """
    if atlas is None:
        return {".ptseries.nii": "timeseries", ".tsv": "timeseries"}
    if atlas.name.endswith(".dlabel.nii"):
        return {".dtseries.nii": "bold"}
    if atlas.name.endswith((".nii.gz", ".nii")):
        return {".nii.gz": "bold", ".nii": "bold"}
    raise StudyError(
        "atlas: must be a dlabel.nii, for scans on the surface, or a label image .nii.gz, for "
        f"volumes; got {atlas}"
    )


def scans_of_study(
    root: Path, atlas: Path | None, wanted: Wanted, listed: SubjectList | None
) -> tuple[Named, Refused]:
    """Return the scans of a study, all of one kind, and the files that can't be scans.

    Parameters
    ----------
    root
        The folder of the dataset.
    atlas
        The study's atlas; its ending decides which files are scans.
    wanted
        Entity → value that the study chooses; None for scans without the entity.
    listed
        The subjects to use; None for all.

    Raises
    ------
    StudyError
        If the folder is no dataset, or its scans need an atlas.
    CohortError
        If there is no scan, or several kinds.
    AtlasError
        If atlas and scans are in different spaces.
    """
    suffixes = suffixes_for(atlas)
    all_scans, refused = find_scans(root, suffixes)
    scans: Named = [
        (path, name)
        for path, name in _without_twins(all_scans)
        if listed is None or listed.wants(name.subject, name.session)
    ]
    if not scans:
        for problem in refused.values():
            raise problem
        raise _no_scans(root, atlas, listed if all_scans else None)
    scans = _chosen(scans, wanted)
    _require_one_kind(scans)
    if atlas is not None:
        _require_same_space(atlas, scans)
    return scans, refused


def _no_scans(root: Path, atlas: Path | None, listed: SubjectList | None) -> InputError:
    """Return the error that a dataset has no scan that fits the atlas, of the listed subjects."""
    unparcellated = find_scans(root, _UNPARCELLATED)[0]
    if atlas is None and unparcellated:
        first, _ = unparcellated[0]
        return StudyError(
            "atlas: must be given for scans that aren't parcellated, a dlabel.nii for "
            "bold.dtseries.nii and a label image for bold.nii.gz; the dataset holds "
            f"{first.relative_to(root)}"
        )
    surface = None if unparcellated or listed else gifti_series(root)
    if surface is not None:
        return CohortError(
            f"{root}: scans must be in CIFTI (bold.dtseries.nii) or volumes (bold.nii.gz); the "
            f"dataset holds only surfaces in GIFTI, such as {surface.relative_to(root)}. Run "
            "fMRIPrep with --cifti-output 91k for an atlas on the surface (dlabel.nii), or with a "
            "volume such as MNI152NLin2009cAsym among --output-spaces for a label image"
        )
    kinds = " or ".join(f"_{suffix}{ending}" for ending, suffix in suffixes_for(atlas).items())
    return CohortError(
        f"{root}: must hold scans sub-<id>…{kinds}"
        + (f", which fit the atlas {atlas}" if atlas else "")
        + "; it holds none"
        + (f" of the subjects that {listed.path} lists" if listed else "")
    )


def _require_same_space(atlas: Path, scans: Named) -> None:
    """Require that an atlas is in the scans' space, where its name states one.

    Raises
    ------
    AtlasError
        If it is in another; the same voxels may lie in two templates.
    """
    try:
        stated = read_bids_name(atlas).entities
    except IdentifierError:
        return
    space = stated.get("space", stated.get("tpl"))
    for path, name in scans:
        own = name.entities.get("space")
        if space is not None and own is not None and own != space:
            raise AtlasError(
                f"{atlas}: atlas and scans must be in one space; the atlas is in {space} and "
                f"{path.name} in {own}. Use an atlas in {own}, or choose scans in {space} by the "
                "key space"
            )


def _chosen(scans: Named, wanted: Wanted) -> Named:
    """Return the scans with the entities that a study chooses.

    Parameters
    ----------
    scans
        At least one scan.
    wanted
        Entity → value; None for scans without the entity, ``*`` for all that have it.

    Raises
    ------
    CohortError
        If no scan has them; the message lists the values that exist.
    """
    for key, value in wanted.items():
        there = _values(scans, key)
        scans = [
            (path, name)
            for path, name in scans
            if name.entities.get(key) == value or (value == _ANY and key in name.entities)
        ]
        if not scans:
            said = "no such entity" if value is None else repr(value)
            raise CohortError(
                f"{_study_key(key)}: at least one scan must have {said} as {key}; there are "
                f"{_counted(there)}"
            )
    return scans


def _require_one_kind(scans: Named) -> None:
    """Require that scans differ only in subject, session, run and phase-encoding direction.

    Raises
    ------
    CohortError
        If they differ in anything else; the message lists the values, and the study key that
        chooses one.
    """
    keys = dict.fromkeys(key for _, name in scans for key in name.entities)
    for key in sorted(keys, key=lambda key: key not in _OWN_KEYS):
        there = _values(scans, key)
        if key not in _OF_RUNS and len(there) > 1:
            named = [value for value in there if value is not None]
            # Of scans at rest there may be fewer.
            usual = _REST if _REST in named else max(named, key=there.__getitem__)
            example = f"{key}: {usual}" if key in _OWN_KEYS else f"select: {{{key}: {usual}}}"
            raise CohortError(
                f"all scans must be of one {key}; there are {_counted(there)}. Choose one "
                f"by {_study_key(key)}, such as {example}"
                + ("" if None not in there else f" (select: {{{key}: null}} for scans without)")
            )


def _without_twins(scans: Named) -> Named:
    """Return scans without tables that lie beside a ``ptseries.nii`` with the same series.

    XCP-D writes both; the latter stores the repetition time.
    """
    parcellated = {_identity(*scan) for scan in scans if scan[1].ending == ".ptseries.nii"}
    return [
        scan for scan in scans if scan[1].ending != ".tsv" or _identity(*scan) not in parcellated
    ]


def _identity(path: Path, name: BidsName) -> tuple[Path, frozenset[tuple[str, str]]]:
    """Return what both of XCP-D's files of a series share; only one names the density."""
    return path.parent, frozenset(name.without("den").items())


def _study_key(entity: str) -> str:
    return entity if entity in _OWN_KEYS else "select"


def _values(scans: Named, key: str) -> Counter[str | None]:
    return Counter(name.entities.get(key) for _, name in scans)


def _counted(there: Counter[str | None]) -> str:
    """Return the values that exist, and how many scans have each."""
    ordered = sorted(there.items(), key=lambda pair: (-pair[1], pair[0] is None, pair[0]))
    return ", ".join(
        f"{'none' if value is None else value} ({count} scan{'s' * (count > 1)})"
        for value, count in ordered
    )

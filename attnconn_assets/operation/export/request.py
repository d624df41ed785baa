"""What an export is asked for, checked against the study and its store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.export.reading import session_of
from attnconn_assets.assets.export.specs import exported_tests
from attnconn_assets.assets.scores.specs import contrast_of, tested_methods
from attnconn_assets.building.likeness import of_other_regions
from attnconn_assets.building.narrowed import NARROWED, off_the_table
from attnconn_assets.building.recorded import recorded_facts
from attnconn_assets.storage.store import Store
from attnconn_assets.study.export import parcellation_label
from attnconn_assets.study.study import Study
from attnconn_core.connectivity.method import Method
from attnconn_core.errors import AttnconnError, InputError, ParameterError, StoreError
from attnconn_core.export import bids_label, check_formats, check_labels
from attnconn_core.export.registry import FORMATS
from attnconn_core.records import subject_of
from attnconn_core.scoring import GroupContrast
from attnconn_core.sources import cifti_atlas
from attnconn_core.wording import few_and_more

__all__ = ["Request", "requested"]

_USUAL = ("bids", "scores")
_WEIGHTS = "weights"
_SHOWN = 8


@dataclass(frozen=True)
class Request:
    """What is to be exported.

    Attributes
    ----------
    formats
        Names of formats.
    methods
        Methods whose matrices are exported.
    sessions
        Keys of sessions.
    models
        Asset and partition of stored models.
    parcellation
        Name of the parcellation in file names; None for the number of
        regions.
    gone
        Stored sessions that are left out → why: the study has no scan of them today, its table
        of subjects doesn't name them, it excludes them by name, or they have other regions than
        most.
    tested
        Methods whose edges were tested in every session, if scores are exported.
    contrast
        The contrast of two groups, if the study has one and scores are exported.
    """

    formats: tuple[str, ...]
    methods: tuple[Method, ...]
    sessions: tuple[str, ...]
    models: tuple[tuple[str, str], ...]
    parcellation: str | None = None
    gone: Mapping[str, str] = field(default_factory=dict)
    tested: tuple[Method, ...] = ()
    contrast: GroupContrast | None = None


def requested(
    study: Study,
    *,
    formats: Sequence[str] = (),
    methods: Sequence[str] = (),
    sessions: Sequence[str] = (),
    models: Sequence[str] = (),
    parcellation: str | None = None,
) -> Request:
    """Return what is to be exported of a study; what isn't given is as the study says.

    Parameters
    ----------
    study
        The study.
    formats
        Names of formats; by default those of the study's key ``export``, or else ``bids``,
        ``scores`` and, if the study has an atlas in CIFTI, ``cifti``.
    methods
        Names of methods; by default those of the study.
    sessions
        Keys of sessions, or subjects (``sub-01``); by default all that are stored and belong to
        the study today.
    models
        Models whose weights are exported, as ``asset/partition``.
    parcellation
        Name of the parcellation in file names.

    Raises
    ------
    InputError
        Naming a format, method, session or model that doesn't exist, or a format that needs an
        atlas.
    StoreError
        If no session is stored.
    """
    store = store_of(study)
    chosen = _formats(study, formats, bool(models))
    known = {method.name: method for method in study.exported_methods}
    known = {method.name: method for method in study.chosen_methods} if methods else known
    strange = [name for name in methods if name not in known]
    if strange:
        raise ParameterError(
            f"a method must be one of the study's, {', '.join(known)}; got {', '.join(strange)}"
        )
    picked = tuple(known[name] for name in dict.fromkeys(methods or known))
    keys, gone = _sessions(study, store, sessions)
    check_labels(map(session_of, keys), picked)
    with_scores = "scores" in chosen
    tested = tested_methods(study) if methods else exported_tests(study)
    return Request(
        chosen,
        picked,
        keys,
        _models(study, store, models, _WEIGHTS in chosen),
        bids_label(parcellation)
        if parcellation
        else parcellation_label(study.export, study.make_source()),
        gone,
        tuple(m for m in tested if not methods or m.name in methods) if with_scores else (),
        contrast_of(study) if with_scores else None,
    )


def _formats(study: Study, names: Sequence[str], with_models: bool) -> tuple[str, ...]:
    has_atlas = cifti_atlas(study.make_source()) is not None
    usual = (*_USUAL, *(["cifti"] if has_atlas else []))
    chosen = check_formats(names or study.export.formats or usual)
    unable = [name for name in chosen if FORMATS[name].needs_atlas]
    if unable and not has_atlas:
        raise InputError(
            f"{', '.join(unable)} holds the vertices of every region, so it needs a study with an "
            f"atlas in CIFTI (dlabel.nii); source {study.source} of {study.name} has none"
        )
    return (*chosen, _WEIGHTS) if with_models and _WEIGHTS not in chosen else chosen


def _sessions(
    study: Study, store: Store, names: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the sessions to export, and stored ones that are left out → why."""
    stored = store.partitions("time_series")
    if not stored:
        raise StoreError(
            f"an export needs stored results; {study.store_folder} has no time series: "
            "`attnconn run` makes them"
        )
    if not names:
        gone = _left_out(study, store, stored)
        return tuple(key for key in stored if key not in gone), gone
    called = {
        name: [key for key in stored if name in (key, f"sub-{subject_of(key)}")] for name in names
    }
    strange = [name for name, keys in called.items() if not keys]
    if strange:
        raise InputError(
            f"a session must be stored, such as {stored[0]}, or sub-{subject_of(stored[0])} for "
            f"all of the subject; got {few_and_more(strange, _SHOWN)}"
        )
    picked = {key for keys in called.values() for key in keys}
    return tuple(key for key in stored if key in picked), {}


def _left_out(study: Study, store: Store, stored: Sequence[str]) -> dict[str, str]:
    """Return the stored sessions that don't belong to the study today → why."""
    there = _there(study)
    gone = {
        key: "the study has no scan of them today"
        for key in stored
        if there is not None and key not in there
    }
    gone |= dict.fromkeys(off_the_table(study, store) or (), NARROWED)
    gone |= {key: "exclude.sessions names them" for key in stored if study.exclude.names(key)}
    rest = [key for key in stored if key not in gone]
    return gone | of_other_regions(recorded_facts(store, "time_series", rest))


def _there(study: Study) -> frozenset[str] | None:
    """Return the sessions that the source lists; None if it can't list them."""
    try:
        listing = study.make_source().listing()
    except (AttnconnError, OSError):  # such as a disk that isn't mounted; `State` reports it
        return None
    return frozenset(session.key for session in listing.sessions)


def _models(
    study: Study, store: Store, names: Sequence[str], weights: bool
) -> tuple[tuple[str, str], ...]:
    if not names:
        return (("group_forecaster", study.read_out[0]),) if weights else ()
    there = [
        f"{asset}/{partition}"
        for asset in store.assets()
        if asset.endswith("_forecaster")
        for partition in store.partitions(asset)
    ]
    strange = [name for name in names if name not in there]
    if strange:
        raise InputError(
            f"a model must be a stored one, {few_and_more(there, _SHOWN) or 'and there is none'}; "
            f"got {few_and_more(strange, _SHOWN)}"
        )
    pairs = (name.split("/", 1) for name in dict.fromkeys(names))
    return tuple((asset, partition) for asset, partition in pairs)

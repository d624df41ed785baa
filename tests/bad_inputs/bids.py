"""Bad datasets of fMRIPrep and XCP-D: what is wrong, a use of it, the error, part of its message."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from attnconn_core.errors import AtlasError, CohortError, IdentifierError, ScanError, StudyError
from attnconn_core.sources import BidsDerivatives, Confounds, Scrub
from tests.bids_dataset import AFFINE, FmriPrep, XcpD, confounds, label_image, surface_atlas

__all__ = ["DATASETS"]

_KEEP_ALL = Confounds(strategy=())
_Use = Callable[[Path], object]


def _dense(change: Callable[[FmriPrep], object], **keys: object) -> _Use:
    """Read dense series after a change of a good dataset."""

    def use(folder: Path) -> object:
        dataset = FmriPrep(folder / "fmriprep")
        dataset.session("01", "1")
        change(dataset)
        atlas = surface_atlas(folder / "four.dlabel.nii")
        own = {"atlas": atlas, "confounds": Confounds()}
        source = BidsDerivatives(dataset.root, **{**own, **keys})
        return [(source.shape(each), source.load(each)) for each in source.sessions()]

    return use


def _volumes(spoil: Callable[[Path], object], **image: object) -> _Use:
    """Read volumes with a label image that was changed."""

    def use(folder: Path) -> object:
        dataset = FmriPrep(folder / "fmriprep")
        dataset.session("01", "1")
        dataset.volume("01", "1")
        atlas = label_image(folder / "four.nii.gz", **image)
        spoil(folder / "four.tsv")
        source = BidsDerivatives(dataset.root, atlas, confounds=_KEEP_ALL)
        return [source.load(each) for each in source.sessions()]

    return use


def _parcels(change: Callable[[XcpD], object], **keys: object) -> _Use:
    """Read XCP-D's series after a change of a good dataset."""

    def use(folder: Path) -> object:
        dataset = XcpD(folder / "xcp_d")
        dataset.parcels("01", "1", censored=(50,))
        change(dataset)
        source = BidsDerivatives(dataset.root, **keys)
        return [source.load(each) for each in source.sessions()]

    return use


def _parcels_quality(value: str, other: str) -> _Use:
    """Read the quality of XCP-D's series with another text in its table of coverage."""

    def use(folder: Path) -> object:
        dataset = XcpD(folder / "xcp_d")
        dataset.parcels("01", "1")
        (table,) = dataset.root.rglob("*coverage_bold.tsv")
        table.write_text(table.read_text().replace(value, other))
        source = BidsDerivatives(dataset.root)
        return [source.quality(each) for each in source.sessions()]

    return use


def _nothing(_: object) -> None:
    """Leave a dataset as it is."""


def _delete(pattern: str) -> Callable[[FmriPrep], object]:
    return lambda dataset: [path.unlink() for path in dataset.root.rglob(pattern)]


def _table_of(n_frames: int, *lost: str) -> Callable[[FmriPrep], object]:
    def change(dataset: FmriPrep) -> None:
        content = confounds(n_frames).drop(columns=list(lost))
        dataset.table(dataset.stem("01", "1"), content)

    return change


def _other_outliers(dataset: XcpD) -> None:
    nothing = np.zeros(90, dtype=int)
    dataset.table(
        dataset.stem("01", "1"), pd.DataFrame({"framewise_displacement": nothing}), "outliers"
    )


def _misplaced(dataset: FmriPrep) -> None:
    scan, _ = dataset.session("02", "1")
    scan.rename(dataset.folder("01", "1") / scan.name)


def _another_run(dataset: FmriPrep) -> None:
    dataset.session("01", "1", dir="PA", step=3.0)


def _raw(folder: Path) -> object:
    scan = FmriPrep(folder / "bids").volume("01", "1")
    scan.rename(scan.with_name("sub-01_ses-1_task-rest_bold.nii.gz"))
    atlas = label_image(folder / "four.nii.gz")
    return BidsDerivatives(folder / "bids", atlas, confounds=Confounds()).sessions()


def _gifti(folder: Path) -> object:
    stem = FmriPrep(folder / "fmriprep").stem("01", "1", hemi="L", space="fsaverage5")
    stem.with_name(f"{stem.name}_bold.func.gii").touch()
    return BidsDerivatives(folder / "fmriprep", confounds=Confounds()).sessions()


def _one_row_less(table: Path) -> None:
    table.write_text("\n".join(table.read_text().splitlines()[:-1]))


DATASETS: list[tuple[str, _Use, type[Exception], str]] = [
    ("scans as they were acquired", _raw, StudyError, "must be a folder of derivatives"),
    ("surfaces in GIFTI only", _gifti, CohortError, "holds only surfaces in GIFTI"),
    ("a file of all runs beside the runs", _dense(lambda d: d.session("01", "1", run=1)), CohortError, "either all scans of a session or none"),
    ("fMRIPrep's scans, and nothing is said of confounds", _dense(_nothing, confounds=None), StudyError, "confounds: a study must say"),
    ("two tasks", _dense(lambda d: d.session("01", "1", task="nback")), CohortError, "one task; there are nback (1 scan), rest (1 scan)"),
    ("a task that isn't there", _dense(_nothing, task="nback"), CohortError, "have 'nback' as task"),
    ("no table of confounds", _dense(_delete("*confounds*.tsv")), ScanError, "there is none"),
    ("a table of confounds of another scan", _dense(_table_of(119)), ScanError, "each of the 120 frames"),
    ("a strategy without its columns", _dense(_table_of(120, "csf")), ScanError, "that wm_csf needs; it lacks csf"),
    ("no framewise displacement to scrub by", _dense(_table_of(120, "framewise_displacement"), scrub=Scrub()), ScanError, "that scrub needs"),
    ("more confounds than frames", _dense(_nothing, low_pass=0.03), ScanError, "must leave degrees of freedom"),
    ("a filter above the highest frequency", _dense(_nothing, low_pass=0.4), StudyError, "must be below 0.25 Hz"),
    ("drifts removed by cosines and by a filter", _dense(_nothing, high_pass=0.01), StudyError, "slow drifts must be removed once"),
    ("every frame moved", _dense(_nothing, scrub=Scrub(fd_threshold=0.01)), ScanError, "scrubbing must leave a run of 5 frames"),
    ("runs of two repetition times", _dense(_another_run), ScanError, "all runs must have one repetition time"),
    ("a sidecar with another repetition time", _dense(lambda d: d.sidecar(next(d.root.rglob("*.dtseries.nii")), 2.2)), ScanError, "its header states 2 s"),
    ("a scan in another subject's folder", _dense(_misplaced), IdentifierError, "it lies in sub-01"),
    ("a folder above the dataset", lambda folder: BidsDerivatives(FmriPrep(folder / "a" / "b").root.parent).sessions(), StudyError, "folders sub-<id>"),
    ("a label image of other voxels", _volumes(_nothing, affine=AFFINE + np.eye(4, k=3)), AtlasError, "must have the same voxels"),
    ("a label without a row in the table", _volumes(_one_row_less), AtlasError, "1 have none: 9"),
    ("a region without a voxel", _volumes(lambda table: table.write_text(table.read_text() + "11\tE\n")), AtlasError, "must have a voxel; 1 have none: E"),
    ("no table of labels", _volumes(Path.unlink), StudyError, "a label image needs a table"),
    ("XCP-D's series, to be cleaned again", _parcels(_nothing, confounds=Confounds()), StudyError, "must not be cleaned again"),
    ("several segmentations of XCP-D", _parcels(lambda d: d.parcels("01", "1", atlas="Gordon")), CohortError, "select: {seg: Gordon}"),
    ("XCP-D's series without its outliers", _parcels(_delete("*_outliers.tsv")), ScanError, "has 119 frames, and"),
    ("XCP-D's coverage with a word", _parcels_quality("0.75", "much"), ScanError, "D has much"),
    ("XCP-D's coverage in percent", _parcels_quality("0.75", "75"), ScanError, "D has 75"),
    ("a parcel with two rows of coverage", _parcels_quality("D\t", "C\t1\nD\t"), ScanError, "these have several: C"),
    ("XCP-D's outliers of another scan", _parcels(_other_outliers), ScanError, "must have the 90 frames that"),
]  # fmt: skip
"""A row per bad dataset."""

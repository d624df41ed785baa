"""Bad inputs, by the door they come in: each with the error and the message that it gets.

`tests.bad_inputs.page` writes them to ``docs/bad-inputs.md``.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from attnconn_assets.instance.home import ensure_home
from attnconn_assets.study.study import load_study
from attnconn_core.errors import (
    AtlasError,
    CohortError,
    IdentifierError,
    InputError,
    ScanError,
    StudyError,
)
from attnconn_core.parcellation import load_atlas, parcellate, read_region_table
from attnconn_core.sources import (
    ArrayFolder,
    HcpTree,
    check_phenotypes,
    match_phenotypes,
    read_known_truth,
    read_phenotypes,
)
from attnconn_core.sources.motion import read_relative_rms
from attnconn_core.sources.subjects import read_subjects
from tests.bad_inputs.bids import DATASETS
from tests.bad_inputs.inputs import (
    EXPERIMENT,
    REGIONS,
    STUDY,
    dlabel,
    dtseries,
    ptseries,
    put,
    series,
    table,
)

__all__ = ["CASES", "COMMANDS", "Case"]

SCAN = "sub-01_ses-test"


@dataclass(frozen=True)
class Case:
    """One bad input.

    Attributes
    ----------
    door
        Where it comes in.
    what
        The input, in words.
    use
        Writes it into a folder and reads it.
    error
        What is raised.
    says
        A part of the message.
    """

    door: str
    what: str
    use: Callable[[Path], object]
    error: type[Exception]
    says: str

    @property
    def name(self) -> str:
        return f"{self.door}: {self.what}"


def _scan(name: str, content: object, **keys: object) -> Callable[[Path], object]:
    def use(folder: Path) -> object:
        put(folder / "scans" / name, content)
        return _load(folder, **keys)

    return use


def _sidecar(content: object) -> Callable[[Path], object]:
    def use(folder: Path) -> object:
        put(folder / "scans" / f"{SCAN}.json", json.dumps(content))
        put(folder / "scans" / f"{SCAN}.csv", table())
        return _load(folder)

    return use


def _load(folder: Path, **keys: object) -> object:
    source = ArrayFolder(folder / "scans", **{"repetition_time": 0.72, **keys})
    return [source.load(session) for session in source.sessions()]


def _npy(header: str, values: bytes = series().tobytes()) -> bytes:
    text = header.ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + values


def _npy_of(shape: str) -> bytes:
    return _npy(f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}")


def _text(separator: str = ",") -> str:
    return table().to_csv(index=False, sep=separator)


def _several(*names_and_contents: tuple[str, object]) -> Callable[[Path], object]:
    def use(folder: Path) -> object:
        for name, content in names_and_contents:
            put(folder / "scans" / name, content)
        return _load(folder)

    return use


def _parcels(**keys: object) -> Callable[[Path], object]:
    def use(folder: Path) -> object:
        ptseries(folder / "scans" / f"{SCAN}.ptseries.nii", **keys)
        return _load(folder, repetition_time=None)

    return use


def _cut_parcels(folder: Path) -> object:
    path = ptseries(folder / "scans" / f"{SCAN}.ptseries.nii")
    path.write_bytes(path.read_bytes()[:-40])
    return _load(folder)


def _dangling(folder: Path) -> object:
    (folder / "scans").mkdir()
    (folder / "scans" / f"{SCAN}.npy").symlink_to("../annex/objects/not-fetched.npy")
    return _load(folder)


def _outside(folder: Path) -> object:
    put(folder / "elsewhere.npy", series())
    (folder / "scans").mkdir()
    (folder / "scans" / f"{SCAN}.npy").symlink_to(folder / "elsewhere.npy")
    return _load(folder)


def _folder_for_a_file(folder: Path) -> object:
    put(folder / "scans" / f"{SCAN}.parquet" / "part-0.parquet", table())
    return _load(folder)


def _tree(
    change: Callable[[Path], object] = Path.exists, atlas=dlabel, **keys: object
) -> Callable[[Path], object]:
    def use(folder: Path) -> object:
        run = "rfMRI_REST1_LR"
        results = folder / "hcp" / "100001" / "MNINonLinear" / "Results" / run
        change(dtseries(results / f"{run}_Atlas_MSMAll_hp2000_clean.dtseries.nii"))
        source = HcpTree(folder / "hcp", atlas(folder / "two.dlabel.nii"), **keys)
        (session,) = source.sessions()
        return source.load(session), source.quality(session)

    return use


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8])


def _atlas(name: str = "a.dlabel.nii", **keys: object) -> Callable[[Path], object]:
    return lambda folder: load_atlas(dlabel(folder / name, **keys))


def _other_surface(folder: Path) -> object:
    from nibabel.cifti2 import BrainModelAxis

    side = BrainModelAxis.from_surface(np.arange(8), 8, name="CIFTI_STRUCTURE_CORTEX_LEFT")
    scan = dtseries(folder / "a.dtseries.nii", models=side)
    return parcellate(scan, load_atlas(dlabel(folder / "two.dlabel.nii")))


def _motion(content: object, n_frames: int | None = None) -> Callable[[Path], object]:
    name = "Movement_RelativeRMS.txt"
    return lambda folder: read_relative_rms(put(folder / name, content), n_frames)


def _subjects(text: object, group: str | None = None) -> Callable[[Path], object]:
    return lambda folder: read_subjects(put(folder / "subjects.csv", text), "Subject", group)


def _people(
    text: object, *targets: str, name: str = "people.csv", **keys: object
) -> Callable[[Path], object]:
    def use(folder: Path) -> object:
        path = put(folder / name, text)
        read = read_phenotypes(path, "Subject")
        checked = check_phenotypes(read, targets, "Subject", {}, str(path), **keys)
        return match_phenotypes(checked, "Subject", ["01", "02"])

    return use


def _regions(content: object, name: str = "regions.csv") -> Callable[[Path], object]:
    return lambda folder: read_region_table(put(folder / name, content))


def _truth(content: object, name: str = "sim.npz") -> Callable[[Path], object]:
    def use(folder: Path) -> object:
        path = folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            np.savez(path, **content)
        return read_known_truth(path, "sim", 3.0)

    return use


def _study(text: object = None, experiment: object = None, **keys: object) -> Callable:
    def use(folder: Path) -> object:
        (folder / "scans").mkdir()
        put(folder / "tiny.yaml", EXPERIMENT if experiment is None else experiment)
        content = {**STUDY, **keys} if text is None else text
        return load_study(put(folder / "study.yaml", content))

    return use


def _home(value: str) -> Callable[[Path], object]:
    def use(folder: Path) -> object:
        put(folder / "file", "a file")
        os.environ["DAGSTER_HOME"] = value.replace("FOLDER", str(folder))
        return ensure_home()

    return use


SETS = {"ts": np.ones((2, 30, 3)), "net": np.zeros((2, 3, 3))}
MODEL_KEYS = {**EXPERIMENT, "subject": {"model": {"input_windw": 3}}}

ARRAYS = [
    Case(*row)
    for row in (
        ("array folder", "the folder doesn't exist", _load, StudyError, "must be an existing folder"),
        ("array folder", "no file of a series in it", _scan("notes.txt", "x"), CohortError, "must hold files sub-<id>"),
        ("array folder", "a link to nothing (git-annex)", _dangling, ScanError, "the content of a scan must exist"),
        ("array folder", "a link out of the folder", _outside, ScanError, "a scan must lie under"),
        ("array folder", "a file's content is a pointer of git LFS", _scan(f"{SCAN}.npy", b"version https://git-lfs.github.com/spec/v1\n"), ScanError, "a pointer to content that isn't here"),
        ("array folder", "an ending in capitals", _several((f"{SCAN}.npy", series()), ("sub-02_ses-test.NPY", series())), ScanError, "isn't read: the name of a series must begin with sub-"),
        ("array folder", "a compressed table", _several((f"{SCAN}.npy", series()), ("sub-02_ses-test.csv.gz", b"\x1f\x8b")), ScanError, "isn't read: the name of a series must begin with sub-"),
        ("array folder", "an id with a space", _scan("sub-0 1_ses-test.npy", series()), IdentifierError, "must be named sub-<id>_ses-<id>"),
        ("array folder", "one run in two formats", _several((f"{SCAN}.npy", series()), (f"{SCAN}.csv", table())), CohortError, "every run may occur only once"),
        ("array folder", "two tasks side by side", _several(("sub-01_task-rest.npy", series()), ("sub-02_task-movie.npy", series())), CohortError, "all series must be of one kind"),
        ("array folder", "a folder named as a table (Spark, Dask)", _folder_for_a_file, ScanError, "must be a complete Parquet table"),
        ("array folder", "sessions with other regions", _several((f"{SCAN}.csv", table()), ("sub-02_ses-test.csv", table()[["V1", "A1"]])), ScanError, "with the same regions in the same order"),
        ("array folder", "sessions with the regions in another order", _several((f"{SCAN}.csv", table()), ("sub-02_ses-test.csv", table()[list(REGIONS)[::-1]])), ScanError, "with the same regions in the same order"),
        ("array folder", "a repetition time in milliseconds", lambda folder: _load(folder, repetition_time=720.0), StudyError, "Did you mean 0.72?"),
        ("NPY", "an empty file", _scan(f"{SCAN}.npy", b""), ScanError, "must be a whole NumPy file"),
        ("NPY", "cut within its numbers", _scan(f"{SCAN}.npy", _npy_of("(60, 4)")[:-100]), ScanError, "its header states 1920 bytes"),
        ("NPY", "a header that announces 10¹² values", _scan(f"{SCAN}.npy", _npy_of("(1000000, 1000000)")), ScanError, "its header states 8000000000000 bytes"),
        ("NPY", "a header that announces fewer values than there are", _scan(f"{SCAN}.npy", _npy_of("(30, 4)")), ScanError, "and 1920 follow"),
        ("NPY", "a negative shape", _scan(f"{SCAN}.npy", _npy_of("(-60, 4)")), ScanError, "its header has the shape (-60, 4)"),
        ("NPY", "a header that ends too early", _scan(f"{SCAN}.npy", _npy("{'descr': ((")), ScanError, "its header can't be read"),
        ("NPY", "Python objects", _scan(f"{SCAN}.npy", series().astype(object)), ScanError, "it may hold Python objects"),
        ("NPY", "complex numbers", _scan(f"{SCAN}.npy", series() + 1j), ScanError, "real numbers; got dtype complex128"),
        ("NPY", "three dimensions", _scan(f"{SCAN}.npy", series()[None]), ScanError, "shape (time, region), neither of them 0"),
        ("NPY", "an archive (.npz) under this name", _scan(f"{SCAN}.npy", b"PK\x03\x04" + bytes(60)), ScanError, "an archive of several"),
        ("NPY", "(region, time)", _scan(f"{SCAN}.npy", series(70, 90).T.copy()), ScanError, "this looks like (region, time)"),
        ("CSV", "UTF-16, as spreadsheets write “Unicode text”", _scan(f"{SCAN}.csv", _text().encode("utf-16")), ScanError, "it is UTF-16: save it as CSV UTF-8"),
        ("CSV", "UTF-16 without a mark", _scan(f"{SCAN}.csv", _text().encode("utf-16-le")), ScanError, "names of regions must be printable"),
        ("CSV", "gzip under the name of a table", _scan(f"{SCAN}.csv", b"\x1f\x8b\x08\x00"), ScanError, "it is compressed (gzip)"),
        ("CSV", "no header", _scan(f"{SCAN}.csv", table().to_csv(index=False, header=False)), ScanError, "first line must name the regions"),
        ("CSV", "a title above the header", _scan(f"{SCAN}.csv", "Rest, 2020, Siemens\n" + _text()), ScanError, "every row must have a cell for every column"),
        ("CSV", "the header again in the middle", _scan(f"{SCAN}.csv", _text() + _text()), ScanError, "'V1' holds 'V1' in row 61"),
        ("CSV", "an index column", _scan(f"{SCAN}.csv", table().reset_index()), ScanError, "'index' is the name of an index"),
        ("CSV", "a column of times under a region's name", _scan(f"{SCAN}.csv", table().assign(V1=np.arange(60) * 0.72)), ScanError, "column 'V1' rises or falls like frame numbers"),
        ("CSV", "semicolons and decimal commas", _scan(f"{SCAN}.csv", _text(";").replace(".", ",")), ScanError, "they are separated by semicolons (V1;A1;M1;PFC)"),
        ("CSV", "thousands separators", _scan(f"{SCAN}.csv", 'a,b\n"1,002.5",3\n"1,004.5",4\n'), ScanError, "'a' holds '1,002.5' in row 1"),
        ("CSV", "percent signs", _scan(f"{SCAN}.csv", "a,b\n1%,3%\n2%,4%\n"), ScanError, "'a' holds '1%' in row 1"),
        ("CSV", "two columns of one name", _scan(f"{SCAN}.csv", "a,a\n1,2\n"), ScanError, "more than once: a"),
        ("CSV", "a separator at the end of every row", _scan(f"{SCAN}.csv", "a,b\n1,2,\n3,4,\n"), ScanError, "Remove the separator at the end of the rows"),
        ("CSV", "a quotation mark that isn't closed", _scan(f"{SCAN}.csv", 'a,"b\n1,2\n3,4\n'), ScanError, "and that quotation marks are closed"),
        ("CSV", "semicolons", _scan(f"{SCAN}.csv", _text(";")), ScanError, "they are separated by semicolons (V1;A1;M1;PFC)"),
        ("CSV", "Latin-1", _scan(f"{SCAN}.csv", "a,Röhre\n1,2\n3,4\n".encode("latin-1")), ScanError, "line 1 holds other characters ('a,Röhre' if it is Latin-1): save it as CSV UTF-8"),
        ("CSV", "the means in its last row", _scan(f"{SCAN}.csv", pd.concat([table(), table().describe().loc[["mean"]]])), ScanError, "row 61 holds the means of the 60 above"),
        ("sidecar", "a repetition time in milliseconds", _sidecar({"RepetitionTime": 720}), ScanError, "Did you mean 0.72? (720 milliseconds)"),
        ("sidecar", "another repetition time than the study's", _sidecar({"RepetitionTime": 2.0}), ScanError, "it has 2 s and the study 0.72 s"),
        ("TSV", "commas", _scan(f"{SCAN}.tsv", _text()), ScanError, "must be separated by tabs; they are separated by commas"),
        ("Parquet", "cut", _scan(f"{SCAN}.parquet", b"PAR1" + bytes(100)), ScanError, "must be a complete Parquet table"),
        ("Parquet", "a region taken for the index (set_index)", _scan(f"{SCAN}.parquet", table().set_index("V1")), ScanError, "a table's index must count its rows or times; the index 'V1' doesn't"),
        ("Parquet", "frames in another order", _scan(f"{SCAN}.parquet", table().iloc[::-1]), ScanError, "a table's index must count its rows or times"),
        ("Parquet", "words", _scan(f"{SCAN}.parquet", table().astype(str)), ScanError, "every column must hold numbers"),
        ("ptseries", "cut", _cut_parcels, ScanError, "a file must hold all the data described in its header"),
        ("ptseries", "a repetition time in milliseconds", _parcels(step=720.0), ScanError, "Did you mean 0.72? (720 milliseconds)"),
        ("ptseries", "something else under the name", _scan(f"{SCAN}.ptseries.nii", b"\x00" * 700), ScanError, "must be a CIFTI-2 file"),
    )
]  # fmt: skip

TREES = [
    Case(*row)
    for row in (
        ("HCP tree", "a scan that is cut", _tree(_cut), ScanError, "a file must hold all the data described in its header"),
        ("HCP tree", "no scan that matches", _tree(file_pattern="*7T*.dtseries.nii"), ScanError, "exactly one file must match '*7T*.dtseries.nii'; none does"),
        ("HCP tree", "two preprocessings", _tree(lambda scan: put(scan.with_name("x_Atlas_MSMAll_clean2.dtseries.nii"), b"")), ScanError, "exactly one file must match"),
        ("HCP tree", "motion of another scan", _tree(lambda scan: put(scan.parent / "Movement_RelativeRMS.txt", "0.1\n" * 59)), ScanError, "one number for each of the 60 frames of the scan beside it; it has 59"),
        ("HCP tree", "a pattern that leads out", _tree(file_pattern="../*.nii"), StudyError, "must match names within one folder"),
        ("atlas", "no such file", lambda folder: load_atlas(folder / "a.dlabel.nii"), AtlasError, "must be a file that can be read"),
        ("atlas", "a volume or text", lambda folder: load_atlas(put(folder / "a.dlabel.nii", "name\n")), AtlasError, "must be a CIFTI-2 file"),
        ("atlas", "two maps", _atlas(maps=2), AtlasError, "an atlas must hold one map; got 2"),
        ("atlas", "no label", _atlas(keys=np.zeros(20)), AtlasError, "this one has no region"),
        ("atlas", "keys that aren't whole", _atlas(keys=np.full(20, 1.5)), AtlasError, "must be whole numbers"),
        ("atlas", "infinite keys", _atlas(keys=np.full(20, np.inf)), AtlasError, "must be whole numbers below"),
        ("atlas", "two labels of one name", _atlas(names={1: "a", 2: "a"}), AtlasError, "more than once: a"),
        ("atlas", "a series", lambda folder: load_atlas(dtseries(folder / "a.dtseries.nii")), AtlasError, "must be a dense label file"),
        ("atlas", "another surface than the scan's", _other_surface, AtlasError, "has 8 vertices in the scan and 10 in atlas"),
        ("motion", "decimal commas", _motion("0,1\n0,2\n"), ScanError, "must hold one number per frame"),
        ("motion", "several columns", _motion("0.1 0.2\n0.1 0.2\n"), ScanError, "line 1 has 2"),
        ("motion", "n/a", _motion("n/a\n0.1\n"), ScanError, "must hold one number per frame"),
        ("motion", "negative", _motion("0.1\n-0.1\n"), ScanError, "0 mm or more"),
        ("motion", "fewer lines than frames", _motion("0.1\n", 60), ScanError, "it has 1. Check whether it belongs to another scan"),
    )
]  # fmt: skip

TABLES = [
    Case(*row)
    for row in (
        ("subjects.csv", "empty", _subjects(""), CohortError, "No columns to parse"),
        ("subjects.csv", "semicolons", _subjects("Subject;Group\n01;train\n"), CohortError, "they are separated by semicolons"),
        ("subjects.csv", "a subject twice", _subjects("Subject\n01\n02\n01\n"), CohortError, "01 in lines 2, 4"),
        ("subjects.csv", "a path for a subject", _subjects("Subject\n../01\n"), IdentifierError, "line 2: a subject must be 1 to 64 letters"),
        ("subjects.csv", "another word for a group", _subjects("Subject,G\n01,validation\n", "G"), CohortError, "must be 'train' or 'test'"),
        ("subjects.csv", "a subject's scans in two groups", _subjects("Subject,G\n01,train\n01_retest,test\n", "G"), CohortError, "all scans of a subject must be in one group"),
        ("phenotypes", "no column of subjects", _people("ID,IQ\n01,99\n"), StudyError, "must have a column Subject"),
        ("phenotypes", "two columns of one name", _people("Subject,IQ,IQ\n01,99,1\n"), StudyError, "more than once: IQ"),
        ("phenotypes", "a target that isn't there", _people("Subject,IQ\n01,99\n", "Iq"), StudyError, "must have a column Iq"),
        ("phenotypes", "decimal commas", _people('Subject,IQ\n01,"99,5"\n', "IQ"), StudyError, "must hold numbers, or the study's coding"),
        ("phenotypes", "-999 for a missing value", _people("Subject,IQ\n01,101\n02,-999\n03,95\n", "IQ"), StudyError, "as a code for a missing value"),
        ("phenotypes", "infinity", _people("Subject,IQ\n01,inf\n02,99\n", "IQ"), StudyError, "must hold finite numbers"),
        ("phenotypes", "a row of means", _people("Subject,IQ\n01,99\n02,101\nMean,100\n", "IQ"), StudyError, "Mean (row 3), which look like summary rows"),
        ("phenotypes", "dates for numbers", _people("Subject,Born\n01,1990-01-31\n02,1991-02-01\n", "Born"), StudyError, "it holds dates (1990-01-31), and a date is no quantity"),
        ("phenotypes", "ids with decimals", _people("Subject,IQ\n100307.0,99\n", "IQ"), StudyError, "a number with decimals: write 100307"),
        ("phenotypes", "a subject twice, with and without sub-", _people("Subject,IQ\nsub-01,99\n01,98\n", "IQ"), StudyError, "a subject may have only one row"),
        ("phenotypes", "rows that may be one subject", _people("Subject,IQ\n001,99\n1,98\n", "IQ"), StudyError, "may match 01"),
        ("phenotypes", "commas in a .tsv", _people("Subject,IQ\n01,99\n", name="people.tsv"), StudyError, "must be separated by tabs; they are separated by commas"),
        ("phenotypes", "a spreadsheet", _people(b"PK\x03\x04\x14\xff\xff"), StudyError, "an archive or a spreadsheet"),
        ("regions", "no column name", _regions("Name\nV1\n"), AtlasError, "needs a column 'name'"),
        ("regions", "a region twice", _regions("name\nV1\nV1\n"), AtlasError, "more than once: V1"),
        ("regions", "a comma in a name", _regions("name,hemisphere\nV1, left,L\n"), AtlasError, "line 2 has 3"),
        ("regions", "left and right in words", _regions("name,hemisphere\nV1,left\n"), AtlasError, "a hemisphere must be 'L', 'R' or ''"),
        ("regions", "tabs in a .txt", _regions("name\themisphere\nV1\tL\n", "regions.txt"), AtlasError, "name it .tsv"),
        ("known truth", "no network", _truth({"ts": SETS["ts"]}), ScanError, "must hold ts and net or adj; got ts"),
        ("known truth", "a network of another size", _truth({**SETS, "net": np.zeros((2, 4, 4))}), ScanError, "must be (3, 3); got (4, 4)"),
        ("known truth", "an archive that is cut", _truth(b"PK\x03\x04" + bytes(100)), ScanError, "can't be read as an .npz of arrays"),
        ("known truth", "something else under .mat", _truth(b"MATLAB" + bytes(200), "sim.mat"), ScanError, "can't be read as one of NetSim's .mat files"),
    )
]  # fmt: skip

STUDIES = [
    Case(*row)
    for row in (
        ("study", "no such file", lambda folder: load_study(folder / "study.yaml"), StudyError, "can't be read: No such file"),
        ("study", "a folder", load_study, StudyError, "can't be read: Is a directory"),
        ("study", "empty", _study(""), StudyError, "must hold keys and values; got NoneType"),
        ("study", "a tab for an indent", _study("name: bad\nbehaviour:\n\tfolds: 3\n"), StudyError, "isn't valid YAML"),
        ("study", "a key twice", _study("name: bad\nname: good\n"), StudyError, "a key may occur once; found twice: name"),
        ("study", "an alias that holds itself", _study("a: &a [*a]\n"), StudyError, "aliases unfold to more, or one contains itself"),
        ("study", "lists ten thousand deep", _study("a: " + "[" * 10000), StudyError, "are nested too deeply"),
        ("study", "a number of five thousand digits", _study("seed: " + "9" * 5000), StudyError, "isn't valid YAML"),
        ("study", "a tag that doesn't fit", _study("seed: !!int x\n"), StudyError, "isn't valid YAML"),
        ("study", "a Python object", _study("a: !!python/object/apply:os.system [ls]\n"), StudyError, "could not determine a constructor"),
        ("study", "no source", _study({"name": "bad"}), StudyError, "the key is missing"),
        ("study", "an unknown source", _study(source="xnat"), StudyError, "source: must be one of"),
        ("study", "a slip in a key", _study(fingerprnt={}), StudyError, "did you mean 'fingerprint'?"),
        ("study", "a word for a number", _study(baseline_lags="three"), StudyError, "baseline_lags: Input should be a valid integer"),
        ("study", "a number for a list", _study(scan_lengths=100), StudyError, "scan_lengths: must be a list, such as [100]; got 100"),
        ("study", "subjects under exclude", _study(exclude={"subjects": ["01"]}), StudyError, "did you mean 'exclude.sessions'"),
        ("study", "an unknown method", _study(methods=["pearsn"]), StudyError, "pearsn"),
        ("study", "a repetition time of 0", _study(repetition_time=0), StudyError, "repetition_time"),
        ("study", "an experiment that isn't there", _study(experiments=["none.yaml"]), StudyError, "none.yaml: can't be read"),
        ("study", "an unknown format", _study(export={"formats": ["nifti"]}), StudyError, "must be among bids, cifti"),
        ("study", "CIFTI files without an atlas", _study(export={"formats": ["cifti"]}), StudyError, "needs a source with an atlas in CIFTI"),
        ("study", "somebody's home that isn't there", _study(root="~nobody-of-this-name/scans"), StudyError, "must be a path that can be followed"),
        ("experiment", "a slip in a key", _study(experiment=MODEL_KEYS), StudyError, "did you mean 'input_window'?"),
        ("experiment", "no configuration", _study(experiment={"fine_tuning": {"epochs": 1}}), StudyError, "at least one group configuration"),
        ("experiment", "a name with a hyphen", _study(experiment={**EXPERIMENT, "group": {"my-base": {}}}), StudyError, "lower-case letters, digits and underscores"),
        ("DAGSTER_HOME", "a relative path", _home("home"), InputError, "must be an absolute path"),
        ("DAGSTER_HOME", "a file", _home("FOLDER/file"), InputError, "must be a writable folder"),
    )
]  # fmt: skip

CASES = [
    *ARRAYS,
    *TREES,
    *(Case("BIDS derivatives", *each) for each in DATASETS),
    *TABLES,
    *STUDIES,
]

COMMANDS = {
    "no command": ([], "the following arguments are required: command"),
    "a slip in a command": (["rum"], "invalid choice: 'rum'"),
    "an unknown option": (["run", "--fast"], "unrecognized arguments: --fast"),
    "a word for a port": (["dev", "--dagster-port", "three"], "invalid int value: 'three'"),
    "an export to nowhere": (["export"], "the following arguments are required: FOLDER"),
    "trace of nothing": (["trace"], "the following arguments are required: what"),
}
"""The command line: what → (arguments, a part of the message)."""

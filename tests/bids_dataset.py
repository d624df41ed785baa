"""Small datasets as fMRIPrep and XCP-D write them, made with nibabel, pandas and Workbench's axes.

What stands in them is seeded noise; what matters are names, layout, columns and headers, which
follow the documentation of both.
"""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from nibabel.cifti2 import LabelAxis, SeriesAxis

from tests.hcp_tree import cortex, write, write_ptseries

REGIONS = ("A", "B", "C", "D")
SECONDS = 2.0
SPACE = "MNI152NLin2009cAsym"
AFFINE = np.diag([2.0, 2.0, 2.0, 1.0])
AXES = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]


def slow_noise(rng: np.random.Generator, n_frames: int, n: int) -> np.ndarray:
    """Noise with a memory of some frames, (time, n)."""
    values = rng.normal(size=(n_frames, n))
    for frame in range(1, n_frames):
        values[frame] += 0.6 * values[frame - 1]
    return values


def surface_atlas(path: Path) -> Path:
    """Four regions, two a hemisphere, of five vertices each."""
    table = {0: ("???", (0.0,) * 4)}
    table |= {number: (name, (1.0,) * 4) for number, name in enumerate(REGIONS, start=1)}
    return write(path, LabelAxis(["map"], [table]), cortex(), np.repeat([1, 2, 3, 4], 5)[None])


def label_image(path: Path, affine: np.ndarray = AFFINE) -> Path:
    """Four regions of eight voxels, numbered 2, 3, 5 and 9, with their table beside them."""
    labels = np.zeros((6, 6, 4), dtype=np.int16)
    for place, number in enumerate((2, 3, 5, 9)):
        x, y = 3 * (place % 2), 3 * (place // 2)
        labels[x : x + 2, y : y + 2, 1:3] = number
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(labels, affine), path)
    table = pd.DataFrame({"index": [0, 2, 3, 5, 9], "name": ["Background", *REGIONS]})
    beside = path.with_name(path.name.removesuffix(".nii.gz") + ".tsv")
    table.to_csv(beside, sep="\t", index=False)
    return path


def confounds(n_frames: int, seed: int = 0, moved: tuple[int, ...] = (), unsteady: int = 0):
    """fMRIPrep's table: every column that the strategies without components need."""
    rng = np.random.default_rng(seed)
    signals = {"csf": 900.0, "white_matter": 800.0, "global_signal": 700.0}
    base = {name: slow_noise(rng, n_frames, 1)[:, 0] + level for name, level in signals.items()}
    base |= {name: 0.1 * slow_noise(rng, n_frames, 1)[:, 0] for name in AXES}
    columns = {}
    for name, values in base.items():
        step = np.concatenate([[np.nan], np.diff(values)])
        columns |= {name: values, f"{name}_derivative1": step}
        columns |= {f"{name}_power2": values**2, f"{name}_derivative1_power2": step**2}
    displacement = rng.uniform(0.05, 0.2, n_frames)
    displacement[list(moved)] = 0.9
    displacement[0] = np.nan
    dvars = np.concatenate([[np.nan], rng.uniform(0.8, 1.2, n_frames - 1)])
    columns |= {"framewise_displacement": displacement, "std_dvars": dvars}
    for order in (1, 2):
        wave = np.cos(np.pi * order * (np.arange(n_frames) + 0.5) / n_frames)
        columns[f"cosine{order - 1:02}"] = wave
    for frame in range(unsteady):
        columns[f"non_steady_state_outlier{frame:02}"] = np.arange(n_frames) == frame
    return pd.DataFrame(columns).astype(float)


class FmriPrep:
    """Writes scans and tables where fMRIPrep has them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        described = {"Name": "fMRIPrep", "BIDSVersion": "1.4.0", "DatasetType": "derivative"}
        (root / "dataset_description.json").write_text(json.dumps(described))

    def folder(self, subject: str, session: str | None) -> Path:
        folder = self.root / f"sub-{subject}" / (f"ses-{session}" if session else "") / "func"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def stem(self, subject: str, session: str | None, task="rest", **entities: object) -> Path:
        """The beginning of the names of a run's files."""
        ids = {"sub": subject, **({"ses": session} if session else {}), "task": task}
        parts = [f"{key}-{value}" for key, value in {**ids, **entities}.items()]
        return self.folder(subject, session) / "_".join(parts)

    def table(self, stem: Path, content: pd.DataFrame, ending="desc-confounds_timeseries") -> Path:
        path = stem.with_name(f"{stem.name}_{ending}.tsv")
        content.to_csv(path, sep="\t", index=False, na_rep="n/a")
        path.with_suffix(".json").write_text("{}")
        return path

    def dense(self, subject, session=None, n_frames=120, seed=0, desc="", step=SECONDS, **more):
        """A dense series and its sidecar; `more` are entities."""
        stem = self.stem(subject, session, **more)
        path = stem.with_name(f"{stem.name}_space-fsLR_den-91k{desc}_bold.dtseries.nii")
        values = slow_noise(np.random.default_rng(seed), n_frames, 20) * 20 + 10_000
        write(path, SeriesAxis(0, step, n_frames), cortex(), values)
        self.sidecar(path, step)
        return path

    def volume(self, subject, session=None, n_frames=120, seed=0, space=SPACE, **more) -> Path:
        """A series of volumes; `more` are entities."""
        stem = self.stem(subject, session, **more)
        path = stem.with_name(f"{stem.name}_space-{space}_desc-preproc_bold.nii.gz")
        values = slow_noise(np.random.default_rng(seed), n_frames, 144).T * 20 + 10_000
        image = nib.Nifti1Image(values.reshape(6, 6, 4, -1).astype(np.float32), AFFINE)
        image.header.set_zooms((2.0, 2.0, 2.0, SECONDS))
        image.header.set_xyzt_units("mm", "sec")
        nib.save(image, path)
        self.sidecar(path, SECONDS)
        return path

    def sidecar(self, scan: Path, seconds: float) -> Path:
        stem = scan.name.removesuffix(".gz").removesuffix(".nii").removesuffix(".dtseries")
        path = scan.with_name(f"{stem}.json")
        path.write_text(json.dumps({"RepetitionTime": seconds}))
        return path

    def session(self, subject, session=None, n_frames=120, seed=0, moved=(), unsteady=0, **more):
        """A dense series with its table of confounds; returns both."""
        scan = self.dense(subject, session, n_frames, seed, **more)
        more = {key: value for key, value in more.items() if key not in ("desc", "step")}
        table = confounds(n_frames, seed + 1000, moved, unsteady)
        return scan, self.table(self.stem(subject, session, **more), table)


class XcpD(FmriPrep):
    """Writes parcellated series and tables where XCP-D has them."""

    def parcels(
        self, subject, session=None, n_frames=120, seed=0, censored=(), atlas="Tiny", **more
    ):
        """A ptseries and a table of the same series, without the censored frames; motion."""
        stem = self.stem(subject, session, **more)
        values = slow_noise(np.random.default_rng(seed), n_frames, len(REGIONS))
        kept = np.setdiff1d(np.arange(n_frames), censored)
        name = f"{stem.name}_space-fsLR_seg-{atlas}"
        path = stem.with_name(f"{name}_den-91k_stat-mean_timeseries.ptseries.nii")
        write_ptseries(path, values[kept], REGIONS, SECONDS)
        table = pd.DataFrame(values[kept], columns=list(REGIONS))
        beside = stem.with_name(f"{name}_stat-mean_timeseries.tsv")
        table.to_csv(beside, sep="\t", index=False)
        # As XCP-D's workflows/connectivity.py has it.
        beside.with_suffix(".json").write_text(json.dumps({"SamplingFrequency": "TR"}))
        moving = confounds(n_frames, seed, tuple(censored))[[*AXES, "framewise_displacement"]]
        self.table(stem, moving, "motion")
        flags = np.isin(np.arange(n_frames), censored).astype(int)
        self.table(stem, pd.DataFrame({"framewise_displacement": flags}), "outliers")
        covered = pd.DataFrame({"Node": REGIONS, "coverage": [1.0, 0.9, 1.0, 0.75]})
        name = f"{stem.name}_space-fsLR_seg-{atlas}_stat-coverage_bold.tsv"
        covered.to_csv(stem.with_name(name), sep="\t", index=False)
        return path, values

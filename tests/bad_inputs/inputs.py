"""Small inputs of every kind, whole, to be spoiled: a VAR's series in each format we read."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import yaml
from nibabel.cifti2 import BrainModelAxis, Cifti2Header, LabelAxis, ParcelsAxis, SeriesAxis

REGIONS = ("V1", "A1", "M1", "PFC")
_SURFACES = ("CIFTI_STRUCTURE_CORTEX_LEFT", "CIFTI_STRUCTURE_CORTEX_RIGHT")
_VERTICES = 10
MODEL = {
    "input_window": 3,
    "hidden_dim": 4,
    "input_layers": 1,
    "prediction_layers": 1,
    "bottleneck_dim": 2,
}
EXPERIMENT = {
    "group": {"base": {"model": MODEL, "training": {"epochs": 1}}},
    "subject": {"model": MODEL, "training": {"epochs": 1}},
}
STUDY = {
    "name": "bad",
    "title": "Bad input",
    "source": "arrays",
    "root": "scans",
    "repetition_time": 0.72,
    "experiments": ["tiny.yaml"],
}


def series(n_frames: int = 60, n_regions: int = 4, seed: int = 0) -> np.ndarray:
    """(time, region): an autoregressive series about 100."""
    rng = np.random.default_rng(seed)
    values = np.zeros((n_frames + 20, n_regions))
    for frame in range(1, len(values)):
        values[frame] = 0.6 * values[frame - 1] + rng.normal(size=n_regions)
    return 100 + values[20:]


def table(values: np.ndarray | None = None) -> pd.DataFrame:
    """The series as a table with the regions' names."""
    return pd.DataFrame(series() if values is None else values, columns=list(REGIONS))


def put(path: Path, content: object) -> Path:
    """Write text, bytes, an array, a table or keys to a file, by what they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, dict):
        content = yaml.safe_dump(content)
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, np.ndarray):
        with path.open("wb") as file:
            np.save(file, content, allow_pickle=True)
    elif isinstance(content, pd.DataFrame):
        if path.suffix == ".parquet":
            content.to_parquet(path)
        else:
            content.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    return path


def _write(path: Path, first, second, values) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = Cifti2Header.from_axes((first, second))
    image = nib.Cifti2Image(np.asarray(values, dtype=np.float32), header)
    with nib.imageglobals.LoggingOutputSuppressor():
        image.to_filename(path)
    return path


def cortex() -> BrainModelAxis:
    left, right = (
        BrainModelAxis.from_surface(np.arange(_VERTICES), _VERTICES, name=name)
        for name in _SURFACES
    )
    return left + right


def ptseries(path: Path, names=REGIONS, step: float = 0.72, values=None) -> Path:
    parcels = ParcelsAxis.from_brain_models([(name, cortex()) for name in names])
    values = series(n_regions=len(names)) if values is None else values
    return _write(path, SeriesAxis(0, step, len(values)), parcels, values)


def dtseries(path: Path, values=None, step: float = 0.72, models=None) -> Path:
    models = models or cortex()
    values = series(n_regions=len(models)) if values is None else values
    return _write(path, SeriesAxis(0, step, len(values)), models, values)


def dlabel(path: Path, keys=None, names=None, maps: int = 1) -> Path:
    names = {1: "left", 2: "right"} if names is None else names
    keys = np.repeat([1, 2], _VERTICES) if keys is None else keys
    labels = {0: ("???", (0.0,) * 4), **{key: (name, (1.0,) * 4) for key, name in names.items()}}
    axis = LabelAxis([f"map {number}" for number in range(maps)], [labels] * maps)
    return _write(path, axis, cortex(), np.tile(keys, (maps, 1)))

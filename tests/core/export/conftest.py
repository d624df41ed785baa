"""A session and a study to export: four regions with an atlas, and two methods."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attnconn_core.connectivity import METHODS, Granger, Pearson
from attnconn_core.export import (
    ExportedContrast,
    ExportedMatrix,
    ExportedSession,
    ExportedStudy,
    ExportedTest,
    Parcellation,
    Software,
)
from attnconn_core.parcellation.atlas import Atlas
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Session, TimeSeries
from attnconn_core.scoring import edge_significance

LEFT, RIGHT = "CIFTI_STRUCTURE_CORTEX_LEFT", "CIFTI_STRUCTURE_CORTEX_RIGHT"
# The last label of the atlas is in no series, and the third has a sign that XML escapes.
LABELS = ("7Networks_LH_Vis_1", "7Networks_LH_Default_1", "V1 & <V2>", "d", "unused")
REGIONS = LABELS[:4]


@pytest.fixture
def atlas() -> Atlas:
    """Five labels of unequal size; vertices 0 to 5 of both hemispheres belong to none."""
    left = np.repeat([-1, 0, 1], [6, 10, 16])
    right = np.repeat([-1, 2, 3, 4], [6, 12, 8, 6])
    return Atlas("five", {LEFT: left, RIGHT: right}, RegionTable.ungrouped(LABELS))


@pytest.fixture
def parcellation(atlas: Atlas) -> Parcellation:
    colours = {name: (n / 4, 0.2, 1.0, 1.0) for n, name in enumerate(LABELS)}
    table = RegionTable(REGIONS, ("Vis", "Default", "Vis", "Vis"), ("L", "L", "R", ""), "network")
    return Parcellation("five", table, atlas, colours)


@pytest.fixture
def series() -> TimeSeries:
    """Two runs: the second region follows the first."""
    rng = np.random.default_rng(3)
    runs = []
    for frames in (60, 40):
        run = rng.normal(size=(frames, 4))
        run[1:, 1] += 2 * run[:-1, 0]
        runs.append(run)
    return TimeSeries(tuple(runs), 0.72, REGIONS)


@pytest.fixture
def session(parcellation: Parcellation, series: TimeSeries) -> ExportedSession:
    """One session with a directed and an undirected matrix."""
    granger = Granger(lags=1, alpha=0.1).estimate(series)
    matrices = (
        ExportedMatrix(Pearson().estimate(series), METHODS["pearson"], 100),
        ExportedMatrix(
            *(granger, METHODS["granger"], 100),
            settings={"lags": 1, "alpha": 0.1},
            warning="don't interpret it",
            made_from={"granger_order/all": "2b0d"},
        ),
    )
    software = Software("9.9", url="https://example.org/attnconn")
    return ExportedSession(Session("01", "test"), parcellation, software, series, matrices)


@pytest.fixture
def study(session: ExportedSession) -> ExportedStudy:
    return ExportedStudy(
        "Two subjects",
        tuple(Session(subject, name) for subject in ("01", "b-2") for name in ("test", "retest")),
        tuple(each.method for each in session.matrices),
        session.parcellation,
        session.software,
        warnings={"granger": "don't interpret it"},
        sources=("https://example.org/scans",),
    )


@pytest.fixture
def tested(session: ExportedSession) -> ExportedSession:
    """The session, its edges by Granger causality tested against 19 surrogates."""
    found = edge_significance(session.series, Granger(lags=1, alpha=0.1), surrogates=19)
    target, source = np.nonzero(~np.eye(4, dtype=bool))
    table = pd.DataFrame(
        {
            "target": np.array(REGIONS)[target],
            "source": np.array(REGIONS)[source],
            "value": found.connectivity.values[target, source],
            "p": found.p[target, source],
            "q": found.q[target, source],
        }
    )
    method = session.matrices[1].method
    test = ExportedTest(method, table, {"surrogates": 19}, "don't interpret it", {"a/b": "2b0d"})
    return replace(session, significance=(test,))


@pytest.fixture
def contrasted(study: ExportedStudy) -> ExportedStudy:
    """The study with a contrast of two groups: one component by Pearson, none by Granger."""
    methods = pd.DataFrame(
        {"method": ["pearson", "granger"], "p": [1 / 3, np.nan], "components": [1, 0]}
    ).assign(edges=[2, 0])
    edges = pd.DataFrame(
        {"method": "pearson", "component": 1, "p": 1 / 3, "size": 2.0, "target": REGIONS[1:3]}
    ).assign(source=REGIONS[0], t=[3.5, -4.25])
    groups = {"column": "Sex", "first": "F", "second": "M"}
    contrast = ExportedContrast(methods, edges, groups, {"first": 9, "second": 8})
    return replace(study, contrast=contrast)


@pytest.fixture
def without_atlas(session: ExportedSession) -> ExportedSession:
    return replace(session, parcellation=replace(session.parcellation, atlas=None))


@pytest.fixture
def wb_command() -> str:
    """Connectome Workbench's command."""
    found = shutil.which("wb_command")
    if found is None:
        pytest.skip("needs Connectome Workbench's wb_command, which isn't installed")
    return found


def written(folder: Path, files) -> dict[str, Path]:
    """Write files; return their paths by name."""
    paths = {}
    for name, content in files:
        paths[name] = folder / name
        paths[name].parent.mkdir(parents=True, exist_ok=True)
        paths[name].write_bytes(content)
    return paths

"""What makes a folder of exported files a derivative dataset of BIDS."""

from collections.abc import Iterator

import pandas as pd

from attnconn_core.export.exported import ExportedStudy
from attnconn_core.export.names import bids_label, method_label
from attnconn_core.export.writing import json_bytes, tsv_bytes

__all__ = ["dataset_files", "region_files"]

_BIDS_VERSION = "1.10.0"

# Files that BIDS has no rules for yet; its validator reports others that it doesn't know.
_IGNORED = (
    *("*_timeseries.tsv", "*_timeseries.json", "*_timeseries.ptseries.nii"),
    *("*_relmat.tsv", "*_relmat.json", "*_relmat.graphml", "*_relmat.pconn.nii"),
    *("scores.*", "contrast*", "models/", "exported.jsonl"),
)

_MEANINGS = {
    "hemisphere": "L or R; n/a for a region in both or neither",
    "network": "Functional network that the region belongs to",
    "lobe": "Lobe that the region belongs to",
}

_README = """# {title}

Time series and connectivity of resting-state fMRI, exported by attnconn {version} as a derivative
dataset of BIDS.

- `sub-*/ses-*/func/*_stat-mean_timeseries.tsv`: the mean signal of every region. One row per frame,
  one column per region.
- `sub-*/ses-*/func/*_relmat.tsv`: a method's connectivity. **Rows are targets, the regions that are
  predicted; columns are sources, the regions that they are predicted from.** The column `Node`
  names the target. The `.json` beside a file has the method, its parameters and its sources.
- `*_relmat.pconn.nii` and `*_timeseries.ptseries.nii`: the same in CIFTI-2, with the vertices of
  the regions. A matrix is [target, source] with nibabel; in Connectome Workbench, rows are sources
  and columns are targets. `*_dseg.dlabel.nii` has the colours of the regions.
- `*_relmat.graphml` and `*_desc-edges_relmat.tsv`: the same as graphs. An edge goes from source to
  target.
- `seg-*_dseg.tsv`: the regions. `scores.csv` and `scores.parquet`: the scores of all methods, one
  row per score, measure and method; `scores.json` describes their columns. `models`: weights and
  configuration of forecasters.
- `*_desc-significance_relmat.tsv`: p and q of a session's edges. `contrast.tsv` and
  `contrast_edges.tsv`: the edges in which two groups of subjects differ. Their `.json` describes
  every column.

Not every dataset has all of these. BIDS has no rules yet for matrices and series of regions; names
are those of XCP-D and of the extension proposal BEP017, and `.bidsignore` lists these files.
"The original study" in sidecars is tsoj/fmri_attention_connectivity, "Computing directed
connectivity by predicting fMRI signals using attention based artificial neural networks".

## Methods

{methods}
"""

_EXCLUDED = """
## Excluded sessions

The study's scores and cohort models are without these sessions:

{sessions}
"""


def dataset_files(study: ExportedStudy) -> list[tuple[str, bytes]]:
    """Return name and content of the files at the top of the dataset.

    These are ``dataset_description.json``, ``README.md``, ``participants.tsv`` with its sidecar,
    and ``.bidsignore``.
    """
    labels = {bids_label(session.subject): session.subject for session in study.sessions}
    participants = pd.DataFrame(
        {"participant_id": [f"sub-{label}" for label in sorted(labels)]}, dtype="str"
    )
    columns = {"Description": "Participants of the study, one row each"}
    if any(label != subject for label, subject in labels.items()):
        participants["study_id"] = [labels[label] for label in sorted(labels)]
    return [
        ("dataset_description.json", json_bytes(_description(study))),
        ("README.md", _readme(study).encode()),
        ("participants.tsv", tsv_bytes(participants)),
        ("participants.json", json_bytes(columns | _columns(participants))),
        (".bidsignore", "".join(f"{line}\n" for line in _IGNORED).encode()),
    ]


def region_files(study: ExportedStudy) -> Iterator[tuple[str, bytes]]:
    """Yield the table of regions, ``seg-<label>_dseg.tsv``, and its sidecar.

    It is a look-up table of BIDS: ``index``, ``name``, ``color`` (if known), and the hemisphere and
    network or lobe.
    """
    table, name = _regions(study), f"seg-{study.parcellation.name}_dseg"
    about = {column: {"Description": _MEANINGS[column]} for column in table if column in _MEANINGS}
    yield f"{name}.tsv", tsv_bytes(table)
    yield f"{name}.json", json_bytes({"Description": "Regions of the parcellation", **about})


def _description(study: ExportedStudy) -> dict[str, object]:
    software = study.software
    program = {"Name": software.name, "Version": software.version}
    described: dict[str, object] = {
        "Name": study.title,
        "BIDSVersion": _BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [program | ({"CodeURL": software.url} if software.url else {})],
    }
    if study.sources:
        described["SourceDatasets"] = [{"URL": address} for address in study.sources]
    return described


def _columns(participants: pd.DataFrame) -> dict[str, object]:
    if "study_id" not in participants:
        return {}
    return {"study_id": {"Description": "Name of the subject in the study; hyphens are left out"}}


def _regions(study: ExportedStudy) -> pd.DataFrame:
    """Return the table of regions, with the keys of the ``dlabel.nii`` as ``index``."""
    regions, colours = study.parcellation.regions, study.parcellation.colours
    table = pd.DataFrame({"index": range(1, len(regions.regions) + 1), "name": regions.regions})
    if all(name in colours for name in regions.regions):
        table["color"] = [_hexadecimal(colours[name]) for name in regions.regions]
    if regions.hemispheres is not None:
        table["hemisphere"] = [side or None for side in regions.hemispheres]
    if regions.groups is not None:
        table[str(regions.grouping)] = regions.groups
    return table


def _hexadecimal(colour: tuple[float, float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])


def _readme(study: ExportedStudy) -> str:
    lines = []
    for method in study.methods:
        direction = "directed" if method.directed else "undirected"
        lines.append(f"- `stat-{method_label(method.name)}`: {method.label}, {direction}")
        if method.name in study.warnings:
            lines[-1] += f". **Warning: {study.warnings[method.name]}**"
    text = _README.format(
        title=study.title,
        version=study.software.version,
        methods="\n".join(lines) or "No matrices are exported.",
    )
    excluded = [f"- `{key}`: {why}" for key, why in study.excluded.items()]
    return text + (_EXCLUDED.format(sessions="\n".join(excluded)) if excluded else "")

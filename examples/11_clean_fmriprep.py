"""Scans that fMRIPrep has preprocessed: confounds out, frames with motion left out.

Frames that moved too much end one run and begin another; nothing is glued together. Give the
folder of the dataset and the atlas on the command line.
"""

import sys
from pathlib import Path

import attnconn_core as ac

if len(sys.argv) != 3:
    sys.exit("usage: 11_clean_fmriprep.py <derivatives/fmriprep> <atlas.dlabel.nii or .nii.gz>")

source = ac.BidsDerivatives(
    Path(sys.argv[1]),
    Path(sys.argv[2]),
    confounds=ac.sources.Confounds(strategy=("motion", "high_pass", "wm_csf"), motion="basic"),
    scrub=ac.sources.Scrub(fd_threshold=0.5),
)
for session in source.sessions():
    series = source.load(session)
    print(session.key, [len(run) for run in series.runs], "frames per run")
    print(ac.ShrinkagePartial().estimate(series).to_frame().round(2).iloc[:3, :3])

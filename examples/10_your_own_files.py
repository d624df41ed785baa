"""A folder of your own files as a source, and the same files as a study of the platform.

The files are written here; yours are named the same way: sub-<id>_ses-<id>.csv, a column a region.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import attnconn_core as ac

folder = Path("scans")
folder.mkdir(exist_ok=True)
rng = np.random.default_rng(4)
for subject in ("01", "02", "03"):
    for session in ("1", "2"):
        frames = pd.DataFrame(rng.normal(size=(200, 4)), columns=["V1", "V2", "A1", "M1"])
        frames.to_csv(folder / f"sub-{subject}_ses-{session}.csv", index=False)

source = ac.ArrayFolder(folder, repetition_time=2.0)
for session in source.sessions():
    print(session.key, source.load(session))

Path("mine.yaml").write_text(
    "name: mine\ntitle: My scans\nsource: arrays\nroot: scans\nrepetition_time: 2.0\n"
    "methods: [pearson, partial]\n"
)
print("attnconn --study mine.yaml run")  # makes every matrix and score, with lineage

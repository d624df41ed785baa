"""Weights of forecasters with their configuration.

The safetensors file is a copy of the stored one: it can be read without attnconn, and by
`attnconn_core.load_forecaster`. The configuration, region names and training subjects are in the
file, and in a JSON file beside it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attnconn_core.errors import CheckpointError
from attnconn_core.export.exported import ExportedStudy
from attnconn_core.export.writing import json_bytes
from attnconn_core.extras import import_extra

__all__ = ["described", "weight_files"]


def described(path: Path) -> dict[str, Any]:
    """Return what a stored forecaster says about itself.

    Parameters
    ----------
    path
        A file of `attnconn_core.save_forecaster`.

    Returns
    -------
    description
        ``config``, the settings of the network; ``regions``, their names; ``members``, the number
        of networks whose forecasts are averaged; ``note``, such as training subjects; and
        ``tensors``, name → shape.

    Raises
    ------
    CheckpointError
        If it isn't such a file.
    ParameterError
        If torch isn't installed.
    """
    import_extra("safetensors", "torch", "a model's weights")
    from attnconn_core.forecasting import load_forecaster

    forecaster, regions, note = load_forecaster(path)
    state = forecaster.state_dict()
    return {
        "config": json.loads(forecaster.config.model_dump_json()),
        "regions": list(regions),
        "members": len(getattr(forecaster, "members", ())) or 1,
        "note": note,
        "tensors": {name: list(tensor.shape) for name, tensor in state.items()},
    }


def weight_files(study: ExportedStudy) -> Iterator[tuple[str, bytes]]:
    """Yield weights and description of the chosen models, in the folder ``models``.

    Raises
    ------
    CheckpointError
        If a file can't be read.
    """
    for name, path in study.models.items():
        about = {
            **described(path),
            "SoftwareName": study.software.name,
            "SoftwareVersion": study.software.version,
        }
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CheckpointError(f"{path}: can't be read ({error.strerror})") from error
        yield f"models/{name}.safetensors", content
        yield f"models/{name}.json", json_bytes(about)

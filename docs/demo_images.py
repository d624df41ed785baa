"""Write the pictures of ``docs/images`` from the demo's results: ``python docs/demo_images.py``."""

import io
from pathlib import Path

from PIL import Image

from attnconn_assets.assets.report.sections import FIGURES
from attnconn_core.results import Results

CHECKOUT = Path(__file__).resolve().parents[1]

#: Picture in ``docs/images`` → asset and its figure: the report's figures, without behaviour, which
#: the sample's study doesn't predict, and others of the same assets.
PICTURES = {
    **{name: where for name, where in FIGURES.items() if name != "behaviour"},
    "similarities": ("fingerprint", "similarities"),
    "forecast_pairs": ("forecast_skill", "pairs"),
    "edges": ("group_mean", "edges"),
    "penalty_identification": ("penalty_identification", "figure"),
}
_WIDTH = 1200  # pixels; enough for the site
_QUALITY = 90


def small(png: bytes) -> bytes:
    """Return a picture as WebP, at most 1,200 pixels wide: a tenth of the PNG's bytes."""
    drawn = Image.open(io.BytesIO(png)).convert("RGB")
    drawn.thumbnail((_WIDTH, drawn.height))
    written = io.BytesIO()
    drawn.save(written, "WEBP", quality=_QUALITY, method=6)
    return written.getvalue()


def main() -> None:
    """Write every picture, from the results in ``store/hcp_sample``."""
    results = Results(CHECKOUT / "store" / "hcp_sample")
    for picture, (asset, figure) in PICTURES.items():
        png = results.path(asset, f"{figure}.png").read_bytes()
        (CHECKOUT / "docs" / "images" / f"{picture}.webp").write_bytes(small(png))


if __name__ == "__main__":
    main()

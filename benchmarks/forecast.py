"""Measure how well linear and trained forecasters predict the sample: mean per-region R².

Models train on the first 1,080 frames of each subject's run and are tested on the last 120;
test windows lie inside these. Nothing is chosen on test frames. The linear forecasters are
in `benchmarks.linear`.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from attnconn_core.forecasting import PRESETS, fit, forecast, forecast_skill, linear_forecasts
from attnconn_core.records import Session, TimeSeries
from attnconn_core.sources import HcpSample
from attnconn_core.timeseries import split
from benchmarks.linear import TITLES, Scan, linear_lines
from benchmarks.table import replace_section

__all__ = ["main"]

_HERE = Path(__file__).parent
# The linear forecasters, each of one session, that the presets are compared with.
_LINEAR = ("ar", "ridge_var", "ridge_var_own_past")


def main() -> None:
    """Forecast the sample by linear forecasters and presets; print or write the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.forecast", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    parser.add_argument("--subjects", type=int, default=7, help="number of subjects (default: 7)")
    parser.add_argument("--device", default="cpu", help="device that trains presets (default: cpu)")
    parser.add_argument("--linear-only", action="store_true", help="do not train presets")
    options = parser.parse_args()
    print("The linear forecasters take seconds; then every preset is trained.", file=sys.stderr)
    runs, halves = _scans(options.subjects)
    lines = linear_lines(runs, halves)
    print("\n".join(lines), flush=True)
    if options.write:
        replace_section(_HERE / "README.md", "linear-forecast", "\n".join(lines))
    if options.linear_only:
        return
    lines = _trained_lines(runs, options.device)
    if options.write:
        replace_section(_HERE / "README.md", "forecast", "\n".join(lines))


def _trained_lines(runs: list[Scan], device: str) -> list[str]:
    """Train every preset on every subject, and print each row when it is done."""
    presets = ["subject", "attnconn"]
    titles = [TITLES[name] for name in _LINEAR]
    trained_columns = [
        *("original study's preset", "attnconn"),
        *("training time of the original study's preset, s", "training time of attnconn, s"),
    ]
    columns = [*titles, *trained_columns]
    lines = ["| subject | " + " | ".join(columns) + " |", "|" + " --- |" * (len(columns) + 1)]
    print("\n".join(lines), flush=True)
    rows = []
    for subject, series in tqdm(runs, unit=" subjects"):
        training, test = split(series, 0.1)
        linear = linear_forecasts(training, test, 5)
        trained = [_preset(name, training, test, device) for name in presets]
        r2 = [linear[name].skill.r2 for name in _LINEAR] + [each[0] for each in trained]
        seconds = [each[1] for each in trained]
        rows.append(r2 + seconds)
        lines.append(_line(subject, r2, seconds))
        print(lines[-1], flush=True)
    mean = np.mean(rows, axis=0)
    lines.append(_line("mean", list(mean[:5]), list(mean[5:])))
    lines += ["", f"{_verdict(np.array(rows))} Trained on `{device}`."]
    print("\n".join(lines[-3:]))
    return lines


def _scans(n_subjects: int) -> tuple[list[Scan], list[Scan]]:
    """Return every subject's whole run, and its two halves."""
    source = HcpSample(_HERE.parent / ".sample")
    pairs: dict[str, dict[str, Session]] = {}
    for session in source.sessions():
        pairs.setdefault(session.subject, {})[session.session] = session
    runs, halves = [], []
    for subject, pair in list(pairs.items())[:n_subjects]:
        first, second = source.load(pair["test"]), source.load(pair["retest"])
        halves += [(subject, first), (subject, second)]
        run = np.concatenate([first.runs[0], second.runs[0]])
        runs.append((subject, TimeSeries((run,), first.repetition_time, first.regions)))
    return runs, halves


def _preset(name: str, training: TimeSeries, test: TimeSeries, device: str) -> tuple[float, float]:
    """Train a preset; return its test R² and the seconds of training."""
    preset = PRESETS[name]
    began = time.perf_counter()
    on_device = preset.training.model_copy(update={"device": device})
    fitted = fit(preset.forecaster, [training], on_device)
    seconds = time.perf_counter() - began
    with torch.inference_mode():
        ahead = forecast(fitted.forecaster, test)
    return forecast_skill(ahead.observed, ahead.predicted).summary()["r2"], seconds


def _line(name: str, r2: list[float], seconds: list[float]) -> str:
    cells = [f"{value:.3f}" for value in r2] + [f"{value:.0f}" for value in seconds]
    return f"| {name} | " + " | ".join(cells) + " |"


def _verdict(rows: np.ndarray) -> str:
    ours = rows[:, 4]
    beaten = [
        f"than {title} on {int((ours > rows[:, column]).sum())}"
        for column, title in enumerate(
            (*(TITLES[name] for name in _LINEAR), "the original study's preset")
        )
    ]
    quicker = int((rows[:, 6] < rows[:, 5]).sum())
    return (
        f"Of {len(rows)} subjects, `attnconn` forecasts better {', '.join(beaten)}. It trains in "
        f"less time than the original study's preset, with the same fast code, on {quicker}."
    )


if __name__ == "__main__":
    main()

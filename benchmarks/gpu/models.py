"""Measure session models per minute, and the hours of the original study's sweep."""

import functools
import statistics
from dataclasses import replace

from attnconn_core.forecasting import fit
from benchmarks.gpu.setting import Cells, Size, changed, preset, presets, resized, series_of
from benchmarks.gpu.speed import median, own_step, plain_step, ratio
from benchmarks.measure import once

__all__ = ["attnconn_models", "subject_models", "sweep"]

_SWEEP = ("published_group.yaml", "published_dropout.yaml")
_SWEEP_STEPS = 18_000  # one epoch of the cohort in batches of 256


def subject_models(size: Size) -> list[Cells]:
    config, training = preset(size, "subject")
    training = changed(training, device=size.device, batch_size=size.batch)
    series = [series_of(size.regions, size.frames)]
    seconds = median(lambda: fit(config, series, training), replace(size, times=3), warm=1)
    windows = size.frames - config.window + 1
    steps = training.epochs * -(-windows // size.batch)
    plain = steps * plain_step(size, config).seconds
    return [
        (
            f"{60 / plain:,.3g} (extrapolated: {steps} steps)",
            f"{60 / seconds:,.3g} ({seconds:.2f} s each)",
            ratio(plain, seconds),
            "",
        )
    ]


def attnconn_models(size: Size) -> list[Cells]:
    config, training = preset(size, "attnconn")
    series = [series_of(size.regions, size.frames)]
    longest = changed(training, patience=None, refit=False)
    rows: list[Cells] = []
    for settings, factor in ((training, 1), (longest, 2)):
        seconds, epochs = {}, 0
        for device, times in (("cpu", 1), (size.device, 3)):
            there = changed(settings, device=device)
            done = []
            for _ in range(times + 1):  # the first one is a warm-up
                taken, found = once(functools.partial(fit, config, series, there))
                done.append(factor * taken)
                epochs = len(found.history)
            seconds[device] = statistics.median(done[1:])
        ours = seconds[size.device]
        note = f"{epochs} epochs" if factor == 1 else f"extrapolated: twice {epochs} epochs"
        rows.append(
            (
                f"{60 / seconds['cpu']:,.3g} (same code, CPU)",
                f"{60 / ours:,.3g} ({ours:.2f} s each; {note})",
                ratio(seconds["cpu"], ours),
                "",
            )
        )
    return rows


def sweep(size: Size, precision: str) -> list[Cells]:
    plain = ours = 0.0
    fewer = replace(size, times=min(size.times, 5))
    configurations = [each for file in _SWEEP for each in presets(file).values()]
    for config, _ in configurations:
        shape = resized(size, config)
        # The plain implementation has no dropout.
        without = changed(shape, attention_dropout=0.0)
        plain += _SWEEP_STEPS * plain_step(fewer, without).seconds / 3600
        ours += _SWEEP_STEPS * own_step(fewer, shape, precision).seconds / 3600
    note = f"extrapolated: {len(configurations)} configurations × {_SWEEP_STEPS:,} steps"
    return [(f"{plain:,.3g} h", f"{ours:,.3g} h ({note})", ratio(plain, ours), "")]

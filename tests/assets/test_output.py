"""Progress is drawn in a terminal, and written in lines elsewhere."""

import io
import sys

import pytest

from attnconn_assets.commands import Progress
from attnconn_assets.operation.outcome import Step
from attnconn_assets.output import bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "drawn"), [(Terminal, True), (io.StringIO, False)])
def test_a_bar_is_drawn_in_a_terminal_alone(monkeypatch, stream, drawn):
    monkeypatch.setattr(sys, "stdout", stream())
    with bar(2, "pearson") as progress:
        progress.update()
    assert ("pearson" in sys.stdout.getvalue()) == drawn


def test_elsewhere_each_asset_is_one_line(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with Progress() as progress:
        progress.step(Step("time_series", 2, 0, number=9, of=11))
        progress.made()
        progress.said("a message")
        progress.made()
        progress.step(Step("pearson", 0, 3, number=10, of=11))
        progress.step(Step("granger", 4, 0, number=11, of=11))
        progress.made()
    assert [line.split(maxsplit=2) for line in sys.stdout.getvalue().splitlines()] == [
        ["9/11", "time_series", "made 2 of 2"],
        ["10/11", "pearson", "up to date (3)"],
        ["11/11", "granger", "made 1 of 4"],
    ]

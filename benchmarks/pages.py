"""Open pages in a browser, and time their queries."""

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, Request, sync_playwright

__all__ = ["Opened", "browser", "chromium", "opened_page"]

_SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@dataclass
class Opened:
    """Seconds until a page shows its content, and its slowest query."""

    seconds: float
    slowest: float
    query: str


def opened_page(page: Page, go: Callable[[], object], shown: Locator, queries: str) -> Opened:
    """Open a page, and wait for its content and for the queries that follow."""
    under_way: set[Request] = set()
    taken: list[tuple[float, str]] = []

    def begin(request: Request) -> None:
        if queries in request.url:
            under_way.add(request)

    def end(request: Request) -> None:
        if request in under_way:
            under_way.discard(request)
            times = request.timing
            milliseconds = times["responseEnd"] - max(times["requestStart"], 0)
            taken.append((milliseconds / 1000, _query_name(request)))

    listening = (("request", begin), ("requestfinished", end), ("requestfailed", end))
    for event, listener in listening:
        page.on(event, listener)  # type: ignore[call-overload]
    began = time.monotonic()
    go()
    shown.first.wait_for(timeout=120_000)
    seconds = time.monotonic() - began
    quiet, deadline = 0, time.monotonic() + 60
    while quiet < 10 and time.monotonic() < deadline:
        page.wait_for_timeout(200)
        quiet = 0 if under_way else quiet + 1
    for event, listener in listening:
        page.remove_listener(event, listener)
    if under_way:
        taken.append((60.0, f"{_query_name(next(iter(under_way)))}, not answered"))
    return Opened(seconds, *max(taken, default=(0.0, "none")))


def _query_name(request: Request) -> str:
    with contextlib.suppress(ValueError, KeyError):
        return str(json.loads(request.post_data or "")["operationName"])
    return request.url.rpartition("/")[2].partition("?")[0]


@contextlib.contextmanager
def browser() -> Iterator[Page]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=_SWITCHES)
        yield browser.new_page(viewport={"width": 1600, "height": 1000})
        browser.close()


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("the pages need Chromium (Debian: chromium)")
    return found

"""The report's page in a headless Chromium: what can be sorted, saved, chosen and pointed at."""

import base64
import gzip
import io
import shutil

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import sync_playwright

from attnconn_assets.assets.report.page import rendered
from attnconn_assets.assets.report.viewer import viewer
from attnconn_core.connectivity import METHODS
from attnconn_core.figures import Styles, png, svg
from attnconn_core.figures.style import canvas
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
REGIONS = tuple(f"region {number:02}" for number in range(12))


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: chromium)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def report(context, tmp_path):
    """The page with a real figure and real matrices."""
    figure = canvas(2.0)
    figure.subplots().plot([0, 1], [1, 0])
    packed = gzip.compress(svg(figure))
    context["figures"] = {
        "matrices": {
            "png": base64.b64encode(png(figure)).decode(),
            "svg": base64.b64encode(packed).decode(),
        }
    }
    values = np.random.default_rng(0).normal(size=(12, 12))
    values[3, 8] = 9.0  # to region 03 from region 08
    methods = [METHODS["granger"], METHODS["pearson"]]
    means = [
        Connectivity(values, REGIONS, "granger", True),
        Connectivity(values + values.T, REGIONS, "pearson", False),
    ]
    table = RegionTable(REGIONS, ("visual",) * 6 + ("motor",) * 6, grouping="network")
    context["viewer"] = viewer(means, methods, table, "mean over 7 subjects", Styles(methods))
    context |= {"methods_text": ["Time series were analysed."], "bibtex": "@article{a,\n}"}
    file = tmp_path / "report.html"
    file.write_bytes(rendered(**context))
    return file


@pytest.fixture
def opened(browser, report):
    """Open the page at a width; nothing may be fetched, and no script may fail."""
    complaints, contexts = [], []

    def open_page(width=1400, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:", "blob:"))
                else complaints.append(request.url)
            ),
        )
        page.goto(report.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 800, 1400])
def test_it_fits_every_width_in_light_and_dark(opened, width, scheme):
    page = opened(width, scheme)
    page.wait_for_selector("#viewer-graph .scatterlayer")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    brightness = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (brightness == "rgb(255, 255, 255)") == (scheme == "light")
    page.get_by_role("button", name="Change between light and dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != brightness


def test_a_table_is_sorted_and_unsorted(opened):
    page = opened()
    table = page.locator("table[data-name=scores]")

    def names():
        rows = table.locator("tbody th[scope=row]:visible")
        return [text.replace("\xa0", " ") for text in rows.all_inner_texts()]

    before = names()
    heading = table.get_by_role("button", name="Sort by identified")
    heading.click()
    assert names() == ["Granger", "Pearson", "AR"]  # without a value: last
    assert table.locator("th[aria-sort=descending]").count() == 1
    heading.click()
    assert names() == ["Pearson", "Granger", "AR"]
    heading.click()
    assert names() == before
    assert table.locator("[aria-sort]").count() == 0


def test_a_table_is_saved_with_all_digits(opened):
    page = opened()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the table scores as CSV").click()
    assert download.value.suggested_filename == "sample_scores.csv"
    table = pd.read_csv(download.value.path())
    assert list(table)[:4] == [
        *("method", "fingerprint identified", "fingerprint identified lower"),
        "fingerprint identified upper",
    ]
    granger = table.set_index("method").loc["Granger"]
    assert granger["fingerprint identified"] == 0.875
    assert granger["fingerprint identified lower"] == 0.611
    assert np.isnan(table.set_index("method").loc["AR", "fingerprint identified"])


def test_a_figure_is_saved_as_picture_and_as_drawing(opened):
    page = opened()
    saved = {}
    for kind in ("PNG", "SVG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save the figure matrices as {kind}").click()
        saved[download.value.suggested_filename] = download.value.path().read_bytes()
    assert saved["sample_matrices.png"].startswith(b"\x89PNG")
    assert io.BytesIO(saved["sample_matrices.svg"]).readline().startswith(b"<?xml")


def test_a_connection_is_named_with_its_direction(opened):
    page = opened()
    page.wait_for_selector("#viewer-graph .scatterlayer")
    texts = page.evaluate("document.getElementById('viewer-graph').data[2].text")
    assert texts[0] == "region 08 → region 03<br>9.00"
    page.select_option("#viewer-method", label="Pearson")
    texts = page.evaluate("document.getElementById('viewer-graph').data[2].text")
    assert texts[0].startswith("region 08 – region 03")
    shown = page.evaluate("document.getElementById('viewer-matrix').data[0].z[3][8]")
    assert shown == pytest.approx(
        page.evaluate("document.getElementById('viewer-matrix').data[0].z[8][3]")
    )
    page.locator("#viewer-edges").fill("20")
    assert len(page.evaluate("document.getElementById('viewer-graph').data[2].text")) == 20


def test_the_keyboard_reaches_the_summary_first(opened):
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the summary"

"""The report's page renders from what it is given, carries it all, and escapes it."""

import base64
import re
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from attnconn_assets.assets.report.page import rendered
from tests.assets.assets.report.conftest import METHODS, PICTURE, PNG, cell, row_of


def _render(context: dict[str, Any]) -> str:
    return rendered(**context).decode()


class _Reader(HTMLParser):
    """Collects tags and whether they close in order."""

    VOID = frozenset({"meta", "img", "br", "link", "input"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _row(page: str, name: str) -> list[str]:
    """The cells of the first row of that name, their tags removed."""
    row = re.search(rf'<th scope="row">{re.escape(name)}</th>(.*?)</tr>', page, re.S)
    assert row
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row[1], re.S)]


def test_the_page_is_whole(context: dict[str, Any]) -> None:
    page = _Reader(_render(context))
    assert not page.open
    assert not page.wrong
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(str(link["href"]).removeprefix("#") in ids for link in page.of("a"))


def test_nothing_is_fetched_and_only_the_page_s_own_script_runs(context: dict[str, Any]) -> None:
    page = _render(context)
    reader = _Reader(page)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    policy = reader.of("meta")[2]["content"]
    hashes = [base64.b64encode(sha256(script.encode()).digest()).decode() for script in scripts]
    assert policy == (
        "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{hashes[0]}'"
    )
    assert len(hashes) == len(reader.of("script")) == 1
    assert not [name for _, attributes in reader.tags for name in attributes if name[:2] == "on"]
    assert not reader.of("link")
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in reader.of("img"))
    assert "http://" not in page
    assert "https://" not in page
    assert "url(" not in page


def test_every_picture_has_words_and_every_header_a_scope(context: dict[str, Any]) -> None:
    page = _Reader(_render(context))
    assert len(page.of("img")) == 2
    assert all(len(str(image["alt"])) > 30 for image in page.of("img"))
    assert all(
        header.get("scope") in {"row", "col", "colgroup", "rowgroup"} for header in page.of("th")
    )
    assert page.of("html") == [{"lang": "en", "data-study": "sample"}]


def test_every_method_stands_in_its_family_with_n_and_intervals(context: dict[str, Any]) -> None:
    page = _render(context)
    assert _row(page, "Granger") == [
        "0.880.61 to 0.97",
        "−4.0",
        "0.500",
    ]  # half an interval is none
    assert _row(page, "Pearson") == ["0.50", "−3.0", "–"]
    assert _row(page, "AR") == ["–", "–", "0.400"]
    families = re.findall(r'class="family">(.*?)<', page)
    assert families == ["correlation", "granger", "linear forecast"]
    assert page.count("n = 8</span>") == 3
    assert "Forecasts are highest by Granger (R² 0.500; n = 8 subjects)." in page


def test_only_a_winner_is_marked(context: dict[str, Any]) -> None:
    marked = re.findall(r'<td class="best"[^>]*><strong>(.*?)</strong>', _render(context))
    assert marked == ["0.500"]
    context["table"]["families"]["granger"][0]["cells"][2]["best"] = False
    assert 'class="best"' not in _render(context)


def test_the_fingerprint_is_written_as_given(context: dict[str, Any]) -> None:
    page = _render(context)
    assert _row(page, "Name of granger") == [
        "0.88", "1.00", "0.10", "−4.0", "0.100", "3.00", "0.0001"
    ]  # fmt: skip
    assert _row(page, "Name of pearson")[-1] == "0.2500"
    assert "Whole scans; n = 8 subjects" in page
    assert "0.457" in page
    assert f"base64,{PNG}" in page
    assert not _Reader(page).wrong


def test_null_models_that_say_nothing_are_named(context: dict[str, Any]) -> None:
    row = {"target": "Age", "r": 0.4, "r2": 0.1, "subjects": 8, "star": False}
    context["behaviour_table"] = [{**row, "method": "pearson"}]
    assert "not scored" not in _render(context)
    context["dropped"] = {"null_mean_granger": "mean edges are the same", "null_b": "so are these"}
    said = "not scored: null_mean_granger (mean edges are the same); null_b (so are these)."
    assert said in _render(context)


def test_who_is_missing_is_said(context: dict[str, Any]) -> None:
    page = _render(context)
    assert "1 excluded" in page
    assert "a dead region" in page
    assert "sub-1_ses-retest" in page
    context["cohort"]["suspicions"] = {"sub-2_ses-test": "it may lie on its side"}
    assert "it may lie on its side" in _render(context)
    del context["cohort"]["suspicions"]
    context["cohort"] |= {"excluded": {}, "unpaired": []}
    assert "excluded" not in _render(context).lower()


def test_behaviour_is_there_only_if_there_is_any(context: dict[str, Any]) -> None:
    assert "Behaviour" not in _render(context)
    context["figures"]["behaviour"] = PICTURE
    context["behaviour_table"] = [
        {"method": method, "target": target, "r": 0.123, "r2": -0.04, "subjects": 8, "star": False}
        for method in METHODS
        for target in ("Age", "PMAT24_A_CR")
        if (method, target) != ("granger", "Age")
    ]
    page, said = _render(context), "0.12R² −0.04n = 8"
    assert '<h2 id="behaviour">' in page
    assert _row(page, "Age") == [said, "–", said, said]


def test_intervals_and_what_holds_over_all_measures_are_shown(context: dict[str, Any]) -> None:
    row = {"target": "Age", "r": 0.4, "r2": 0.1, "lower": 0.2, "upper": 0.6, "subjects": 40}
    row |= {"r2_lower": -0.1, "r2_upper": 0.3}
    context["behaviour_table"] = [
        {**row, "method": "pearson", "star": True},
        {**row, "method": "granger", "star": False},
    ]
    rest = "0.20 to 0.60R² 0.10−0.10 to 0.30n = 40"
    assert _row(_render(context), "Age") == [f"0.40 *{rest}", f"0.40{rest}"]


def test_verdicts_and_known_truth_have_sections_of_their_own(context: dict[str, Any]) -> None:
    assert "Ground truth" not in _render(context)
    context["ground_truths"] = {"linear-10": (PICTURE, PICTURE), "feedback-10": (PICTURE, None)}
    context["verdicts"] = [
        {
            "score": "fingerprint",
            "measure": "accuracy",
            "leaders": "nobody",
            "n": "8 subjects",
            "verdict": "none of 4 methods is shown to beat the reference",
        }
    ]
    page = _render(context)
    assert _row(page, "fingerprint") == [
        "accuracy", "8 subjects", "nobody", "none of 4 methods is shown to beat the reference"
    ]  # fmt: skip
    reader = _Reader(page)
    assert not reader.wrong
    assert len(reader.of("img")) == 5
    assert {"#truth", "#verdicts"} <= {link["href"] for link in reader.of("a")}


def test_warnings_stand_first_and_in_every_section(context: dict[str, Any]) -> None:
    assert "warning" not in _render(context).partition("<body>")[2].lower()
    context["warnings"] = {"Attention ⚠": "do not interpret this matrix: seeds agree at r = 0.34"}
    context["marks"] = ["†: cohort-informed", "⚠: matrices that must not be interpreted"]
    page = _render(context)
    assert page.index('id="warnings"') < page.index('id="scores"')
    assert "do not interpret this matrix: seeds agree at r = 0.34" in page
    assert (
        page.count("†: cohort-informed; ⚠: matrices that must not be interpreted, see") == 4
    )  # scores, fingerprint, forecast, matrices
    assert not _Reader(page).wrong


def test_reliability_has_a_section_with_n_and_intervals(context: dict[str, Any]) -> None:
    assert "Reliability" not in _render(context)
    nan = float("nan")
    row = {"name": "Partial", "seeds_r": nan, "seeds_n": 0.0, "halves_r": 0.9981, "halves_n": 7.0}
    context["reliability_table"] = [
        {
            **row,
            **dict.fromkeys(("seeds_r_lower", "seeds_r_upper", "ensemble_r"), nan),
            "halves_r_lower": 0.997,
            "halves_r_upper": 0.999,
            "seeds_rank_r": nan,
            "halves_rank_r": 0.321,
            "halves_corrected": 0.76,
            "retest_r": 0.412,
            "retest_r_lower": 0.401,
            "retest_r_upper": 0.423,
            "others_r": 0.398,
            **dict.fromkeys(("others_r_lower", "others_r_upper"), nan),
            "icc": 0.31,
            "icc_lower": nan,
            "icc_upper": nan,
            "icc_n": 7.0,
            "icc_strongest": 0.55,
        }
    ]
    page = _render(context)
    assert _row(page, "Partial") == [
        *("–", "–", "–", "0.998 (7)0.997 to 0.999", "0.321", "0.760"),
        *("0.4120.401 to 0.423", "0.398", "0.310 (7)", "0.550"),
    ]
    assert '<a href="#reliability">' in page
    assert not _Reader(page).wrong


def test_names_are_escaped(context: dict[str, Any]) -> None:
    evil = '<script>alert("1")</script>&'
    context["behaviour_table"] = [
        {"method": evil, "target": evil, "r": 0.1, "r2": 0.1, "subjects": 2, "star": True}
    ]
    context["figures"]["behaviour"] = {"png": f'"><img src=x onerror={evil}', "svg": evil}
    context["study"] = {"name": evil, "title": evil}
    context |= {"notice": evil, "design_label": evil, "generated": evil}
    context["provenance"] = [(evil, evil)]
    context["cohort"] |= {"excluded": {evil: evil}, "unpaired": [evil]}
    context["forecast_table"] = [{"subject": evil, "session": evil, "method": evil, "r2": 0.1}]
    context["table"]["families"] = {evil: [row_of(evil, None, None, cell(0.1, 2))]}
    context["table"]["columns"][0] = {"title": evil, "n": evil}
    context |= {"words": [evil], "names": {evil: evil}, "dropped": {evil: evil}}
    page = _render(context)
    assert page.count("<script") == 1  # the page's own
    assert 'alert("1")' not in page
    assert "onerror" not in [key for _, attributes in _Reader(page).tags for key in attributes]
    assert "&lt;script&gt;" in page
    assert "&amp;lt;" not in page
    assert not _Reader(page).wrong


def test_a_page_of_almost_nothing_still_renders(context: dict[str, Any]) -> None:
    context |= {
        "words": [],
        "table": {"groups": [], "columns": [], "families": {}},
        "fingerprint_table": [{"method": "pearson"}],
        "figures": {},
        "forecast_summary": [],
        "forecast_table": [],
        "provenance": [],
        "notice": "",
    }
    context["cohort"] = {
        "n_subjects": 1, "n_sessions": 1, "n_pairs": 0, "excluded": {}, "unpaired": []
    }  # fmt: skip
    page = _render(context)
    assert set(_row(page, "Name of pearson")) == {"–"}
    assert "There is no fingerprint" in page
    assert "No method has been scored yet" in page


def test_forecasts_that_rest_on_other_subjects_are_named(context):
    page = _render(context)
    assert page.index("</table>", page.index("R² on the test part,")) < page.index(
        "&lt;VAR&gt;: of"
    )
    context["cohort_informed"] = ""
    assert "&lt;VAR&gt;: of" not in _render(context)


def test_keys_in_a_sentence_are_set_as_code(context):
    context["to_check"] = ["the key `sessions` chooses <them>", "an odd ` stays"]
    page = _render(context)
    assert "the key <code>sessions</code> chooses &lt;them&gt;." in page
    assert "an odd  stays." in page


def test_numbers_have_all_their_digits_for_sorting_and_saving(context):
    page = _render(context)
    assert '<td data-value="0.875" data-lower="0.611" data-upper="0.971">0.88' in page
    assert '<td data-value="-4.0">−4.0</td>' in page  # half an interval is none


def test_scans_are_called_by_the_study_s_design(context):
    page = _render(context)
    assert "first half → second half" in page
    assert "test → retest" not in page


def test_the_summary_says_what_the_study_cannot_tell(context):
    context["limits"] = ["With 8 subjects, differences below 0.3 can't be told apart."]
    page = _render(context)
    assert page.index("Forecasts are highest by Granger") < page.index("With 8 subjects")
    assert page.index("With 8 subjects") < page.index('id="about"')


def test_notes_stand_below_the_table_of_all_methods(context):
    context["notes"] = ["ICC of edges: too <few>"]
    page = _render(context)
    assert page.index("</table>") < page.index("ICC of edges: too &lt;few&gt;.")


def test_figures_that_are_smaller_than_stored_are_named(context):
    context["made_smaller"] = ["circle", "net_flow"]
    assert "smaller than in the store: circle, net flow." in _render(context)


def test_how_far_methods_agree_on_net_flow_is_said_with_n_and_intervals(context):
    assert "net flow of" not in _render(context)
    low, high = (
        {"first": "Granger", "second": label, "r": r, "lower": r - 0.1, "upper": r + 0.1}
        | {"subjects": 7, "regions": 94}
        for label, r in (("Attention (subject)", -0.2), ("Attention (group)", 0.8))
    )
    context["flow_agreement"] = [low, high]
    page = _render(context)
    assert (
        "The methods’ net flow of the 94 regions agrees by a rank correlation of −0.20 (Granger "
        "and Attention (subject); 95 % interval −0.30 to −0.10) to 0.80 (Granger and Attention "
        "(group); 95 % interval 0.70 to 0.90), mean over 7 subjects."
    ) in page
    assert _row(page, "Granger and Attention (group)") == ["0.800.70 to 0.90", "7"]
    context["flow_agreement"] = [high | {"lower": float("nan"), "subjects": 1}]
    assert (
        "net flow of the 94 regions by two methods has a rank correlation of 0.80 (Granger and "
        "Attention (group)), mean over 1 subject."
    ) in _render(context)

"""MLflow's front page: its own, with the first choices made before its scripts run."""

from pathlib import Path

from mlflow.server import app as pages

from attnconn_assets.tracking import page as mlflow_page


def test_the_page_is_mlflow_s_own_after_the_first_choices():
    own = (Path(pages.static_folder) / "index.html").read_text()
    page = pages.test_client().get("/").text
    before, _, after = page.partition("</script>")
    assert r'"mlflow.workflowType_v1": "\"machine_learning\""' in before
    assert before.count("<script") == 1
    assert own == before.partition("<script>")[0] + after.lstrip("\n")


def test_mlflow_s_page_still_reads_what_is_chosen():
    # The key is MLflow's own: a version that renames it must be noticed.
    scripts = Path(pages.static_folder).glob("static/js/main.*.js")
    (main,) = [script.read_text(encoding="utf-8") for script in scripts]
    assert 'key:"mlflow.workflowType",version:1' in main
    assert 'MACHINE_LEARNING="machine_learning"' in main


def test_mlflow_finds_it_by_its_name():
    from mlflow.server import _find_app

    assert _find_app("attnconn") == f"{mlflow_page.__name__}:app"

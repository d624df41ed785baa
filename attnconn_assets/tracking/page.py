"""MLflow's page, which shows runs to whoever opens it first.

MLflow opens on its tools for language models, and remembers in the browser when someone
chooses otherwise. Here runs of training are what there is, so that is the first choice;
whoever makes another keeps it. `attnconn dev` starts MLflow with this as its app
(``mlflow server --app-name attnconn``, an entry point of the group ``mlflow.app``).
"""

from pathlib import Path

from mlflow.server import app as pages
from mlflow.server.fastapi_app import app

__all__ = ["app"]

# What MLflow's page reads from the browser: which tools it opens with, and whether the
# panel of its assistant was opened once, which it otherwise does by itself.
_FIRST_CHOICES = """<script>
for (const [key, choice] of [
  ["mlflow.workflowType_v1", "machine_learning"],
  ["mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", true],
]) if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(choice));
</script>"""


def front_page() -> str:
    """MLflow's own page, after the first choices."""
    page = (Path(str(pages.static_folder)) / "index.html").read_text(encoding="utf-8")
    return page.replace("<head>", f"<head>{_FIRST_CHOICES}", 1)


pages.view_functions["serve"] = front_page

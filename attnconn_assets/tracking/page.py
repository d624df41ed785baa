"""MLflow's page, set to open on training runs.

By default MLflow opens on its tools for language models, and stores a user's other choice in the
browser. This app stores the choice of training runs, unless the user has made one. `attnconn dev`
starts MLflow with it (``mlflow server --app-name attnconn``, an entry point of the group
``mlflow.app``).
"""

from pathlib import Path

from mlflow.server import app as pages
from mlflow.server.fastapi_app import app

__all__ = ["app"]

# Values that MLflow's page reads from the browser: which tools it opens with, and whether its
# assistant was shown once, which it otherwise opens by itself.
_FIRST_CHOICES = """<script>
for (const [key, choice] of [
  ["mlflow.workflowType_v1", "machine_learning"],
  ["mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", true],
]) if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(choice));
</script>"""


def front_page() -> str:
    """Return MLflow's own page, with a script that sets the first choices."""
    page = (Path(str(pages.static_folder)) / "index.html").read_text(encoding="utf-8")
    return page.replace("<head>", f"<head>{_FIRST_CHOICES}", 1)


pages.view_functions["serve"] = front_page

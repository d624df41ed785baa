"""MLflow's page, set to open on training runs, with the metrics that matter.

By default MLflow opens on its tools for language models, and its tables show no metric. It stores
a user's other choices in the browser. This app stores a first choice, unless the user has made one.
`attnconn dev` starts MLflow with it (``mlflow server --app-name attnconn``, an entry point of the
group ``mlflow.app``).
"""

import json
import logging
import os
import sqlite3
from pathlib import Path

from mlflow.server import app as pages
from mlflow.server.fastapi_app import app

from attnconn_assets.tracking.first_view import DATABASE, first_views

__all__ = ["app"]

# Values that MLflow's page reads from the browser: which tools it opens with, and whether its
# assistant was shown once, which it otherwise opens by itself.
_FIRST_CHOICES = {
    "mlflow.workflowType_v1": '"machine_learning"',
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": "true",
}
_SCRIPT = """<script>
for (const [key, choice] of Object.entries(%s))
  if (localStorage.getItem(key) === null) localStorage.setItem(key, choice);
</script>"""


def front_page() -> str:
    """Return MLflow's own page, with a script that sets the first choices."""
    page = (Path(str(pages.static_folder)) / "index.html").read_text(encoding="utf-8")
    choices = json.dumps(_FIRST_CHOICES | _views()).replace("<", r"\u003c")
    return page.replace("<head>", f"<head>{_SCRIPT % choices}", 1)


def _views() -> dict[str, str]:
    """Return the first views of the experiments; none if the database can't be read."""
    try:
        return first_views(Path(os.environ[DATABASE])) if DATABASE in os.environ else {}
    except sqlite3.Error as error:  # the page is of use without them
        logging.getLogger(__name__).warning("MLflow's tables begin without metrics: %s", error)
        return {}


pages.view_functions["serve"] = front_page

"""What the core imports: the libraries of extras only where they are used, and none by itself."""

import subprocess
import sys

import pytest

from attnconn_core import forecasting

# An environment in which libraries aren't installed: none of Python's finders finds them.
WITHOUT = """
import sys

class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {libraries}:
            return None
        return self.finder.find_spec(name, path, target)

sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]
"""

EXTRAS = (
    "torch",
    "safetensors",
    "alembic",
    "dagster",
    "mlflow",
    "sqlalchemy",
    "yaml",
    "jinja2",
    "tqdm",
)

PEARSON = """
import numpy as np
import attnconn_core
from attnconn_core.connectivity import METHODS, Granger, Pearson
from attnconn_core.records import TimeSeries

values = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
series = TimeSeries((values,), 0.72, tuple("abcd"))
matrix = Pearson().estimate(series).values
assert np.allclose(matrix, np.corrcoef(values.T), atol=1e-6)
assert METHODS["granger"].estimator is Granger
"""

REST = """
import attnconn_core.figures, attnconn_core.parcellation, attnconn_core.results
import attnconn_core.scoring, attnconn_core.sources
from attnconn_core.connectivity.method_table import methods_page
from attnconn_core.forecasting import ForecasterConfig, linear_forecasts
assert "Attention (group)" in methods_page()
"""


def run(code: str, without: tuple[str, ...] = ()) -> str:
    """Run code in a process of its own; return what it prints."""
    blocked = WITHOUT.format(libraries=without) if without else ""
    command = [sys.executable, "-c", blocked + code]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("code", [PEARSON, PEARSON + REST], ids=["Pearson", "all rooms"])
def test_no_library_of_an_extra_is_imported(code):
    said = run(f"{code}\nimport sys\nprint([each for each in {EXTRAS} if each in sys.modules])")
    assert said == "[]\n"


@pytest.mark.parametrize("code", [PEARSON, PEARSON + REST], ids=["Pearson", "all rooms"])
def test_none_need_be_installed(code):
    run(code, without=EXTRAS)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("from attnconn_core.forecasting import fit", "attnconn_core.forecasting.fit"),
        (
            "import attnconn_core.forecasting as forecasting; forecasting.load_forecaster",
            "attnconn_core.forecasting.load_forecaster",
        ),
        (
            "import numpy as np\nfrom attnconn_core.scoring import fingerprint\n"
            "rng = np.random.default_rng(0)\n"
            "a = rng.normal(size=(4, 5, 5)); b = a + rng.normal(size=(4, 5, 5))\n"
            "fingerprint(a, b, similarity='mutual_info')",
            "similarity by mutual information",
        ),
    ],
)
def test_what_needs_an_extra_names_it_in_one_line(code, what):
    caught = (
        "from attnconn_core.errors import ParameterError\n"
        f"try:\n    exec({code!r})\nexcept ParameterError as error:\n    print(error)"
    )
    said = run(caught, without=("torch",))
    expected = f"{what} needs torch, which isn't installed: pip install 'attnconn[torch]'\n"
    assert said == expected


def test_every_name_of_forecasting_is_there():
    for name in forecasting.__all__:
        assert getattr(forecasting, name) is not None
    assert set(forecasting.__all__) <= set(dir(forecasting))


def test_another_name_is_an_attribute_error():
    assert not hasattr(forecasting, "fitt")
    with pytest.raises(ImportError, match="cannot import name 'fitt'"):
        exec("from attnconn_core.forecasting import fitt")  # noqa: S102


@pytest.mark.parametrize("library", ["dagster", "sqlalchemy", "tqdm", "mlflow", "torch", "jinja2"])
def test_a_command_without_the_platform_names_its_extra_in_one_line(library):
    code = (
        "from attnconn_assets.__main__ import main\n"
        "sys.stderr = sys.stdout\n"
        "print(main(['--study', 'simulated', 'check']))"
    )
    expected = (
        f"attnconn: `attnconn check` needs {library}, which isn't installed: "
        "pip install 'attnconn[platform]'\n1\n"
    )
    assert run(code, without=(library,)) == expected


def test_a_module_of_ours_that_is_missing_is_no_extra():
    code = (
        "from attnconn_core.extras import import_extra\n"
        "try:\n    import_extra('attnconn_core.none_such', 'torch', 'this')\n"
        "except ModuleNotFoundError as error:\n    print(error.name)"
    )
    assert run(code) == "attnconn_core.none_such\n"

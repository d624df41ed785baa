"""What `import attnconn_core` offers: a reviewed list, each name with an example."""

import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import attnconn_core as ac

REPOSITORY = Path(__file__).resolve().parents[2]

# A name that is added or taken away changes what users can rely on: CHANGELOG.md says so.
PUBLIC = [
    "METHODS",
    "ArrayFolder",
    "BidsDerivatives",
    "Attention",
    "AttentionForecaster",
    "AttnconnError",
    "Cohort",
    "Connectivity",
    "ConnectivityFeatures",
    "Cpm",
    "Directed",
    "ForecasterConfig",
    "Granger",
    "GraphicalLasso",
    "HcpSample",
    "HcpTree",
    "KernelRidge",
    "LaggedCorrelation",
    "LaggedPartial",
    "LinearSgd",
    "Mindy",
    "Partial",
    "PatelTau",
    "Pearson",
    "RegressionDCM",
    "Results",
    "Session",
    "ShrinkagePartial",
    "Simulated",
    "Tangent",
    "TimeSeries",
    "TrainingConfig",
    "TransferEntropy",
    "VarIdentification",
    "choose_granger_order",
    "connectivity",
    "cross_validate",
    "edge_features",
    "edge_significance",
    "errors",
    "export",
    "figures",
    "fingerprint",
    "forecasting",
    "intraclass_correlation",
    "load_atlas",
    "load_forecaster",
    "mean_connectivity",
    "network_based_statistic",
    "parcellate",
    "parcellation",
    "predict_behaviour",
    "records",
    "recover",
    "results",
    "save_forecaster",
    "scoring",
    "sources",
    "timeseries",
]


def test_the_public_names_are_those_of_the_list():
    assert sorted(ac.__all__) == sorted(PUBLIC)
    assert set(dir(ac)) >= set(PUBLIC)


def test_every_public_name_has_an_example():
    documented = [
        name
        for name in ac.__all__
        if inspect.isclass(thing := getattr(ac, name)) or inspect.isfunction(thing)
    ]
    assert len(documented) > 40
    without = [n for n in documented if "Examples\n" not in inspect.getdoc(getattr(ac, n))]
    assert without == []


def test_importing_it_imports_nothing_heavy():
    imported = subprocess.run(
        [sys.executable, "-c", "import sys, attnconn_core; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "attnconn_core" in imported
    heavy = {"torch", "pandas", "scipy", "sklearn", "nibabel", "matplotlib", "dagster", "mlflow"}
    assert heavy.isdisjoint(imported)


def test_the_version_is_that_of_the_package():
    stated = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    assert ac.__version__ == stated


def test_a_slip_in_a_public_name_is_answered_with_the_name():
    program = "import attnconn_core as ac; ac.Grangr"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert "has no attribute 'Grangr'. Did you mean: 'Granger'?" in done.stderr

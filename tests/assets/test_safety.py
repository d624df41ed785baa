"""What strangers write - names, tables, study files, manifests - is data: no path, no code.

What one reader refuses stands in its own tests. Here is what must hold of all of them.
"""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from attnconn_assets.operation.servers import serve as serving
from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import load_study
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import IdentifierError, StoreError, StudyError
from attnconn_core.records import Session
from attnconn_core.sources import check_phenotypes, read_phenotypes

REPOSITORY = Path(__file__).resolve().parents[2]
LEADING_OUT = [
    "..",
    ".",
    "../x",
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "a\n",
    "~",
    "a\0",
]


@pytest.mark.parametrize("name", LEADING_OUT)
def test_no_call_of_the_store_takes_a_name_that_leads_out(tmp_path, name):
    (tmp_path / "passwd").write_text("kept")
    store = Store(root=str(tmp_path / "root" / "store"))
    draft = Entry("pearson", "all", files={}, recipe="r")
    calls = [
        lambda: store.find("pearson", name),
        lambda: store.find(name, "all"),
        lambda: store.entry("pearson", name),
        lambda: store.fail("pearson", name, "why"),
        lambda: store.fail(name, "all", "why"),
        lambda: store.failure("pearson", name),
        lambda: store.put(draft, {name: lambda path: path.touch()}),
    ]
    for call in calls:
        with pytest.raises(StoreError, match="a name in the store must be"):
            call()
    written = [path for path in (tmp_path / "root").rglob("*") if path.is_file()]
    assert written == []


def test_a_manifest_that_names_files_elsewhere_reaches_none(tmp_path):
    victim = tmp_path / "theirs.txt"
    victim.write_text("one")
    store = Store(root=str(tmp_path / "store"))
    draft = Entry("pearson", "all", files={}, recipe="r")
    made = store.put(draft, {"a.txt": lambda path: path.write_bytes(b"one")})
    manifest = tmp_path / "store" / "pearson" / "all.json"
    manifest.write_text(manifest.read_text().replace(made.files["a.txt"].name, "../../theirs.txt"))
    with pytest.raises(StoreError, match="theirs"):
        store.path(store.entry("pearson", "all"), "a.txt")
    store.put(draft, {"a.txt": lambda path: path.write_bytes(b"two")})
    assert victim.read_text() == "one"


@given(
    st.text(alphabet=string.ascii_letters + string.digits + "-./\\~_ \n\0%:é", max_size=70),
    st.sampled_from(["test", "retest"]),
)
def test_whoever_can_be_a_subject_can_be_a_partition_and_stays_inside(subject, session):
    try:
        key = Session(subject, session).key
    except IdentifierError:
        return
    assert not set(key) & set("./\\~ \n\0%:")
    # The store's own rule takes it too, or a session could be listed and never stored.
    store = Store(root="nowhere")
    assert store.find("time_series", key) is None


@pytest.mark.parametrize("table", ["phenotypes", "subjects"])
@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "/etc/passwd", ".."])
def test_a_subject_in_a_table_never_becomes_a_path(write_study, tmp_path, table, name):
    scans = tmp_path / "scans"
    scans.mkdir()
    np.save(scans / "sub-1_ses-test.npy", np.ones((60, 3)))
    (tmp_path / "people.csv").write_text(f"Subject,Score\n1,2\n{name},3\n")
    source = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames"))
    study = load_study(write_study(**source, **simulated, **{table: "../people.csv"}))

    def read() -> None:
        if study.phenotypes is None:
            study.make_source().sessions()
        else:
            people = read_phenotypes(study.phenotypes, "Subject")
            check_phenotypes(people, ("Score",), "Subject", {}, str(study.phenotypes))

    with pytest.raises(IdentifierError, match=r"people\.csv.*a subject must be"):
        read()


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch {file}']",
        "!!python/object/new:os.system ['touch {file}']",
        "!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{file}']]",
        "!!python/name:os.system",
        "!!python/module:os",
    ],
)
@pytest.mark.parametrize("where", ["study", "experiment"])
def test_yaml_runs_no_code(write_study, tmp_path, tag, where):
    path = write_study()
    file = path if where == "study" else tmp_path / "experiments" / "tiny.yaml"
    written = tmp_path / "written-by-the-file"
    file.write_text(f"{file.read_text()}x-common: {tag.format(file=written)}\n")
    with pytest.raises(StudyError, match=rf"{file.name}: isn't valid YAML"):
        load_study(path)
    assert not written.exists()


@pytest.mark.parametrize("name", ["..", "a/b", "/x", "a\\b", "a b", "a'", "Ä", "a\n", "x" * 41])
def test_a_configuration_s_name_is_part_of_an_asset_s(write_study, name):
    path = write_study(experiments=["../experiments/tiny.yaml", "../experiments/more.yaml"])
    more = path.parents[1] / "experiments" / "more.yaml"
    more.write_text(yaml.safe_dump({"group": {name: {}}}))
    with pytest.raises(StudyError, match="a group configuration's name must be"):
        load_study(path)


@pytest.fixture
def started(monkeypatch, tmp_path) -> dict[str, tuple[list[str], dict[str, str]]]:
    """The servers' commands and environments, as `serve` would start them."""
    seen = {}

    def watch(parts, environment, *_) -> int:
        seen.update({Path(part.command[0]).name: (part.command, environment) for part in parts})
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(serving, "_watch", watch)
        patch.setattr(serving.signal, "signal", lambda *_: None)
        patch.setattr(serving, "_require_free", lambda *_: None)
        patch.setattr(Tracking, "client", lambda _: None)
        serving.serve(tmp_path / "study.yaml", tuple, tmp_path / "mlruns", 3000, 5000, None)
    assert set(seen) == {"dagster", "dagster-daemon", "dagster-webserver", "mlflow"}
    return seen


def test_both_pages_are_on_this_machine_only(started):
    for name, option in (("dagster-webserver", "-h"), ("mlflow", "--host")):
        command, _ = started[name]
        assert command.count(option) == 1
        assert command[command.index(option) + 1] == "127.0.0.1"
        assert not [word for word in command if "0.0.0.0" in word or "*" in word]  # noqa: S104


def test_mlflow_unpickles_nothing(started):
    import mlflow.environment_variables as variables

    setting = "MLFLOW_ALLOW_PICKLE_DESERIALIZATION"
    assert all(environment[setting] == "false" for _, environment in started.values())
    assert f"export {setting} := false\n" in (REPOSITORY / "Makefile").read_text()
    # MLflow still knows it by this name.
    assert getattr(variables, setting).name == setting


FORBIDDEN = {
    *("eval", "exec", "compile", "__import__"),
    *("os.system", "os.popen", "tempfile.mktemp"),
    *("yaml.unsafe_load", "yaml.full_load", "yaml.load_all", "yaml.unsafe_load_all"),
    *("pandas.read_pickle", "joblib.load", "shelve.open", "marshal.loads", "marshal.load"),
}
UNPICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle"}


def unsafe_calls(source: str) -> list[str]:
    """Name, with its line, every call that can run what a file or a text says."""
    tree = ast.parse(source)
    names = dict(_imported(tree))
    safe_loaders = {"yaml.SafeLoader", "yaml.CSafeLoader"} | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and [_dotted(base, names) for base in node.bases] == ["yaml.SafeLoader"]
    }
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func, names)
        given = {each.arg: each.value for each in node.keywords}
        constant = {key: getattr(value, "value", None) for key, value in given.items()}
        loader = _dotted(given["Loader"], names) if "Loader" in given else "none"
        if (
            name in FORBIDDEN
            or name.split(".")[0] in UNPICKLERS
            or (name == "yaml.load" and loader not in safe_loaders)
            or (name == "torch.load" and constant.get("weights_only") is not True)
            or (name == "numpy.load" and constant.get("allow_pickle") is not False)
            or constant.get("shell") is True
        ):
            found.append(f"line {node.lineno}: {name}")
    return found


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what a name in a module stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else "?"


@pytest.mark.parametrize(
    ("source", "unsafe"),
    [
        ("eval('1')", True),
        ("exec(text)", True),
        ("model.eval()", False),
        ("re.compile('x')", False),
        ("import os as o\no.system('x')", True),
        ("import pickle\npickle.loads(x)", True),
        ("from pickle import load as read\nread(x)", True),
        ("import pickle\ntry: ...\nexcept pickle.UnpicklingError: ...", False),
        ("import torch\ntorch.load(x)", True),
        ("import torch\ntorch.load(x, weights_only=False)", True),
        ("import torch\ntorch.load(x, weights_only=True)", False),
        ("import numpy as np\nnp.load(x)", True),
        ("import numpy as np\nnp.load(x, allow_pickle=False)", False),
        ("import pandas as pd\npd.read_pickle(x)", True),
        ("import yaml\nyaml.load(x)", True),
        ("import yaml\nyaml.load(x, Loader=yaml.Loader)", True),
        ("import yaml\nyaml.load(x, Loader=yaml.SafeLoader)", False),
        ("import yaml\nclass Own(yaml.SafeLoader): ...\nyaml.load(x, Loader=Own)", False),
        ("import yaml\nclass Own(yaml.Loader): ...\nyaml.load(x, Loader=Own)", True),
        ("import subprocess\nsubprocess.run(x, shell=True)", True),
    ],
)
def test_unsafe_calls_are_seen(source, unsafe):
    assert bool(unsafe_calls(source)) is unsafe


def test_no_module_runs_what_it_reads():
    modules = [
        module
        for package in ("attnconn_core", "attnconn_assets", "benchmarks", "examples")
        for module in (REPOSITORY / package).rglob("*.py")
    ]
    assert len(modules) > 50
    found = {
        str(module.relative_to(REPOSITORY)): calls
        for module in modules
        if (calls := unsafe_calls(module.read_text(encoding="utf-8")))
    }
    assert found == {}

"""The README's own example runs, and names studies that are there."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_example_runs(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102
    shape, r2, sender, accuracy = capsys.readouterr().out.splitlines()
    assert shape == "(10, 10)"
    assert float(r2) < 1
    assert sender.startswith("region-")
    assert 0 <= float(accuracy) <= 1


def test_what_it_names_is_there():
    for name in re.findall(r"(?:studies|experiments|docs)/[\w./-]+\.\w+", README):
        assert (REPOSITORY / name).is_file(), name

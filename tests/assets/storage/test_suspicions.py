from types import SimpleNamespace

from attnconn_assets.storage.suspicions import suspicions_of


class Qualities:
    """A store that holds the facts of quality and nothing else."""

    def __init__(self, **facts):
        self.facts = facts

    def readable(self, asset, key):
        assert asset == "quality"
        return SimpleNamespace(facts=self.facts[key]) if key in self.facts else None


def test_only_sessions_about_which_something_is_suspicious_are_listed():
    store = Qualities(a={"suspicions": ["one", "two"]}, b={"suspicions": []}, old={})
    assert suspicions_of(store, ["a", "b", "old", "gone"]) == {"a": "one; two"}

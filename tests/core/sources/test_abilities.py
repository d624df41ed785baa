from attnconn_core.sources import SOURCES, Simulated, brings_phenotypes, fetches


def test_each_of_our_sources_says_what_it_can_do():
    assert [word for word, source in SOURCES.items() if fetches(source)] == ["hcp_sample"]
    bring = [word for word, source in SOURCES.items() if brings_phenotypes(source)]
    assert bring == ["simulated"]


def test_a_source_that_does_not_say_has_neither():
    class Silent:
        def fetch(self): ...

    assert not fetches(Silent())
    assert not brings_phenotypes(Silent)


def test_the_simulated_phenotypes_are_the_behaviour_with_its_subjects():
    source = Simulated(subjects=3, regions=6, frames=80)
    assert brings_phenotypes(source)
    table = source.phenotypes()
    assert list(table.columns) == ["Subject", "Score", "Null", "Family_ID"]
    assert table.set_index("Subject").equals(source.behaviour())

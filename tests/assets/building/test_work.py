"""Work: a body reads what its spec declares, and all that it reads is recorded."""

import functools

import pytest

from attnconn_assets.assets.catalogue import specs
from attnconn_assets.building.making import make
from attnconn_assets.building.result import Result
from attnconn_assets.building.settings import DeclaredSettings
from attnconn_assets.building.spec import AssetSpec
from attnconn_assets.building.work import Work
from attnconn_core.errors import ParameterError, UndeclaredError


def reads_a_setting(work: Work) -> Result:
    return Result(facts={"read": work.settings["test_fraction"]})


def reads_an_asset(work: Work) -> Result:
    entry = work.entry("time_series", "sub-001_ses-test")
    return Result(facts={"files": list(entry.files)})


def takes_a_cohort(work: Work) -> Result:
    return Result(facts={"n": len(work.cohort("time_series").sessions)})


def reads_the_scan(work: Work) -> Result:
    return Result(files={"series.parquet": work.scan()})


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (reads_a_setting, "the setting 'test_fraction'"),
        (reads_an_asset, "the asset 'time_series'"),
        (takes_a_cohort, "a cohort of time_series"),
        (reads_the_scan, "the user's scans"),
    ],
)
def test_what_a_spec_does_not_declare_is_refused(platform, body, what):
    spec = AssetSpec("curious", body, "session", settings={"another": 1})
    with pytest.raises(UndeclaredError, match=f"{what}.*spec does not declare"):
        make(platform, spec, "sub-001_ses-test")
    assert platform.store.find("curious", "sub-001_ses-test") is None


def test_a_setting_that_is_declared_is_part_of_the_recipe():
    one, two = (
        AssetSpec("curious", reads_a_setting, "whole", settings={"test_fraction": value})
        for value in (0.1, 0.2)
    )
    assert one.recipe.digest != two.recipe.digest
    settings = DeclaredSettings("curious", one.settings)
    assert settings["test_fraction"] == 0.1
    assert settings.used == {"test_fraction"}


def test_a_body_can_bring_no_value_of_its_own():
    fraction = 0.1

    def closes_over(work: Work) -> Result:
        return Result(facts={"fraction": fraction})

    for body in (closes_over, functools.partial(reads_a_setting, fraction)):
        with pytest.raises(ParameterError, match="give it as a setting"):
            AssetSpec("curious", body, "whole")


def test_what_is_read_is_recorded_with_the_result(platform, tiny_study):
    series = next(spec for spec in specs(tiny_study) if spec.name == "time_series")
    for session in platform.sessions:
        make(platform, series, session)
    needs = {"time_series": "session"}
    read = make(platform, AssetSpec("one", reads_an_asset, "whole", needs=needs), "all").entry
    stored = platform.store.entry("time_series", "sub-001_ses-test")
    assert read.inputs == {"time_series/sub-001_ses-test": stored.digest}
    group = make(platform, AssetSpec("two", takes_a_cohort, "whole", needs=needs), "all").entry
    assert group.facts["sessions"] == group.facts["n"] == 8
    assert group.facts["excluded"] == {}
    assert group.facts["cohort"]


def test_the_body_s_own_module_is_part_of_the_code_version():
    here = AssetSpec("curious", reads_a_setting, "whole")
    assert here.recipe.calls == (__name__,)

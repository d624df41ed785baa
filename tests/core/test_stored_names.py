"""Names in the store: what may stand there, and nothing that leads out of it."""

import pytest

from attnconn_core.errors import StoreError
from attnconn_core.stored_names import check_stored_name, is_stored_name


@pytest.mark.parametrize("name", ["all", "sub-01_ses-test", "linear-5", "a" * 160])
def test_names_that_may_stand_there(name):
    assert check_stored_name(name) == name
    assert is_stored_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "-x", "a b", "a" * 161])
def test_names_that_may_not(name):
    assert not is_stored_name(name)
    with pytest.raises(StoreError, match="a name in the store must be"):
        check_stored_name(name)

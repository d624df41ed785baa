from attnconn_core import connectivity


def test_public_names_are_what_they_claim():
    assert all(hasattr(connectivity, name) for name in connectivity.__all__)
    assert sorted(connectivity.__all__, key=lambda name: (not name.isupper(), name)) == list(
        connectivity.__all__
    )

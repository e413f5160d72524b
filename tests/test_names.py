"""Workers that share the tests must agree about their names, so nothing in a name may change by the hour."""

from __future__ import annotations

import gzip

import pytest


@pytest.mark.parametrize("packed", [gzip.compress(b"The bakery opens")])
def test_what_holds_the_time_is_named_by_its_argument(request: pytest.FixtureRequest, packed: bytes) -> None:
    assert packed
    assert request.node.name.endswith("[packed]")

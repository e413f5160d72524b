"""A prepared set that holds somebody who asked to be forgotten since is not taken as it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_prep import privacy, register
from data_prep.records import post_schema
from tests.data_prep.bakery import post
from virality import tables
from virality.errors import ViralityError


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The key of a person of this test alone."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return privacy.author_key()


def posts(folder: Path, key: bytes) -> Path:
    rows = [post("1", author_id=privacy.hash_author("ann", key)), post("2", author_id=privacy.hash_author("bo", key))]
    tables.write(rows, post_schema(), folder / "posts.parquet")
    return folder


def test_a_set_without_anybody_who_asked_may_be_used(tmp_path: Path, key: bytes) -> None:
    register.refuse_held(posts(tmp_path, key))
    register.write(register.Register(accounts=frozenset([privacy.hash_author("cy", key)])), key)
    register.refuse_held(posts(tmp_path, key))


def test_a_post_of_a_mixture_is_known_by_the_id_it_had(key: bytes) -> None:
    asked = register.Register(posts=frozenset([register.keyed(key, "post", "2")]))
    assert asked.holds("2", "mine", key)
    assert asked.holds("mine:2", "mine", key)
    assert not asked.holds("mine:2", "theirs", key)
    assert not asked.holds("mine:3", "mine", key)


@pytest.mark.parametrize("by", ["account", "post"])
def test_a_set_with_somebody_who_asked_is_refused(tmp_path: Path, key: bytes, by: str) -> None:
    asked = (register.Register(accounts=frozenset([privacy.hash_author("ann", key)])) if by == "account"
             else register.Register(posts=frozenset([register.keyed(key, "post", "2")])))  # fmt: skip
    register.write(asked, key)
    with pytest.raises(ViralityError, match=r"holds 1 posts of people who asked .* --fresh"):
        register.refuse_held(posts(tmp_path, key))

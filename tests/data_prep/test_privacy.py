"""Accounts become keyed hashes; addresses and numbers are masked."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_prep.privacy import author_key, hash_author, mask
from virality.errors import ViralityError


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "virality" / "author.key"


def test_the_key_is_made_once_and_nobody_else_may_read_it(key_file: Path) -> None:
    key = author_key()
    assert len(key) == 32
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert author_key() == key
    assert [path.name for path in key_file.parent.iterdir()] == ["author.key"]


def test_a_key_that_others_can_read_is_refused(key_file: Path) -> None:
    author_key()
    key_file.chmod(0o644)
    with pytest.raises(ViralityError, match="chmod 600"):
        author_key()


@pytest.mark.parametrize("written", ["", "abc", "z" * 64])
def test_a_damaged_key_is_refused_and_never_taken_for_an_empty_one(key_file: Path, written: str) -> None:
    author_key()
    key_file.write_text(written)
    with pytest.raises(ViralityError, match="damaged"):
        author_key()


def test_a_home_that_cannot_hold_the_key_is_the_users_machine_and_not_our_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    with pytest.raises(ViralityError, match="set XDG_CONFIG_HOME"):
        author_key()


def test_a_hash_is_stable_ignores_case_and_says_nothing_without_the_key() -> None:
    assert hash_author("Baker", b"one") == hash_author("baker", b"one")
    assert hash_author("baker", b"one") != hash_author("baker", b"two")
    assert len(hash_author("baker", b"one")) == 16
    assert hash_author("@Baker", b"one") == hash_author("baker", b"one")  # files write both


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to baker.jo+rolls@mill.example.org today", "Write to <email> today"),
        ("hi @baker@mill.example.org", "hi @baker@mill.example.org"),
        ("Call 555-123-4567 or (555) 123 4567.", "Call <phone> or <phone>."),
        ("Ring +1 555 123 4567", "Ring <phone>"),
        ("Ring +962791234567 or +44 20 7946 0958", "Ring <phone> or <phone>"),
        ("Appelez le +33 6 12 34 56 78", "Appelez le <phone>"),
        ("اتصل على 0501234567 الآن", "اتصل على <phone> الآن"),
        ("واتس ٠٥٠١٢٣٤٥٦٧", "واتس <phone>"),
        ("واتساب 00966501234567", "واتساب <phone>"),
        ("للتواصل+962791234567", "للتواصل<phone>"),
        ("966501234567+ للتواصل", "<phone> للتواصل"),
        ("010 1234 5678", "<phone>"),
        ("Call 07911 123456", "Call <phone>"),
        ("https://wa.me/966501234567", "https://wa.me/<phone>"),
    ],
)
def test_addresses_and_numbers_of_people_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    ["Thanks @baker and @mill.bsky.social", "10,000 rolls in 2024-03-04", "https://mill.example/555-123-4567",
     "up +100,000,000 since 1999", "2012 2013 2014",
     "Views +12345678 today", "01-02-2024", "05.06.2024 18:00", "0.123456789 litres", "1,000,000,000 rolls"],
)  # fmt: skip
def test_handles_dates_links_and_counts_are_no_addresses(text: str) -> None:
    assert mask(text) == text

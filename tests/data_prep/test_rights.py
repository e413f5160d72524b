"""Who may train on what."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_prep.rights import count, is_basis, objection, read_named, read_opt_outs, refuse_training
from tests.data_prep.bakery import post
from virality.errors import ViralityError


@pytest.mark.parametrize("basis", ["own_export", "opt_in", "own_ab_test", "consent", "x_api", "unknown", "licence:MIT",
                                   "licence:CC-BY-4.0"])  # fmt: skip
def test_every_basis_of_the_list_and_any_licence_is_known(basis: str) -> None:
    assert is_basis(basis)


@pytest.mark.parametrize("basis", ["", "mine", "licence:", "licence:MIT\n", "licence:MIT and more"])
def test_any_other_basis_is_not(basis: str) -> None:
    assert not is_basis(basis)


@pytest.mark.parametrize("basis", ["x_api", "unknown"])
def test_rows_of_x_or_of_unknown_origin_are_not_trained_on(basis: str) -> None:
    with pytest.raises(ViralityError, match=f"runs/x: 7 rows with rights basis {basis}"):
        refuse_training({"own_export": 3, basis: 7}, research_only=False, place="runs/x")


def test_they_are_where_nothing_that_comes_of_it_is_published() -> None:
    refuse_training({"x_api": 3, "unknown": 7}, research_only=True, place="runs/x")


def test_rows_that_were_given_are_trained_on() -> None:
    refuse_training({"own_export": 3, "licence:MIT": 2}, research_only=False, place="runs/x")


def test_rows_are_counted_by_basis_most_first() -> None:
    assert list(count(["x_api", "consent", "consent"]).items()) == [("consent", 2), ("x_api", 1)]


# --- who objects


def test_a_list_of_objections_is_one_name_a_line_with_comments(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("\ufeff@Jo \n\n# nobody\nmill  # asked by mail\n", encoding="utf-8")
    (tmp_path / "two.txt").write_text("did:plc:abc\n", encoding="utf-8")
    assert read_opt_outs([tmp_path / "one.txt", tmp_path / "two.txt"]) == {"jo", "mill", "did:plc:abc"}
    assert read_opt_outs([]) == frozenset()


@pytest.mark.parametrize(
    ("account", "line"),
    [
        ("أحمد علي", "\u200fأحمد علي"),
        ("alice", "alice\u200e"),
        ("Jos\u00e9", "Jose\u0301"),
        ("Tom & Jerry", "Tom &amp; Jerry"),
        ("the baker", "The  Baker"),
        ("Cool#1234", "Cool#1234"),
        ("alice", "u/alice"),
        ("alice", "/u/Alice # by mail"),
        ("alice", "@alice\t# by mail"),
    ],
)
def test_a_name_is_found_however_it_was_pasted(account: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(f"# who asked\n{line}\n", encoding="utf-8")
    listed = read_opt_outs([tmp_path / "list.txt"])
    assert len(listed) == 1
    assert objection(post("7"), account, listed) == "opted_out"
    assert objection(post("7"), "cool", listed) is None


@pytest.mark.parametrize(
    ("post_id", "line"),
    [
        ("t3_1abcd", "1abcd"),
        ("t3_1abcd", "t3_1abcd"),
        ("https://bread.example/users/jo/statuses/1099", "1099"),
        ("https://bread.example/users/jo/statuses/1099", "https://bread.example/@jo/1099"),
    ],
)
def test_a_post_is_found_by_what_its_page_calls_it(post_id: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(line)
    assert objection(post(post_id), "jo", read_opt_outs([tmp_path / "list.txt"])) == "opted_out"
    assert objection(post(post_id + "0"), "jo", read_opt_outs([tmp_path / "list.txt"])) is None


def test_ids_of_posts_keep_their_capitals_where_they_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("@Jo\ndQw4w9WgXcQ # a video\n", encoding="utf-8")
    assert read_named([tmp_path / "one.txt"]) == {"jo", "@Jo", "dqw4w9wgxcq", "dQw4w9WgXcQ"}


def test_a_list_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\xff")
    for name in ("none.txt", "bytes.txt"):
        with pytest.raises(ViralityError, match=rf"rights\.opt_out: .*{name}: cannot be read"):
            read_opt_outs([tmp_path / name])


@pytest.mark.parametrize(
    ("post_id", "account"), [("7", "Jo"), ("7", "@jo"), ("42", None), ("at://did:plc:abc/app.bsky.feed.post/1", "new")]
)
def test_an_account_a_handle_a_post_or_a_did_may_object(post_id: str, account: str | None) -> None:
    opted_out = frozenset({"jo", "42", "did:plc:abc"})
    assert objection(post(post_id), account, opted_out) == "opted_out"
    assert objection(post(post_id), account, frozenset({"joe"})) is None


def test_who_denies_generative_ai_is_not_used() -> None:
    assert objection(post("a", intents='{"generative_ai": false}'), None, frozenset()) == "intent"
    for allowed in ('{"generative_ai": true}', '{"bulk_download": false}', None):
        assert objection(post("a", intents=allowed), None, frozenset()) is None

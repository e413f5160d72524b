"""What is suggested keeps numbers, links and handles and fits its platform, by a check with no code of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.suggest import Answer
from eval.suggest.choice import Judge, choose
from eval.suggest.records import Origin
from tests.eval.assistants import own_words
from tests.eval.kept import lost_or_new, spelled, too_long

_DRAFTS = Path(__file__).parents[1] / "virality" / "gates" / "drafts"


@pytest.mark.parametrize(
    ("draft", "rewrite", "differ"),
    [
        ("1,200 seats, see https://a.example.", "See https://a.example: 1200 seats", []),
        ("٨٤ محلًا @ann", "@ann 84 محلًا", []),
        ("5 of 9 @ann", "5 of 8", ["8", "9", "@ann"]),
        ("https://a.example/7", "https://a.example/8", ["https://a.example/7", "https://a.example/8"]),
    ],
)
def test_the_check_sees_what_is_lost_and_what_is_new(draft: str, rewrite: str, differ: list[str]) -> None:
    assert lost_or_new(draft, rewrite) == differ


@pytest.mark.parametrize(
    ("draft", "rewrite", "same"),
    [
        ("12 seats", "Twelve seats", ["12"]),
        ("five boats", "5 boats", ["5"]),
        ("٣ قوارب", "ثلاثة قوارب", ["3"]),
        ("12 seats", "Seats", []),
        ("12 seats, 3 doors", "twelve seats", ["12"]),
    ],
)
def test_the_check_knows_a_small_number_in_letters(draft: str, rewrite: str, same: list[str]) -> None:
    assert spelled(draft, rewrite) == same


def test_the_check_counts_a_link_as_23_and_wide_letters_twice() -> None:
    assert not too_long("a" * 256 + " https://a.example/" + "x" * 300, "x")
    assert too_long("a" * 257 + " https://a.example/", "x")
    assert too_long("好" * 141, "x")


@pytest.mark.parametrize(("lang", "platform"), [("en", "x"), ("ar", "mastodon")])
def test_all_that_passes_for_the_labelled_drafts_keeps_what_must_be_kept(lang: str, platform: str) -> None:
    rows = [json.loads(line) for line in (_DRAFTS / f"{lang}_open.jsonl").read_text(encoding="utf-8").splitlines()][:10]
    returned = 0
    for row in rows:
        texts: dict[str, Origin] = dict.fromkeys(row["distorted"].values(), "sample")
        texts |= dict.fromkeys(row["restatements"], "sample")
        texts |= dict.fromkeys(own_words(row["text"], 6), "edit")
        (found,) = choose([Answer(row["text"], [], None, platform)], [texts], Judge(), n=99)
        for one in found.suggestions:
            returned += 1
            assert not too_long(one.text, platform)
            told = {told for told in lost_or_new(row["text"], one.text) if told.startswith(("http", "@", "www"))}
            assert told == set(), one.text
    assert returned > 20

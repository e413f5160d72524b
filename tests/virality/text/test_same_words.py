"""The tables of words that stand for each other: each row well formed, fired where it should be and nowhere else."""

from __future__ import annotations

import pytest

from virality.text.edits import wording
from virality.text.edits.parts import data
from virality.text.edits.wording import same_words

TABLES = [(name, data(name)) for name in wording._TABLES]
GUARDED = {phrase for phrases in wording._same().values() for phrase in phrases}


@pytest.mark.parametrize(("name", "table"), TABLES, ids=[name for name, _ in TABLES])
def test_every_row_names_two_and_every_guard_belongs_to_a_row(name: str, table: dict[str, dict[str, object]]) -> None:
    rows = [row.split(">") for row in table["same"]]
    assert all(len(row) == 2 and all(row) and row[0].lower() != row[1].lower() for row in rows)
    assert len({(one.lower(), other) for one, other in rows}) == len(rows)
    for word, guard in table["unless"].items():
        assert word in GUARDED
        assert isinstance(guard, dict)
        assert guard.keys() <= {"after", "before"}
        wording._unless(word)  # compiles


@pytest.mark.parametrize(
    ("post", "made"),
    [
        ("She bought the kids a gift", "She bought the kids a present"),
        ("The lawmakers want a trade agreement", "The lawmakers want a trade deal"),
        ("Meet The Reporters Behind The Story", "Meet The Journalists Behind The Story"),
        ("A press conference at ten: https://example.org", "A news conference at ten: https://example.org"),
        ("We’re scared of the dark", "We’re frightened of the dark"),
        ("An hour of work made me cry", "An hour of work brought me to tears"),
    ],
)
def test_a_word_gives_way_to_another_for_the_same(post: str, made: str) -> None:
    assert made in list(same_words(post))


@pytest.mark.parametrize(
    ("post", "word"),
    [
        ("The child care bill passed", "kid"),
        ("Hey dude", "guy"),
        ("Sparks fly over the harbour", "triggers"),
        ("He read @reporters and #gift today", "journalists"),
        ("A gift-wrapped box", "present"),
        ("That is really", "truly"),
    ],
)
def test_a_guard_or_a_boundary_holds_it_back(post: str, word: str) -> None:
    assert not [made for made in same_words(post) if word in made.lower().split()]


def test_an_article_agrees_with_what_follows_it() -> None:
    for made in same_words("It was an excellent talk by a legislator"):
        assert " an superb" not in made
        assert " an lawmaker" not in made

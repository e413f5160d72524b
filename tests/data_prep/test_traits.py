"""What the set-based steps know of a text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.traits import FORM, SHINGLE, traits, word_hash
from virality.gates.wording import content_words
from virality.text.normalise import fold

TEXTS = [
    "The plum cakes are ready, who wants the first cake?",
    "THE plum cakes are ready: who wants the first cake",
    "كعكة البرقوق جاهزة الآن، من يريد القطعة الأولى؟",
    "Der Pflaumenkuchen ist fertig und der Pflaumenkuchen ist warm",
    "https://mill.example/a",
    "🥐🥐🥐",
    "",
]
LANGS = ["en", "en", "ar", "de", None, None, None]


def words_of(text: str, lang: str | None) -> list[int]:
    [mine] = traits([text], [lang]).words.to_pylist()
    return list(mine)


def form_of(text: str) -> set[str]:
    bits = int(traits([text], ["en"]).form[0])
    return {name for at, name in enumerate(FORM) if bits >> at & 1}


def test_words_are_the_stems_that_the_omission_gate_counts_where_it_knows_the_language() -> None:
    for text, lang in zip(TEXTS[:3], LANGS[:3], strict=True):
        assert lang is not None
        assert words_of(text, lang) == sorted({word_hash(stem) for stem in content_words(text, lang)})


def test_in_other_languages_words_are_the_folded_ones() -> None:
    for text, lang in zip(TEXTS[3:], LANGS[3:], strict=True):
        assert words_of(text, lang) == sorted({word_hash(word) for word in fold(text).split()})


def test_spellings_that_fold_alike_have_one_hash_and_others_have_not() -> None:
    folded = traits(TEXTS, LANGS).folded.tolist()
    assert folded[0] == folded[1]
    assert len({*folded}) == len({fold(text) for text in TEXTS})


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text("abc .!\n", max_size=40), max_size=8))
def test_shingles_are_all_runs_of_four_words_of_the_same_text(texts: list[str]) -> None:
    known: dict[tuple[str, ...], int] = {}
    found = traits(texts, ["en"] * len(texts)).shingles.to_pylist()
    for text, hashes in zip(texts, found, strict=True):
        tokens = fold(text).split()
        runs = {tuple(tokens[at : at + SHINGLE]) for at in range(len(tokens) - SHINGLE + 1)}
        assert hashes == sorted(set(hashes))
        assert len(hashes) == len(runs)
        [alone] = traits([text], ["en"]).shingles.to_pylist()
        assert alone == hashes
        if len(runs) == 1:
            assert known.setdefault(next(iter(runs)), hashes[0]) == hashes[0]


def test_the_order_of_words_tells_shingles_apart() -> None:
    one, two = traits(["bread cake oven warm", "warm oven cake bread"], ["en", "en"]).shingles.to_pylist()
    assert one != two


def test_a_text_has_the_same_traits_in_whatever_company() -> None:
    order = list(range(len(TEXTS)))
    random.Random(4).shuffle(order)
    there, back = traits(TEXTS, LANGS), traits([TEXTS[at] for at in order], [LANGS[at] for at in order])
    for place, at in enumerate(order):
        assert back.folded[place] == there.folded[at]
        assert back.form[place] == there.form[at]
        assert back.words[place] == there.words[at]
        assert back.shingles[place] == there.shingles[at]


def test_no_texts_have_no_traits() -> None:
    nothing = traits([], [])
    assert (len(nothing.folded), len(nothing.words), len(nothing.shingles), len(nothing.form)) == (0, 0, 0, 0)


def test_hashes_are_the_same_on_every_machine_and_fit_into_63_bits() -> None:
    assert word_hash("bread") == 2987821297354627175  # golden: parts of earlier runs hold it
    assert all(0 <= word_hash(f"w{number}") < 2**63 for number in range(500))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who wants a roll?", {"question", "short"}),
        ("من يريد خبزا؟", {"question", "short"}),
        ("Rolls!", {"exclamation", "short"}),
        ("Rolls 🥐", {"emoji", "short"}),
        ("Rolls #bread", {"hashtag", "short"}),
        ("12 rolls", {"number_first", "short"}),
        ("Rolls: https://mill.example", {"link", "short"}),
        ("You're early", {"second_person", "short"}),
        ("Rolls and bread and cake and buns and twists and more", set()),
        ("Rolls " * 20, {"long"}),
    ],
)
def test_form_is_what_a_post_looks_like(text: str, expected: set[str]) -> None:
    assert form_of(text) == expected

"""Which pairs are faithful, asked of many at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import numpy as np
import pytest

from data_prep.faithful import Texts, faithful, may_be_faithful
from data_prep.traits import traits
from tests.data_prep.bakery import WARES
from virality.gates import Context, check_all, keeps_facts
from virality.text.edits import LIVELIER, PLAINER, expand, restate

POSTS = [
    "WOW GUYS!! The plum cake is really ready... We don't wait, we eat it now! Who wants some?",
    "Who wants warm sourdough for supper? We bake 12 loaves at https://mill.example/today",
    "Our sourdough is out of the oven now",
    "It's the best rye bread of Jordan & we are very, very proud of it. Come early, it goes fast!",
    "Come early. It is the best rye bread of Jordan and we are proud of it.",
    "We do not bake on Sundays, but our neighbours at @mill do. Thanks for asking!",
    "We bake on Sundays.",
    "كعكة البرقوق جاهزة الآن في المخبز، من يريد القطعة الأولى؟",
    "كعكة البرقوق جاهزة في المخبز الآن، ومن يريد القطعة؟",
    "Der Pflaumenkuchen ist fertig",
    "Rolls",
    "And so it is",
    "🥐",
]
LANGS: list[str | None] = [*["en"] * 7, *["ar"] * 2, "de", "en", "en", None]


def by_words(pairs: Sequence[tuple[str, str, str | None, str | None]]) -> list[bool]:
    """`may_be_faithful` as the outputs ask it, from traits."""
    one = traits([pair[0] for pair in pairs], [pair[2] for pair in pairs]).words.to_pylist()
    two = traits([pair[1] for pair in pairs], [pair[3] for pair in pairs]).words.to_pylist()
    shared = [len({*mine} & {*other}) for mine, other in zip(one, two, strict=True)]
    counts = (np.asarray(values, dtype=np.int64) for values in (list(map(len, one)), list(map(len, two)), shared))
    return [bool(may) for may in may_be_faithful([pair[2] for pair in pairs], [pair[3] for pair in pairs], *counts)]


def every_pair() -> list[tuple[str, str, str | None, str | None]]:
    """Hand-written posts against each other, and against their own edits both ways."""
    both = [(one, two, a, b) for (one, a), (two, b) in permutations(zip(POSTS, LANGS, strict=True), 2)]
    for text, lang in zip(POSTS, LANGS, strict=True):
        edited = {new for edit in (PLAINER | LIVELIER).values() if (new := edit(text))}
        edited |= {new for seed in range(8) if (new := restate(text, seed))} | {new for _, new in expand(text)}
        edited |= {text[: text.index(" ")], text + " Come and see"} if " " in text else set()
        both += [pair for new in sorted(edited) for pair in ((text, new, lang, lang), (new, text, lang, lang))]
    return both


def test_what_the_gates_accept_is_never_refused_by_the_number_of_words() -> None:
    pairs = every_pair()
    accepted = [keeps_facts(said, instead, Context(lang=lang)) for said, instead, lang, _ in pairs]
    assert accepted.count(True) > 60
    for pair, yes, may in zip(pairs, accepted, by_words(pairs), strict=True):
        assert may or not yes, pair


def test_what_the_number_of_words_refuses_one_of_the_two_gates_refuses_too() -> None:
    pairs = every_pair()
    refused = [pair for pair, may in zip(pairs, by_words(pairs), strict=True) if not may]
    assert len(refused) > 60
    for said, instead, lang, _ in refused:
        verdicts = check_all(said, instead, Context(lang=lang), ("omission", "claims"))
        assert any(verdict.state == "fail" for verdict in verdicts)


@pytest.mark.parametrize(("one", "two"), [("de", "de"), (None, None), ("en", "de"), ("en", None), ("en", "ar")])
def test_pairs_in_a_language_that_the_gates_do_not_know_are_left_to_them(one: str | None, two: str | None) -> None:
    nothing = np.zeros(1, dtype=np.int64)
    assert may_be_faithful([one], [two], nothing + 9, nothing + 9, nothing).tolist() == [True]


def test_answers_are_those_of_the_gates_in_their_order_however_many_ask() -> None:
    pairs: list[Texts] = [
        (
            f"Our {ware} is out of the oven",
            f"Our {ware if number % 3 else WARES[number % 12]} is out of the oven!",
            "en",
        )
        for number, ware in enumerate(WARES * 100)
    ]
    pairs = [(said.replace("oven", f"oven {n}"), instead.replace("oven", f"oven {n + n % 2}"), lang)
             for n, (said, instead, lang) in enumerate(pairs)]  # fmt: skip
    alone = faithful(pairs, None)
    assert alone[:50] == [keeps_facts(said, instead, Context(lang=lang)) for said, instead, lang in pairs[:50]]
    assert {True, False} == set(alone)
    with ThreadPoolExecutor(3) as pool:
        assert faithful(pairs, pool) == alone
    assert faithful([], None) == []

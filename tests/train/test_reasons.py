"""Reasons: what is named moves the odds as said when it is really taken out, in any language and family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.reasons import cases, checks, table
from tests.train.worlds import corpus_pairs, pair
from train.scorers import Scorer, fitting, shape
from train.scorers.calibration import Calibration
from train.scorers.pieces import pieces, take_out
from train.scorers.reasons import LEAST, PIECES, Reason, Side, reasons, sayable, without, words
from train.scorers.stack import Stack

Array = NDArray[np.float64]

_FREE = ("مجانية", "مجانا", "هدية")
_COSTLY = ("باهظة", "غالية", "مكلفة")
_PLACES = ("في المدينة", "في الميناء", "في المدرسة", "بالمكتبة", "وبالمتحف")


def arabic_pairs() -> list[Any]:
    return [
        pair(f"التذاكر {costly} اليوم {place} {at}", f"التذاكر {free} اليوم {place} {at}", lang="ar")
        for at, place in enumerate(_PLACES * 4)
        for free, costly in zip(_FREE, _COSTLY, strict=True)
    ]


@pytest.fixture(scope="module")
def linear() -> Scorer:
    training = fitting.choose([*corpus_pairs(60), *arabic_pairs()], "train", None, 0)
    return fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0)[0]


@dataclass(frozen=True)
class Roots:
    """A family: each word has a worth, and a post is worth the root of the sum, so that words say less together."""

    worth: Mapping[str, float]

    def utility(self, texts: Sequence[str]) -> Array:
        found = [sum(self.worth.get(word.strip(".,!?؟").lower(), 0.0) for word in text.split()) for text in texts]
        return np.sign(found) * np.sqrt(np.abs(found))

    def save(self, folder: Path) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Compared:
    """The same, of a family that reads two posts together and answers for two alone."""

    roots: Roots

    def margins(self, first: Sequence[str], second: Sequence[str]) -> Array:
        return self.roots.utility(first) - self.roots.utility(second)

    def save(self, folder: Path) -> dict[str, Any]:
        return {}


def of(model: Any, scale: float = 1.0) -> Scorer:
    return Scorer("linear", model, Calibration(scale), {"en": 1})


def log_odds(scorer: Scorer, first: str, second: str) -> float:
    p = float(scorer.probability([first], [second])[0])
    return float(np.log(p / (1 - p)))


def told(found: Sequence[Reason], side: Side, kind: str = "word") -> list[Reason]:
    return [one for one in found if (one.side, one.kind) == (side, kind)]


TEXTS = [
    ("Free boat ticket today, open early!", "A costly boat ticket in winter: https://a.example/x"),
    ("هل التذاكر مجانية اليوم وبالمتحف؟ 🎉", "التذاكر باهظة اليوم في المدينة #أخبار"),
    ("Free bread?", "خبز"),
]


@pytest.mark.parametrize(("first", "second"), TEXTS, ids=["English", "Arabic", "both"])
def test_taking_out_what_is_named_for_a_side_moves_the_odds_by_what_is_said(
    linear: Scorer, first: str, second: str
) -> None:
    found, start = reasons(linear, first, second), log_odds(linear, first, second)
    sides: dict[Side, int] = {"first": -1, "second": 1}
    for side, sign in sides.items():
        named = told(found, side)
        assert all(sign * one.moves >= LEAST for one in named)
        for count in range(1, len(named) + 1):  # the first of them alone, the first two, and so on
            after = log_odds(linear, *without(first, second, named[:count]))
            assert after - start == pytest.approx(sum(one.moves for one in named[:count]), abs=1e-9)
    assert told(found, "first")


def test_the_words_that_decide_are_named_first(linear: Scorer) -> None:
    found = reasons(linear, "free boat ticket early", "costly boat ticket early")
    named = {one.what: (one.side, one.stands_in) for one in told(found, "first")[:2]}
    assert named == {"free": ("first", "first"), "costly": ("first", "second")}  # what harms one speaks for the other
    found = reasons(linear, "التذاكر باهظة اليوم وبالمكتبة", "التذاكر مجانية اليوم وبالمكتبة")
    assert "مجانية" in [one.what for one in told(found, "second")]
    assert "مجانية" not in [one.what for one in told(found, "first")]


def test_two_texts_the_other_way_round_have_the_same_reasons_for_the_other_side(linear: Scorer) -> None:
    def seen(found: Sequence[Reason], turned: bool) -> set[tuple[str, bool, str, float]]:
        return {(one.what, (one.side == "first") != turned, one.kind, round(abs(one.moves), 9)) for one in found}

    first, second = "free boat today", "is the costly ticket early?"
    assert seen(reasons(linear, first, second), False) == seen(reasons(linear, second, first), True)


def test_words_that_say_the_same_are_counted_with_the_others_gone() -> None:
    scorer = of(Roots({"free": 4.0, "gratis": 4.0, "dull": -0.25}), scale=2.0)
    found = reasons(scorer, "free gratis tea", "dull tea")
    assert [(one.what, one.stands_in) for one in told(found, "first")[:2]] == [("free", "first"), ("gratis", "first")]
    free, gratis = (one.moves for one in found if one.what in ("free", "gratis"))
    assert free == pytest.approx(2 * (2 - np.sqrt(8)))
    assert gratis == pytest.approx(2 * (0 - 2))


def test_a_family_that_reads_two_posts_together_has_the_same_reasons() -> None:
    roots = Roots({"free": 4.0, "gratis": 2.0, "dull": -1.0, "مجانية": 3.0})
    for first, second in (("Free gratis tea", "dull tea, مجانية"), ("tea", "free tea"), ("free", "")):
        assert reasons(of(Compared(roots)), first, second) == reasons(of(roots), first, second)


def test_a_word_that_stands_in_both_texts_is_taken_out_of_both() -> None:
    scorer = of(Roots({"free": 4.0}))
    [one] = reasons(scorer, "Free free tea", "free tea today")
    assert (one.what, one.side, one.stands_in) == ("Free", "first", "both")
    assert without("Free free tea", "free tea today", [one]) == ("tea", "tea today")
    assert one.moves == pytest.approx(-(np.sqrt(8) - 2))


def test_equal_texts_have_no_reasons(linear: Scorer) -> None:
    for text in ("free boat ticket early", "هل التذاكر مجانية؟", "", "🎉"):
        assert reasons(linear, text, text) == []


@pytest.mark.parametrize("first", ["free", "Free!", "مجانية", "free Free FREE", "🎉 free"])
def test_a_text_is_never_left_without_a_word(linear: Scorer, first: str) -> None:
    found = reasons(linear, first, "costly boat")
    assert not [one for one in found if one.what.lower() == first.split()[-1].strip("!").lower()]
    for side in ("first", "second"):
        left = without(first, "costly boat", [one for one in found if one.side == side])
        assert all(any(map(str.isalnum, text)) for text in left)


def test_an_empty_text_has_no_words_and_its_rival_may_have(linear: Scorer) -> None:
    assert {one.stands_in for one in reasons(linear, "", "free boat") if one.removable} == {"second"}
    assert reasons(linear, "", "") == []
    assert words("", " ") == []
    assert not sayable("free", "", words("free", ""))


def test_no_more_words_and_features_are_named_than_asked_for(linear: Scorer) -> None:
    first, second = "Free boat? Open early on the road! #news", "A costly ticket in winter: 5 https://a.example"
    for most in (0, 1, 2):
        found = reasons(linear, first, second, most)
        counted = Counter((one.side, one.kind) for one in found)
        assert max(counted.values(), default=0) == most
    assert all(one.removable == (one.kind == "word") for one in reasons(linear, first, second))


def test_a_long_text_is_tried_in_runs_of_words() -> None:
    draw = np.random.default_rng(0)
    names = [f"word{at}" for at in range(500)]
    scorer = of(Roots(dict(zip(names, draw.random(500), strict=True))))
    text = " ".join(names)
    assert len(words(text, "word1 tea")) <= PIECES + 2
    found = reasons(scorer, text, "tea")
    assert len(found[0].what.split()) > 1
    moved = log_odds(scorer, *without(text, "tea", found)) - log_odds(scorer, text, "tea")
    assert moved == pytest.approx(sum(one.moves for one in found))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NASA's state-of-the-art U.S. rover (25%)...", ["NASA's", "state-of-the-art", "U.S.", "rover", "25%", "..."]),
        (
            "see https://a.example/x. @ann #News 👩‍💻👩‍💻 ❤️!!",
            ["see", "https://a.example/x", "@ann", "#News", "👩‍💻", "❤️", "!!"],
        ),
        ("1,000.5 km, $5m — AT&T: <link1> @1", ["1,000.5", "km", "$5m", "AT&T", "<link1>", "@1"]),
        ("وبالكتابِ، هل ٣٫٥؟ #عاجل «مصر»", ["وبالكتابِ", "هل", "٣٫٥", "؟", "#عاجل", "مصر"]),
        ("No no NO", ["No"]),
        (" — ", []),
    ],
)
def test_pieces_are_whole(text: str, found: list[str]) -> None:
    assert [piece.what for piece in pieces(text, 60)] == found


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("a big, old house", "big", "a, old house"),
        ("a, b, c", "b", "a, c"),
        ("Hello, world", "Hello", "world"),
        ("we won (again) today!", "again", "we won today!"),
        ("he said “no” twice", "no", "he said twice"),
        ("so good, so new.", "so", "good, new."),
        ("one\ntwo, three", "two", "one\nthree"),
        ("🚀🚀 we fly", "🚀", "we fly"),
        ("هل تعلم، يا صديقي؟", "صديقي", "هل تعلم، يا؟"),
        ("now, then", "then", "now"),
        ("now:", "x", "now:"),
        ("only", "only", ""),
    ],
)
def test_what_a_word_leaves_behind_is_tidy(text: str, gone: str, left: str) -> None:
    assert take_out(text, [piece for piece in pieces(text, 60) if piece.what == gone]) == left


def test_a_word_can_be_replaced() -> None:
    found = words("so good, so new", "new tea")
    [so] = [one for one in found if one.what == "so"]
    assert without("so good, so new", "new tea", [so], instead="…") == ("… good, … new", "new tea")


@pytest.mark.parametrize(
    ("first", "second", "phrase"),
    [
        ("free boat?", "free boat", "asks a question"),
        ("هل القارب مجاني؟", "هل القارب مجاني", "asks a question"),
        ("free boat", "free boat? why?", "asks no question"),
        ("why? how?", "why how?", "asks 2 questions, not 1"),
        ("free boats", "free boat", "longer by 1 character"),
        ("قارب", "قوارب المدينة", "shorter by 9 characters"),
        ("NEWS now", "news now", "more words in capitals"),
        ("5 boats", "five boats", "starts with a number"),
        ("boat 🎉🎉", "boat", "has 2 emoji"),
        ("boat", "boat 🎉", "has no emoji"),
        ("boat #عاجل", "boat", "has a hashtag"),
        ("no — no — no — no", "no — no", "2 more dashes"),
        ("oh!", "oh!!!", "2 fewer exclamation marks"),
        ("boat... ", "boat", "has an ellipsis"),
        ("you see", "one see", "says 'you' more often"),
        ("أنت هنا", "هو هنا", "says 'you' more often"),
    ],
)
def test_features_are_told_in_plain_words(first: str, second: str, phrase: str) -> None:
    training = fitting.choose(corpus_pairs(20), "train", None, 0)
    scorer, _ = fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0, parts=("form",))
    said = set()
    for sign in (1.0, -1.0):  # more of everything is good; then less is
        scorer.model.weights[:] = sign  # type: ignore[union-attr]
        said |= {what for what, _ in shape.shares(scorer, first, second)["first"]}
    assert phrase in said


def test_shares_of_form_add_up_to_the_odds() -> None:
    training = fitting.choose([*corpus_pairs(30), *arabic_pairs()], "train", None, 0)
    scorer, _ = fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0, parts=("form",))
    first, second = "Is it FREE? 5 boats today! #news", "قارب: «خبز» https://a.example"
    found = shape.shares(scorer, first, second)
    total = sum(share for _, share in found["first"]) - sum(share for _, share in found["second"])
    assert total == pytest.approx(log_odds(scorer, first, second))
    named = told(reasons(scorer, first, second, most=30), "first", "form")
    assert [one.moves for one in named] == [-share for _, share in found["first"] if share >= LEAST]


def test_a_stack_tells_the_form_of_its_linear_members_by_their_weight(linear: Scorer) -> None:
    stack = of(Stack({"linear": linear, "roots": of(Roots({"free": 1.0}))}, (0.5, 2.0)), scale=3.0)
    first, second = "free boat? today!", "a costly ticket in winter: 5"
    for side in ("first", "second"):
        alone = shape.shares(linear, first, second)[side]
        both = zip(shape.shares(stack, first, second)[side], alone, strict=True)
        assert all(one[0] == other[0] and one[1] == pytest.approx(1.5 * other[1]) for one, other in both)
    named = [one for one in reasons(stack, first, second) if one.side == "first"]
    seen = log_odds(stack, *without(first, second, named)) - log_odds(stack, first, second)
    assert seen == pytest.approx(sum(one.moves for one in named if one.removable), abs=1e-9)


def test_a_scorer_without_a_linear_member_names_words_alone() -> None:
    found = reasons(of(Roots({"free": 1.0})), "free tea?", "a long winter, 5!")
    assert {one.kind for one in found} == {"word"}


def test_the_benchmark_sees_what_was_said_and_that_random_words_do_less(linear: Scorer) -> None:
    some = corpus_pairs(16, split="test")
    texts = [((one.better, other.worse), one.component) for one, other in zip(some[:12], some[4:], strict=True)]
    found = cases(linear, texts, 2, 0)
    made = {one.name: one for one in checks(linear, found, linear)}
    named, random = made["the words named, removed"], made["as many random words removed"]
    assert named.right.value == 1.0
    assert named.error.value < 1e-9
    assert named.towards.value > 2 * random.towards.value
    assert made["another scorer: the words named, removed"].towards == named.towards
    assert len(table(list(made.values()))) == 2 + len(made)

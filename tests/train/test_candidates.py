"""Samples within the words that can be accounted for: the draft's tokens, those of its exchanges, and marks."""

from __future__ import annotations

from train import steps
from train.candidates import own_tokens, sample

DRAFT = "A lot of folks can't sleep in July"
WRITER = steps.load_base("tiny:llama", "rewrite", precision="fp32")


def ids(text: str) -> set[int]:
    return set(WRITER.tokenizer(text, add_special_tokens=False)["input_ids"])


def test_the_draft_its_exchanges_and_marks_can_be_written_and_nothing_else() -> None:
    own = own_tokens(WRITER.tokenizer, DRAFT)
    assert own is not None
    for text in (DRAFT, "In July", " many", " people", " cannot", "?", "\n"):
        assert ids(text) <= own
    assert ids("@{ü").isdisjoint(own)


def test_other_languages_have_no_bounds() -> None:
    assert own_tokens(WRITER.tokenizer, "كثير من الناس لا ينامون في تموز بسبب الحر الشديد") is None


def test_samples_stay_within_them_where_it_is_asked_for() -> None:
    own = own_tokens(WRITER.tokenizer, DRAFT) or frozenset()
    free, bound = (
        sample(WRITER, [DRAFT], samples=4, temperature=1.5, seed=1, accounted=accounted)[0]
        for accounted in (False, True)
    )
    readable = [set().union(*(ids(one.text.replace("\ufffd", "")) for one in made)) for made in (free, bound)]
    assert not readable[0] <= own
    assert readable[1] <= own

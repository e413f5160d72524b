"""A word of the draft with a letter lost, added or exchanged; forms of a word and other spellings are none of these."""

from __future__ import annotations

import pytest

from virality.gates import GATES, Context

EN = Context(lang="en")


def state(draft: str, rewrite: str, context: Context = EN) -> str:
    return GATES["spelling"](draft, rewrite, context).state


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("Two rappers met in Bergen", "In Bergen two rapers met"),
        ("How the league treats women", "This is how the league treates women"),
        ("The government answers", "The goverment answers"),
        ("A friend of the family", "A freind of the family"),
        ("The bakers strike today", "Today the bakars strike"),
    ],
)
def test_a_slip_of_one_letter_fails(draft: str, rewrite: str) -> None:
    verdict = GATES["spelling"](draft, rewrite, EN)
    assert verdict.state == "fail"
    assert "misspelt" in verdict.reason


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("A baker bakes bread", "The bakers bake bread"),
        ("The colour of the harbour", "The color of the harbor"),
        ("They realised it and travelled on", "They realized it and traveled on"),
        ("The women built a bridge", "The woman builds a bridge"),
        ("Bread at eight", "At eight: bread"),
        ("He dislikes it", "It is disliked by him"),
        ("The goverment answers", "The government answers"),
        ("Ask @rappers about #treats", "About #treats, ask @rapers"),
    ],
)
def test_forms_other_spellings_and_mended_words_pass(draft: str, rewrite: str) -> None:
    assert state(draft, rewrite) == "pass"


def test_other_languages_are_not_checked() -> None:
    assert state("افتتح المتحف أبوابه اليوم", "المتحف افتتح أبوابه اليوم", Context(lang="ar")) == "not_checked"

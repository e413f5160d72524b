"""Every word accounted for: exchanges of the tables and moved words pass, slips of a sampled rewrite do not."""

from __future__ import annotations

import pytest

from virality.gates import GATES, Context

STRICT = Context(paraphrase=True, accounted=True)


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("A lot of people can't sleep in July", "In July many people cannot sleep"),
        ("The Ferry Was Late. It's A Shame.", "It is a shame that the ferry was late"),
        ("Here's how the bakers of Tarn feed a town", "This is how the bakers of Tarn feed a town"),
        ("She really wants to help kids", "She wants to help children"),
        ("She bakes. It is not enough. Salt & more.", "She bakes and it is not enough. Salt and more."),
        ("Here it is: the long‑term plan", "It is here: the long-term plan"),
        ("There it is, the bread", "There it is: the bread"),
        ("A well known baker sings. It is so.", "It is so: a well-known baker sings"),
        ("Two photos of the big storm, https://example.org/storm", "Two pictures of the huge storm: https://example.org/storm"),
        ("أعلنت البلدية افتتاح الجسر بسبب الزحام", "بسبب الزحام أعلنت البلدية افتتاح الجسر"),
        ("تأخر القطار بسبب الثلوج", "تأخر القطار جراء الثلوج"),
    ],
)  # fmt: skip
def test_moved_and_exchanged_words_pass(draft: str, rewrite: str) -> None:
    assert GATES["accounted"](draft, rewrite, STRICT).state == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite", "word"),
    [
        ("Some people sleep in a white van all winter", "All winter some men sleep in a white van", "men"),
        ("Some people sleep in a white van all winter", "All winter some people sleep in a black van", "black"),
        ("Watch a nurse sing to her patients", "Watch a nurse sing to her patients. Now is the time.", "now"),
        ("He finally told his dad", "He finally told his dad and told his dad", "told"),
        ("The joke I've heard is funny", "The joke I have seen is funny", "seen"),
        ("When you buy happiness it fades", "When you buy cheerful it fades", "cheerful"),
        ("The league says it changed", "The league says he changed", "he"),
        ("Bread is all she bakes", "Bread is all", "bakes"),
        (
            "If you bake, think twice. Maybe three times.",
            "If you bake and think twice. Maybe three times.",
            "and think",
        ),
        ("The cure for hunger: give them bread", "The cure for hunger and give them bread", "and give"),
        ("She knows the rest. This kind.", "She knows the rest and this kind.", "and this kind"),
        ("Bakers sing at work", "Bakers sing at work and this is it", "this is it"),
        ("Bakers sing at work", "Bakers sing at work and this is a been-it-this-is", "been-it-this-is"),
        ("تأخر القطار بسبب الثلوج", "تأخرت الحافلة بسبب الثلوج", "حافل"),
    ],
)
def test_what_nothing_stands_for_fails_and_is_named(draft: str, rewrite: str, word: str) -> None:
    verdict = GATES["accounted"](draft, rewrite, STRICT)
    assert verdict.state == "fail"
    assert word in " ".join(verdict.evidence)


def test_it_is_asked_for() -> None:
    assert GATES["accounted"]("Bread is all she bakes", "Cakes alone", Context()).state == "pass"


def test_a_language_without_exchanges_is_not_checked() -> None:
    assert (
        GATES["accounted"]("Brot ist alles", "Alles ist Brot", Context(lang="de", accounted=True)).state
        == "not_checked"
    )

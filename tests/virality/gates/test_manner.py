"""Length, bait, clickbait, insults and degenerate rewrites."""

from __future__ import annotations

import pytest

from virality.errors import ViralityError
from virality.gates import Context, bait, changed, clickbait, length, toxicity

CONTEXT = Context()
EN = "The harbour ferry stops early today because of strong wind"
AR = "توقفت عبارة الميناء مبكرا اليوم بسبب الرياح القوية"


def test_a_rewrite_must_fit_its_platform() -> None:
    draft, rewrite = "word " * 50, "word " * 60
    assert length.check(draft, rewrite, Context(platform="x")).reason == "300 characters as x counts, the limit is 280"
    assert length.check(draft, rewrite, Context(platform="mastodon")).state == "pass"
    assert length.check(draft, rewrite, CONTEXT).state == "pass"


def test_a_rewrite_much_longer_or_shorter_than_the_draft_fails() -> None:
    assert length.check(EN, EN * 3, CONTEXT).state == "fail"
    assert length.check(EN, "Ferry stops", CONTEXT).state == "fail"
    assert length.check("Hi", "Hi there, and welcome to our new harbour", CONTEXT).state == "pass"


def test_an_unknown_platform_is_a_mistake() -> None:
    with pytest.raises(ViralityError, match="mastodon"):
        length.check(EN, EN, Context(platform="mastadon"))


@pytest.mark.parametrize(
    ("kind", "phrase"),
    [
        ("vote", "Vote with an emoji!"),
        ("vote", "👍 for yes, ❤️ for no"),
        ("vote", "صوتوا باللايك"),
        ("react", "Like this if you agree"),
        ("react", "RT if you agree"),
        ("react", "Smash that like button"),
        ("react", "اضغط لايك"),
        ("react", "لايك لو عجبك"),
        ("share", "Share this with ten friends"),
        ("share", "Please share!"),
        ("share", "شارك المنشور"),
        ("tag", "Tag a friend who needs this"),
        ("tag", "منشن صديقك"),
        ("comment", "Comment YES below"),
        ("comment", "Let us know in the comments"),
        ("comment", "اكتب تم في التعليقات"),
        ("follow", "Follow us for more"),
        ("follow", "تابعونا"),
    ],
)
def test_new_bait_fails_and_the_drafts_own_does_not(kind: str, phrase: str) -> None:
    base = AR if any("\u0600" <= c <= "\u06ff" for c in phrase) else EN
    assert bait.check(base, f"{base}. {phrase}", CONTEXT).state == "fail"
    assert bait.check(f"{base}. {phrase}", f"{phrase} {base}", CONTEXT).state == "pass"


@pytest.mark.parametrize(
    "text",
    [
        "What do you think about the new timetable?",
        "Voting opens today in the council election",
        "They share a kitchen and like this town",
        "The report did not mention the tag on the bag",
        "He likes to follow the river and comment on birds",
        "ما رأيكم في الجدول الجديد؟",
        "شارك المنتخب في البطولة وكتب الصحفيون عنه",
    ],
)
def test_ordinary_talk_is_no_bait(text: str) -> None:
    base = AR if any("\u0600" <= c <= "\u06ff" for c in text) else EN
    assert bait.check(base, text, CONTEXT).state == "pass"


@pytest.mark.parametrize(
    "phrase",
    [
        "You won't believe why",
        "You’ll never guess, and what happened next is sad",
        "This one trick helps",
        "It will blow your mind",
        "Wait till you see it",
        "لن تصدق ما جرى",
        "شاهد ماذا حدث",
        "سيصدمك السبب",
        "شاهد قبل الحذف",
    ],
)
def test_a_new_clickbait_formula_fails_and_the_drafts_own_does_not(phrase: str) -> None:
    base = AR if any("\u0600" <= c <= "\u06ff" for c in phrase) else EN
    assert clickbait.check(base, f"{phrase}: {base}", CONTEXT).state == "fail"
    assert clickbait.check(f"{phrase}: {base}", f"{base}. {phrase}", CONTEXT).state == "pass"
    assert clickbait.check(base, base, CONTEXT).state == "pass"


@pytest.mark.parametrize("word", ["idiots", "STUPID", "assholes", "يا كلب", "أغبياء", "الحقير", "ابن الكلب"])
def test_a_new_insult_fails_and_the_drafts_own_does_not(word: str) -> None:
    base = AR if any("\u0600" <= c <= "\u06ff" for c in word) else EN
    assert toxicity.check(base, f"{base} {word}", CONTEXT).state == "fail"
    assert toxicity.check(f"{base} {word}", f"{word} {base}", CONTEXT).state == "pass"


@pytest.mark.parametrize(
    "text",
    [
        "Assess the Scunthorpe classic; spice and shiitake for all",
        "The dog and the pig sleep",
        "كلب الجيران نائم والحمار في الحقل",
    ],
)
def test_words_that_only_look_like_insults_pass(text: str) -> None:
    base = AR if any("\u0600" <= c <= "\u06ff" for c in text) else EN
    assert toxicity.check(base, text, CONTEXT).state == "pass"


def test_empty_unchanged_and_looping_rewrites_fail() -> None:
    assert changed.check(EN, " ", CONTEXT).reason == "empty"
    assert changed.check(EN, EN.upper() + "!!!", CONTEXT).state == "fail"
    assert changed.check(AR, AR.replace("عبارة", "عبــارة"), CONTEXT).state == "fail"
    loop = "the ferry stops today " * 3
    assert changed.check(EN, loop, CONTEXT).evidence == ("the ferry stops today",)
    assert changed.check(loop, loop + "early", CONTEXT).state == "pass"


def test_another_order_is_a_change() -> None:
    assert changed.check(EN, "Strong wind: the harbour ferry stops early today", CONTEXT).state == "pass"

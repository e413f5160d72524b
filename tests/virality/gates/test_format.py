"""The rewrite is the post and nothing else."""

from __future__ import annotations

import pytest

from virality.gates import Context
from virality.gates.format import check

CONTEXT = Context()
EN = "The ferry leaves at noon. Dogs travel free, and so does your bike."
AR = "تنطلق العبّارة ظهرًا، والكلاب والدراجات مجانًا."


@pytest.mark.parametrize(
    "rewrite",
    [
        f"Sure! Here's a livelier version:\n\n{EN}",
        f"Of course, here is your post, rewritten for clarity: {EN}",
        f"I've made it punchier:\n{EN}",
        f"Rewritten tweet: {EN}",
        f"Option 1: {EN}\nOption 2: Dogs are free at noon.",
        f"1. {EN}\n2. Dogs go free on the noon ferry.",
        "- The ferry leaves at noon\n- Dogs travel free",
        f"{EN}\n\nLet me know if you'd like another tone!",
        f"{EN}\n\nHope this helps!",
        f"{EN} Would you like me to shorten it?",
        f"{EN}\n\nNote: I kept the tone light.",
        f"{EN}\n(Feel free to add an emoji.)",
        f"{EN}\n\nCharacter count: 66",
        f'"{EN}"',
        f"“{EN}”",
        "**The ferry** leaves at noon. Dogs travel free.",
        f"# Ferry news\n{EN}",
        f"> {EN}",
        f"---\n{EN}\n---",
        f"```\n{EN}\n```",
        f"[Ferry](https://a.example): {EN}",
        f"<p>{EN}</p>",
        f"{EN} &amp; more",
        f"{EN} [Insert photo here]",
        f"Dear {{name}}, {EN}",
        f"{EN} <link1>",
        f"{EN} @1",
        f"<|assistant|>{EN}",
        "The ferry\u200b leaves at noon.",
        f"Post of the day, as you asked:\n{EN}",
    ],
)
def test_an_english_frame_fails(rewrite: str) -> None:
    assert check(EN, rewrite, CONTEXT).state == "fail"


@pytest.mark.parametrize(
    "rewrite",
    [
        f"بالتأكيد! إليك صيغة أجمل:\n{AR}",
        f"تفضل، هذه نسخة أقصر من منشورك:\n{AR}",
        f"أكيد، دي نسخة أحلى من البوست بتاعك 👇\n{AR}",
        f"هلا! هذا اقتراحي لإعلانك:\n{AR}",
        f"هاني عملتلك نسخة أوضح:\n{AR}",
        f"أعدت صياغة المنشور لك:\n{AR}",
        f"النص: {AR}",
        f"الخيار الأول: {AR}",
        f"{AR}\n\nهل تريد نسخة أقصر؟",
        f"{AR}\nتحب أزود إيموجي؟",
        f"{AR}\n\nملاحظة: أضفت ترتيبًا أوضح.",
        f"{AR}\n\nآمل أن تكون هذه النسخة مفيدة!",
        f"«{AR}»",
        "**العبّارة** تنطلق ظهرًا.",
        f"{AR} [ضع رابطًا هنا]",
        f"١) {AR}\n٢) الكلاب مجانًا.",
    ],
)
def test_an_arabic_frame_fails(rewrite: str) -> None:
    assert check(AR, rewrite, CONTEXT).state == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        (EN, "Your bike travels free, and so do dogs! The ferry leaves at noon."),
        (EN, "Noon:\nthe ferry leaves.\nDogs and bikes travel free."),
        (AR, "الكلاب والدراجات مجانًا! تنطلق العبّارة ظهرًا."),
        ("Let me know if you want a kitten", "If you want a kitten, let me know"),
        ("1. Wash\n2. Dry", "1. Wash!\n2. Dry!"),
        ('"We won," she said', 'She said: "We won"'),
        ("I <3 this town", "This town, I <3 it"),
        ("Sure is hot today", "Today sure is hot"),
    ],
)
def test_a_plain_rewrite_passes(draft: str, rewrite: str) -> None:
    assert check(draft, rewrite, CONTEXT).state == "pass"


def test_what_the_draft_has_itself_may_stay() -> None:
    for text in ("**Sale** on [boots](https://a.example)", "<b>Sale</b> on boots", "- boots\n- coats", '"All of it."'):
        assert check(text, f"{text} now", CONTEXT).state == "pass"


def test_the_reason_shows_the_words() -> None:
    verdict = check(EN, f"{EN}\n\nHope this helps!", CONTEXT)
    assert verdict.reason == "it speaks about the post: 'hope this helps'"


@pytest.mark.parametrize(
    ("rewrite", "state"),
    [
        ("The story behind a mill:", "fail"),
        ("The story behind a mill,", "fail"),
        ("قصة وراء الطاحونة:", "fail"),
        ("We baked it :tada:", "pass"),
        ("The story behind a mill: https://mill.example", "pass"),
    ],
)
def test_an_end_that_breaks_off_fails_and_a_shortcode_is_none(rewrite: str, state: str) -> None:
    assert check("The story behind a mill", rewrite, Context()).state == state
    assert check(rewrite, rewrite, Context()).state == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("New bread on my blog: come and see", '"New bread on my blog" — come and see'),
        ("We should bake more often, guys! So good", "“We should bake more often, guys” – so good"),
        ("The oven is on. Come and see", "‘The oven is on’ – come and see"),
        ("The oven is on. Come and see", "Come and see: 'The oven is on'"),
        ('The guide "Rye at home" is out', '"Rye at home" is out "The guide'),
        ("الخبز جاهز اليوم. تعالوا", "«الخبز جاهز اليوم» تعالوا"),
        ("The oven is on (again). Come", "The oven is on (again. Come"),
        ("The oven is on. Come and see", "The oven is on.\n>>\nCome and see"),
        ("The oven is on. Come and see", "Come and see. The oven is on. – <>"),
    ],
)
def test_new_quotation_marks_and_stray_ones_fail_where_a_writer_samples(draft: str, rewrite: str) -> None:
    assert check(draft, rewrite, Context(accounted=True)).state == "fail"
    assert check(draft, draft, Context(accounted=True)).state == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("We don't sell the bakers' bread. It's gone", "It's gone. We don't sell the bakers' bread."),
        ("She said 'no' to rye", 'She said "no" to rye'),
        ("Get 'em while they're hot, rock 'n' roll bakers", "Rock 'n' roll bakers, get 'em while they're hot"),
        ("Fresh rye today :)", "Fresh rye today\n:)"),
        ('A 6" pan is enough', 'Enough is a 6" pan'),
    ],
)
def test_marks_that_the_draft_has_stay(draft: str, rewrite: str) -> None:
    assert check(draft, rewrite, Context(accounted=True)).state == "pass"

"""Lists of phrases: how rows are read, and what all lists keep to."""

from __future__ import annotations

import re

import pytest

from virality.gates import Context, phrases
from virality.gates.wording import KNOWN
from virality.text.normalise import fold

GATES = ("bait", "clickbait", "toxicity", "outrage", "machine_phrases", "hype")
PLAIN = {
    "en": (
        "The harbour ferry stops early today because of strong wind",
        "Voting opens today in the council election",
        "They share a kitchen and like this town",
        "The report did not mention the tag on the bag",
        "He likes to follow the river and comment on birds",
        "Boil tap water before you drink it",
        "She left behind a hidden garden that nobody in the street had seen",
        "The company said it would not say why the price rose",
        "Assess the Scunthorpe classic; spice and shiitake for all",
        "A git commit fixed the knob; the dog slept by the dyke",
        "The best before date is on the lid",
        "The journey from Lund takes two hours and ends at the harbour",
    ),
    "ar": (
        "توقفت عبارة الميناء مبكرا اليوم بسبب الرياح القوية",
        "شارك المنتخب في البطولة وكتب الصحفيون عنه",
        "كلب الجيران نائم والحمار في الحقل",
        "بقي بخير وقالت إن الدنيا بخير",
        "عارض المجلس المشروع وقال إن الشركة في بلاده لا تعرف الموعد",
        "رئيس فرنسا ماكرون في حيفا اليوم، وبنتنا عنده",
        "تفتح المكتبة من الثامنة، وأفضل من السابق موعدها",
        "قال بشير إن كورونا انتشر في القرية",
        "هطل المطر على النيجر وارتفعت القيمة السوقية للقمح",
        "قال المدعي العام تامر حسن في منشور إن المتهم علق بالمصعد",
        "مرر اللاعب الكرة إلى زميله، وسيلعب الفريق في نادي الإمارات ليفوز بالكأس",
        "ذكر أمس أن المجلس وافق بالإجماع ولم يعد في الصالة مقعد واحد",
    ),
}


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("lang", KNOWN)
def test_every_list_has_rows_that_match_folded_text_and_never_nothing(gate: str, lang: str) -> None:
    kinds = phrases.rows(gate)[lang]
    assert kinds
    for row in (row for listing in kinds.values() for row in listing):
        assert re.compile(row.replace("~", "")).search("") is None, row
        assert not re.search("[أإآىةـ\u064b-\u0652]", row), f"{row} is not in the spelling of fold"


@pytest.mark.parametrize("gate", GATES)
def test_both_languages_know_the_same_kinds_or_more(gate: str) -> None:
    assert phrases.kinds(gate)
    assert set(phrases.kinds(gate)) == {kind for lang in KNOWN for kind in phrases.rows(gate)[lang]}


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("text", [text for texts in PLAIN.values() for text in texts])
def test_plain_posts_have_none_of_them(gate: str, text: str) -> None:
    assert phrases.found(gate, text) == {}


def test_bounds_of_a_clause_are_seen() -> None:
    assert phrases.found("bait", "Bread today 🥖 share, please") == {"share": "share"}
    assert phrases.found("bait", "Bread today in my share of the house") == {}


def test_a_conjunction_and_clitics_may_stand_before_an_arabic_word() -> None:
    for word in ("مهزلة", "والمهزلة", "بمهزلة", "هالمهزلة"):
        assert phrases.found("outrage", f"انتهت {word} اليوم") == {"shame": fold(word)}


def test_dots_of_suspense_at_the_end_are_seen_and_elsewhere_are_not() -> None:
    assert "suspense" in phrases.found("clickbait", "The bread opens its oven... #bread")
    assert phrases.found("clickbait", "The bread ... well, it is bread and it is in the oven") == {}


@pytest.mark.parametrize(
    ("gate", "draft", "rewrite"),
    [
        ("clickbait", "Dad asked for one thing: no party", "Dad wanted just one thing: no party"),
        (
            "clickbait",
            "Twins share more dislikes, a survey finds",
            "Twins have more dislikes in common, a survey finds",
        ),
        ("clickbait", "لم أكن أظن أن جدتي ستعزف", "لم أتوقع أن تعزف جدتي"),
        ("hype", "She had never won a singles title before", "It is the first singles title she has ever won"),
        ("hype", "مشينا وما حدا منا تعب", "مشينا بلا تعب"),
        ("hype", "Send a photo for a full refund", "A photo gets you your money back"),
        ("bait", "Polling for the by-election moves", "Where you vote in the by-election moves"),
        ("toxicity", "Scam alert: callers ask for cards", "Scammers call and ask for cards"),
        ("machine_phrases", "الحجز لا يلزمكم بالشراء", "احجزوا من دون التزام بالشراء"),
    ],
)
def test_what_the_draft_says_in_other_forms_is_not_new(gate: str, draft: str, rewrite: str) -> None:
    lang = "en" if draft.isascii() else "ar"
    assert phrases.new_phrases(gate, "it", draft, rewrite, Context(lang=lang)).state == "pass"


@pytest.mark.parametrize("gate", GATES)
def test_a_language_without_lists_is_not_checked(gate: str) -> None:
    german = "Das Brot ist heute frisch und kostet zwei Euro"
    verdict = phrases.new_phrases(gate, "it", german, german + " und mehr", Context(lang="de"))
    assert verdict.state == "not_checked"
    assert "de" in verdict.reason

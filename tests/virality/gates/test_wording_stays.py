"""Nothing is lost, nothing is added, nothing is denied, and the language stays."""

from __future__ import annotations

import pytest

from virality.gates import Context, claims, denial, language, omission
from virality.gates.negation import negations
from virality.gates.wording import content_words, stem

CONTEXT = Context()
EN = "The harbour ferry stops early today because strong wind broke two ramps at the pier"
AR = "توقفت عبارة الميناء مبكرا اليوم لأن الرياح القوية كسرت جسرين على الرصيف الشمالي"


def test_a_rewrite_that_gains_by_cutting_fails() -> None:
    verdict = omission.check(EN, "The ferry stops early today", CONTEXT)
    assert verdict.state == "fail"
    assert "harbour" in verdict.evidence
    assert omission.check(AR, "توقفت عبارة الميناء", CONTEXT).state == "fail"


def test_order_endings_and_clitics_do_not_count_as_loss() -> None:
    assert (
        omission.check(
            EN, "Two ramps at the pier are broken by strong winds: harbour ferries stop early", CONTEXT
        ).state
        == "pass"
    )
    assert (
        omission.check(AR, "كسرت الرياح القوية جسرين بالرصيف الشمالي وتوقفت العبارة في الميناء مبكرا", CONTEXT).state
        == "pass"
    )


def test_the_threshold_is_a_share_of_the_content_words() -> None:
    strict = Context(min_kept_words=1.0)
    assert omission.check("red boat, blue sea", "blue sea, red ship", strict).state == "fail"
    assert omission.check("red boat, blue sea", "blue sea, red ship", CONTEXT).state == "pass"


def test_a_claim_of_new_words_fails_by_share_or_by_number() -> None:
    added = EN + " and the company hid safety reports for years"
    assert claims.check(EN, added, CONTEXT).state == "fail"
    assert claims.check(EN, EN + " sadly", CONTEXT).state == "pass"
    assert claims.check(EN, EN + " sadly", Context(max_new_count=0)).state == "fail"
    assert claims.check(AR, AR + " وأخفت الشركة تقارير السلامة لسنوات", CONTEXT).state == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("The pool will open on Monday", "The pool will not open on Monday"),
        ("The pool won't open on Monday", "The pool will open on Monday"),
        ("We never close", "We close"),
        ("Coffee without sugar", "Coffee with sugar"),
        ("It isn't safe and it is not cheap", "It isn't safe and it is cheap"),
        ("المسبح يفتح يوم الاثنين", "المسبح لا يفتح يوم الاثنين"),
        ("لن ترتفع الأسعار", "سترتفع الأسعار"),
        ("لم يحضر المدير ولم يعتذر", "لم يحضر المدير واعتذر"),
        ("ليس هناك خطر", "هناك خطر"),
        ("ما حضر أحد", "حضر أحد"),
        ("ما عندي وقت", "عندي وقت"),
        ("ما وصل القطار", "وصل القطار"),
    ],
)
def test_a_negation_added_or_lost_fails(draft: str, rewrite: str) -> None:
    verdict = denial.check(draft, rewrite, CONTEXT)
    assert verdict.state == "fail"
    assert "negation" in verdict.reason


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("I can't, won't and don’t", "en", ("cant", "wont", "dont")),
        ("House No. 5 has no door", "en", ("no",)),
        ("ما زال المحل مفتوحا كل ما تحتاجه", "ar", ()),
        ("انتقد المدير ما وصفه بالتأخير، وهو ما أثار الجدل", "ar", ()),
        ("ما رأيكم؟ لا شك أنه جميل ولا سيما اليوم", "ar", ()),
        ("ولم يصل فلا تنتظر", "ar", ("لم", "لا")),
    ],
)
def test_only_words_that_deny_are_negations(text: str, lang: str, expected: tuple[str, ...]) -> None:
    assert negations(text, lang) == expected


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        ("running", "runs", "en"),
        ("studies", "studying", "en"),
        ("won", "wins", "en"),
        ("stopped", "stop", "en"),
        ("making", "made", "en"),
        ("والمدرسه", "مدرسه", "ar"),
        ("بالجامعات", "جامعه", "ar"),
        ("للاطفال", "اطفال", "ar"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str, lang: str) -> None:
    assert stem(one, lang) == stem(other, lang)


def test_the_words_of_a_hashtag_are_content() -> None:
    assert set(content_words("#ClimateChange is here", "en")) == set(content_words("the climate changes", "en"))


def test_another_language_or_script_fails() -> None:
    assert language.check(EN, AR, CONTEXT).reason == "the script changes from latin to arabic"
    french = "Le ferry du port s'arrête tôt aujourd'hui parce que le vent est trop fort"
    assert language.check(EN, french, CONTEXT).state == "fail"
    assert language.check(EN, "Strong wind: the ferry stops early today", CONTEXT).state == "pass"
    assert language.check(AR, "الرياح قوية والعبارة توقفت", CONTEXT).state == "pass"


def test_a_language_that_cannot_be_told_is_not_checked() -> None:
    assert language.check("Zyx Qwv", "Qwv Zyx", CONTEXT).state == "not_checked"
    assert language.check("", "", CONTEXT).state == "not_checked"


def test_a_known_language_of_the_draft_is_believed() -> None:
    assert language.check("Zyx Qwv", EN, Context(lang="en")).state == "pass"
    assert language.check("Zyx Qwv", EN, Context(lang="de")).state == "fail"

"""What came in and what went out: a paraphrase gives a word for a word, a claim adds a clause, a cut loses one."""

from __future__ import annotations

import pytest

from virality.gates import GATES, Context, claims, omission
from virality.gates.balance import apart, odds, sides
from virality.gates.wording import content_words, plain

FREE = Context(paraphrase=True)
KILN = "The potter fires her kiln on Mondays and sells cracked bowls at half price near the mill"
DENTIST = "The dentist on Mill Lane takes new patients, children included"
TREES = "The council plants 500 trees along the canal"
NETS = "يصلح الصيادون شباكهم قرب المرفأ القديم كل خميس ويبيعون السمك الطازج للجيران"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        (KILN, f"{KILN}, and the glaze comes from volcanic ash"),
        (KILN, f"Trained in Kyoto workshops, {KILN[0].lower()}{KILN[1:]}"),
        (DENTIST, f"{DENTIST}, and whitens teeth"),
        (NETS, f"{NETS} بعد افتتاح معمل للثلج"),
        (NETS, "لأن العواصف مزقتها، يصلح الصيادون شباكهم قرب المرفأ القديم كل خميس ويبيعون السمك الطازج للجيران"),
        ("الحانوت ديال عمي غادي يحل نهار الجمعة", "الحانوت ديال عمي غادي يحل نهار الجمعة وفيه الحوت والزيتون"),
    ],
)  # fmt: skip
def test_a_clause_that_came_in_is_a_claim(draft: str, rewrite: str) -> None:
    assert claims.check(draft, rewrite, FREE).state == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        (KILN, "The potter fires her kiln on Mondays"),
        (f"{TREES}. Volunteers sign up at the library.", f"{TREES}."),
        (NETS, "يصلح الصيادون شباكهم قرب المرفأ القديم كل خميس"),
        ("البلدية ناوية تزرع شجر عالكورنيش، والتسجيل للمتطوعين بالمكتبة", "البلدية ناوية تزرع شجر عالكورنيش"),
    ],
)  # fmt: skip
def test_a_clause_that_went_out_is_a_loss(draft: str, rewrite: str) -> None:
    assert omission.check(draft, rewrite, FREE).state == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        (KILN, "Near the mill the potter sells cracked bowls for half, and on Mondays she lights her kiln"),
        ("The judge adjourned it because a witness fell ill", "The judge put it off after a witness was taken ill"),
        ("It'd be the north's oldest ice", "It would be the oldest ice of the north"),
        ("My grandmother's approval took eleven years", "I had my grandmother approve after 11 years"),
        (NETS, "كل خميس قرب المرفأ القديم صيادون يصلحون الشباك ثم بيع السمك الطازج لجيرانهم"),
        ("راح نفتح المحل بكرا عالبحر", "المحل رح يفتح بكرا عالبحر"),
        ("ماكنبيعوش الزيت دابا", "الزيت ما كنبيعوهش دابا"),
    ],
)  # fmt: skip
def test_a_paraphrase_balances(draft: str, rewrite: str) -> None:
    assert claims.check(draft, rewrite, FREE).state == omission.check(draft, rewrite, FREE).state == "pass"


def test_a_synonym_stands_for_one_word_that_went_out() -> None:
    assert apart("The lorry waits", "The truck waits", "en") == ()
    assert apart("The lorry and the truck wait", "The truck waits", "en") == ("lorry",)


def test_the_counts_of_both_sides() -> None:
    came, went = sides("red boats, blue sea", "red boats, steep roof, blue sea", "en")
    assert (came.words, came.heavy, came.apart, came.run, came.whole, came.clauses, came.alone) == (6, 6, 2, 2, 2, 3, 2)
    assert (went.words, went.apart, went.run, went.whole) == (4, 0, 0, 0)
    assert odds("claims", "red boats, blue sea", "red boats, steep roof, blue sea", "en") > odds(
        "claims", "red boats, blue sea", "red boats, blue sea", "en"
    )


def test_the_threshold_is_in_log_odds() -> None:
    added = f"{KILN}, and the glaze comes from volcanic ash"
    assert claims.check(KILN, added, Context(paraphrase=True, claim_odds=99.0)).state == "pass"
    assert omission.check(added, KILN, Context(paraphrase=True, loss_odds=99.0)).state == "pass"


@pytest.mark.parametrize(("draft", "rewrite"), [("rain", "no"), ("مطر", "لا"), ("Zyx qwv", "Abc")])
def test_a_rewrite_without_one_word_of_the_draft_fails_in_any_language(draft: str, rewrite: str) -> None:
    assert omission.check(draft, rewrite, Context()).state == "fail"


def test_numbers_in_words_function_words_and_contractions_are_no_content() -> None:
    assert list(content_words("There's eleven of them against you", "en")) == []
    assert list(content_words("وعندنا خمسة وعشرين يلي هلق", "ar")) == []
    assert plain("it'd") == plain("it’d") == "it"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("Tickets cost 5 dollars each", "Tickets cost $5 each"),
        ("A mill costs 2 million euros", "A mill costs €2 million"),
        ("Rye is up 5 percent", "Rye is up 5%"),
        ("The U.S. sends bread to the island", "The US sends bread to the island"),
        ("Bread is out at 10 a.m. on Friday", "Bread is out at 10am on Friday"),
        ("Dr. Amal Haddad opens a mill in Tyre", "Amal Haddad opens a mill in Tyre"),
        ("The mill opens at 9:00 on Monday", "The mill opens at 9 on Monday"),
        ("ثمن الرغيف 5 دولارات", "ثمن الرغيف $5"),
        ("ارتفع السعر 5 بالمئة", "ارتفع السعر 5%"),
    ],
)
def test_another_spelling_of_a_currency_or_an_abbreviation_is_no_other_word(draft: str, rewrite: str) -> None:
    for name in ("numbers", "omission", "claims"):
        assert GATES[name](draft, rewrite, FREE).state == "pass"
        assert GATES[name](rewrite, draft, FREE).state == "pass"

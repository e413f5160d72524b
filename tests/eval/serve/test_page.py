"""The page says the same in both languages, runs in both directions, and shows every text as text."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest

from eval.serve.page import LANGUAGES, answer_html, page_html, spoken
from eval.suggest.records import TONES, Answer, Suggestion
from train.scorers.reasons import Reason
from virality.gates import GATES, Verdict
from virality.text.platforms import LIMITS

DRAFT = "The library opens at nine on Saturday."
REWRITE = "On Saturday the library opens at nine."
VERDICTS = (Verdict("numbers", "pass"), Verdict("hype", "not_checked", "no list for 'fi'"))
WORDS = json.loads(resources.files("eval.serve").joinpath("words.json").read_text(encoding="utf-8"))


def suggested(text: str = REWRITE, draft: str = DRAFT, **more: object) -> Answer:
    fields: dict[str, object] = {"p_better": 0.714, "edits": 0.25, "verdicts": VERDICTS, "low": 0.62, "high": 0.79}
    return Answer(draft, [Suggestion(text, **(fields | more))], None, platform="x")  # type: ignore[arg-type]


def seen(html: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>|[\u2066-\u2069]", " ", html))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_suggestion_stands_with_its_odds_its_length_its_changes_and_its_checks(lang: str) -> None:
    html = answer_html(suggested(), lang)
    assert "71% (62% – 79%)" in seen(html)
    assert "25%" in seen(html)
    assert "38" in seen(html)
    assert "280" in seen(html)
    assert "<ins>On Saturday the</ins>" in html
    assert "no list for &#x27;fi&#x27;" in html
    assert WORDS[lang]["some_unseen"].format(n=1, unseen=1) in seen(html)


def test_the_page_is_whole_in_both_languages_and_directions() -> None:
    for lang, direction in (("en", "ltr"), ("ar", "rtl")):
        html = page_html(lang, "tiny@<b>run</b>")
        assert f'<html lang="{lang}" dir="{direction}">' in html
        assert "$" not in html
        assert "tiny@&lt;b&gt;run&lt;/b&gt;" in html
        assert re.findall(r'<option value="([^"]*)">', html)[1 : 1 + len(LIMITS)] == list(LIMITS)
        assert not re.search(r"https?:|//", html)


def test_everything_that_is_said_is_said_in_both_languages() -> None:
    assert WORDS["en"].keys() == WORDS["ar"].keys()
    for lang in LANGUAGES:
        assert set(WORDS[lang]["tones"]) == set(TONES)
        assert set(WORDS[lang]["platforms"]) >= set(LIMITS)
    assert set(WORDS["ar"]["gate_names"]) >= {*GATES, "voice"}
    for key, said in WORDS["en"].items():
        if isinstance(said, str):
            assert re.findall(r"{\w+}", said) == sorted(re.findall(r"{\w+}", WORDS["ar"][key]), key=said.index)


def test_a_text_is_text_wherever_it_stands() -> None:
    bad = "</p><script>alert(1)</script><img src=x onerror=alert(1)> \" ' & \u202e$title{n}"
    reason = Reason(bad, "second", "word", 0.4, "second")
    found = suggested(bad, bad, verdicts=(Verdict("numbers", "not_checked", bad),), reasons=(reason,))
    for answer in (found, Answer(bad, [], bad)):
        for lang in LANGUAGES:
            html = answer_html(answer, lang)
            assert "<script" not in html
            assert "<img" not in html
            assert "\u202e" not in html
            assert "$title{n}" in html


def test_reasons_stand_on_the_side_they_speak_for_with_their_points() -> None:
    reasons = (
        Reason("Saturday", "second", "word", 0.4, "both"),
        Reason("opens", "second", "word", 0.2, "first"),
        Reason("longer by 3 characters", "first", "form", -0.1),
    )
    html = answer_html(suggested(reasons=reasons), "en")
    before, after = html.split(WORDS["en"]["against"])
    assert "+10 “ Saturday ”" in seen(before)
    assert "+5 does not say “ opens ”" in seen(before)
    assert "+2 longer by 3 characters" in seen(after)


def test_no_probability_is_shown_as_certainty_and_none_as_a_number() -> None:
    assert "&gt;99% (62% – &gt;99%)" in seen(answer_html(suggested(p_better=0.9999, high=0.9999), "en"))
    assert WORDS["en"]["unscored"] in seen(answer_html(suggested(p_better=None, low=None, high=None), "en"))
    assert "71%" in seen(answer_html(suggested(low=None, high=None), "en"))


def test_where_nothing_is_suggested_the_draft_stands_with_the_reason() -> None:
    html = answer_html(Answer(DRAFT, [], "none of 8 rewrites passed the gates"), "ar")
    assert WORDS["ar"]["stands"] in html
    assert DRAFT in html
    assert "none of 8 rewrites passed the gates" in html


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("", "en"), ("ar", "ar"), ("ar-EG,ar;q=0.9,en;q=0.8", "ar"), ("fr, en-GB;q=0.9, ar;q=0.1", "en"), ("*;;,-", "en")],
)
def test_the_page_is_in_the_language_that_the_browser_asks_for(accepted: str, lang: str) -> None:
    assert spoken(accepted) == lang

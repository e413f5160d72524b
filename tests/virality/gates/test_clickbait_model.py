"""The model of clickbait headlines and what the gate makes of it."""

from __future__ import annotations

import pytest

from virality.gates import Context, clickbait, clickbait_model

PLAIN = "The harbour council approved a budget for ferries on Tuesday"
BAIT = "23 Things Only People Who Love Ferries Will Totally Understand"


def test_headlines_of_a_list_stand_far_above_plain_news() -> None:
    assert clickbait_model.log_odds(BAIT) > clickbait_model.log_odds(PLAIN) + 6


def test_the_most_suspicious_sentence_counts() -> None:
    assert clickbait_model.log_odds(f"{PLAIN}. {BAIT}.") == pytest.approx(clickbait_model.log_odds(BAIT), abs=0.01)


def test_grams_are_words_and_pairs_of_words_weighed_by_length() -> None:
    assert clickbait_model.grams("You Won't") == pytest.approx(dict.fromkeys(("you", "wont", "you wont"), 0.5**0.5))
    assert clickbait_model.grams("") == {}


def test_the_file_names_its_data_and_how_good_it_is() -> None:
    about = clickbait_model.weights()["about"]
    assert about["test"]["accuracy"] > 0.9
    assert "MIT" in about["data"]


def test_the_gate_fails_what_rises_to_a_headline_and_only_in_english() -> None:
    verdict = clickbait.check(PLAIN, BAIT, Context())
    assert verdict.state == "fail"
    assert "log-odds" in verdict.reason
    assert clickbait.check(BAIT, BAIT + " now", Context()).state == "pass"
    assert clickbait.check(PLAIN, BAIT, Context(clickbait_rise=50.0)).state == "pass"
    assert clickbait.check("وافق المجلس على ميزانية العبارات", BAIT, Context(lang="ar")).state == "pass"

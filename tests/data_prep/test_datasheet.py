"""The data sheet says what the facts say, calls what is missing missing, and shows any text without obeying it."""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from data_prep.datasheet import render

_TROUBLE = "a few posts decide the means"
_FACTS: dict[str, Any] = {
    "rows": 1300,
    "kept": 1240,
    "dropped": {"too_short": 48, "bad_likes": 12},
    "bad": [
        {"file": "posts.csv", "row": 1017, "field": "likes", "reason": "bad_likes", "value": "<b>many", "rows": 12}
    ],
    "first_post": "2024-03-04",
    "last_post": "2024-06-30",
    "months": {"2024-03": 300, "2024-04": 400, "2024-06": 540},
    "accounts": {
        "count": 40,
        "posts": [float(n) for n in range(11)],
        "followers": [float(n * 1000) for n in range(11)],
    },
    "languages": {"en": 1200, "ar": 40},
    "platforms": {"mastodon": 1240},
    "communities": {},
    "rights": {"opt_in": 1240},
    "research_only": False,
    "counts": {"likes": {"counted": 1200, "bins": {"0": 100, "1": 300, "4": 800}}},
    "engagement": {"profile": "equal", "rates": {}},
    "model": {
        "coefficients": {
            "hour": {"00:00": -0.2, "01:00": 0.3, "02:00": 0.0},
            "weekday": {"Mon": -0.1, "Tue": 0.1},
            "media": {"none": -0.2, "photo": 0.2, "other": 0.0},
        },
        "errors": {
            "hour": {"00:00": 0.05, "01:00": 0.05, "02:00": 0.0},
            "weekday": {"Mon": 0.02, "Tue": 0.02},
            "media": {"none": 0.01, "photo": 0.01, "other": 0.0},
        },
        "followers": 0.0,
        "rows": 900,
        "before": 2.0,
        "after": 1.5,
        "trouble": [],
        "checks": {"instability": 0.9, "heterogeneity": 1.1, "kurtosis": 0.02, "explained": 0.31},
    },
    "explains": {"account": {"before": 0.72, "after": 0.06}, "length": {"before": 0.001, "after": 0.02}},
    "chance": {"neighbour": {"noise": 0.64, "effect": 0.36, "typical": 1.0, "repeats": 0}},
    "splits": {"mode": "time", "judge": 0.15, "validation": 0.1, "test": 0.2, "block_days": 14, "seed": 0},
    "components": 210,
    "largest_component": 0.02,
    "leaks": {"train: text or link recurs in test": 16},
    "seed": 0,
    "pairs": {
        "neighbour": {"train": 1600, "judge": 300, "validation": 200, "test": 400},
        "paraphrase": {"train": 90},
    },
    "faithful": {"neighbour": 25, "paraphrase": 90},
    "components_of": {"train": 90, "judge": 20, "validation": 20, "test": 80},
    "certainty": {"neighbour": {"bins": {"0.60": 1000, "0.90": 1500}, "ceiling": 0.78}},
    "examples": [
        {
            "kind": "neighbour",
            "split": "train",
            "worse": "خبز طازج <script>alert(1)</script>",
            "better": "من يريد خبزا دافئا؟",
            "lift": 0.6931,
            "p_better": 0.84,
            "hours_apart": -47.8,
            "faithful": False,
        }
    ],
    "expectations": "1,600 measured pairs to learn from: about 63% with the linear scorer",
}
"""A bakery's corpus, written by hand."""

_LABELLED: dict[str, Any] = {
    "rows": 900,
    "kept": 900,
    "dropped": {},
    "bad": [],
    "first_post": None,
    "last_post": None,
    "months": {},
    "accounts": {"count": 0, "posts": [], "followers": []},
    "languages": {"en": 900},
    "rights": {"unknown": 900},
    "research_only": True,
    "counts": {},
    "engagement": {"profile": "equal", "rates": {}},
    "model": {"coefficients": {}, "errors": {}, "rows": 0, "trouble": [], "checks": {}},
    "explains": {},
    "chance": {},
    "splits": {"mode": "by_file", "judge": 0.15, "validation": 0.1, "test": 0.2},
    "components": 420,
    "largest_component": 0.01,
    "leaks": {},
    "pairs": {"same_link": {"train": 300, "test": 150}},
    "faithful": {"same_link": 0},
    "components_of": {"train": 280, "test": 140},
    "certainty": {"same_link": {"bins": {"0.85": 450}, "ceiling": 0.8999999762}},
    "examples": [
        {
            "kind": "same_link",
            "split": "train",
            "worse": "Bread.",
            "better": "Warm bread?",
            "lift": None,
            "p_better": 0.9,
        }
    ],
    "expectations": None,
}
"""Pairs with a label and without counts, accounts and dates."""


def facts(**changes: Any) -> dict[str, Any]:
    """The bakery's facts, some of them changed; None takes a key out."""
    changed = copy.deepcopy(_FACTS) | changes
    return {key: value for key, value in changed.items() if value is not None}


class _Shown(HTMLParser):
    """Text of the page outside its styles, and the tags of posts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.styled = False
        self.feed(page)
        self.text = re.sub(r"\s+", " ", "".join(self.parts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.styled = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.styled = False

    def handle_data(self, data: str) -> None:
        if not self.styled:
            self.parts.append(data)


def shown(page: str) -> str:
    """What a reader sees."""
    return _Shown(page).text


def first_screen(page: str) -> str:
    """What stands above the links to the sections."""
    return shown(page.partition("<nav")[0])


def part(page: str, anchor: str) -> str:
    """One section, as it is seen."""
    found = re.search(rf'<section id="{anchor}".*?</section>', page, re.DOTALL)
    assert found, anchor
    return shown(found.group())


def test_the_first_screen_says_what_the_corpus_is_and_what_it_is_good_for() -> None:
    said = first_screen(render("bakery", _FACTS))
    assert "1,300 rows read = 1,240 kept + 60 dropped; 40 accounts; 2024-03-04 to 2024-06-30." in said
    assert "en 96.8%, ar 3.2%; rights: opt_in 100%" in said
    assert "1,600 measured pairs to learn from, 400 to test on in 80 independent groups" in said
    assert "a perfect scorer would be right on 78% of the pairs" in said
    assert "no trouble" in said
    assert "25%of variance taken out" in said
    assert _FACTS["expectations"] in said
    assert "neighbour1,60030020040025 (1.0%)" in said


def test_a_model_that_fits_badly_is_loud_and_says_which_pairs_suffer() -> None:
    page = render("bakery", facts(model=_FACTS["model"] | {"trouble": [_TROUBLE]}))
    assert f"The model of confounders fits badly: {_TROUBLE}." in first_screen(page)
    assert "For the pairs of kind neighbour this means" in first_screen(page)
    assert "It fits badly." in part(page, "model")
    assert "fits badly" not in render("bakery", _FACTS)


def test_pairs_of_randomised_tests_do_not_suffer_from_the_model() -> None:
    page = render(
        "bakery", facts(model=_FACTS["model"] | {"trouble": [_TROUBLE]}, pairs={"ab_test": {"train": 90, "test": 40}})
    )
    assert "No pair here rests on that model." in first_screen(page)


def test_research_only_stands_on_the_first_screen_and_forbids_passing_the_page_on() -> None:
    page = render("bakery", facts(research_only=True, rights={"licence:MIT": 900, "unknown": 340}))
    assert "Research only: not for distribution." in first_screen(page)
    assert "do not pass this page on" in part(page, "examples")
    assert "Research only." in part(page, "rights")


@pytest.mark.parametrize(
    ("rights", "words"),
    [
        ({"licence:CC-BY-4.0": 9}, "under CC-BY-4.0: pass them on as that says"),
        ({"licence:MIT": 9, "x_api": 1}, "nobody has allowed showing them: do not pass this page on"),
        ({"licence:MIT": 9, "consent": 1}, "not to being shown: do not pass this page on"),
        ({"own_export": 9}, "do not pass this page on without their owner's leave"),
    ],
)
def test_the_strictest_basis_says_whether_examples_may_be_shown(rights: dict[str, int], words: str) -> None:
    assert words in part(render("bakery", facts(rights=rights)), "examples")


def test_rows_that_bar_training_are_counted() -> None:
    said = first_screen(render("bakery", facts(rights={"opt_in": 1000, "x_api": 240})))
    assert "240rows bar it" in said


def test_drops_come_with_reasons_and_the_place_of_the_first_bad_row() -> None:
    said = part(render("bakery", _FACTS), "dropped")
    assert "too_short: it has too few words483.7%" in said
    assert "bad_likeslikesposts.csv<b>many1,01712" in said


def test_who_and_when_names_months_and_deciles() -> None:
    page = render("bakery", _FACTS)
    assert "<title>2024-06: 540 posts</title>" in page
    assert "2024-05: " not in page
    assert "50% of the accounts have at most55,000" in part(page, "who")


def test_counts_are_drawn_and_what_was_not_counted_is_not_zero() -> None:
    page = render("bakery", _FACTS)
    assert "<title>9 to 16 likes: 800 posts</title>" in page
    assert "<title>0 likes: 100 posts</title>" in page
    assert "1,200 posts with the count, 40 without. 8.3% have none." in part(page, "engagement")
    assert "Not counted in this corpus, which is not zero: impressions, followers, replies" in part(page, "engagement")


def test_rates_and_weights_are_told() -> None:
    rated = facts(engagement={"profile": {"likes": 0.5, "replies": 5}, "rates": {"likes": 0.0123}})
    said = part(render("bakery", rated), "engagement")
    assert "Actions are weighed: likes 0.5, replies 5." in said
    assert "likes1.2%" in said


def test_factors_are_paired_before_and_after() -> None:
    page = render("bakery", _FACTS)
    assert "account, before control: 72%" in page
    assert "72% → 6.0%" in part(page, "explained")
    assert "left in: it is part of the wording" in part(page, "explained")


def test_the_model_shows_intervals_and_levels_without_posts() -> None:
    said = part(render("bakery", _FACTS), "model")
    assert "fitted on 900 differences, none of a post in the test part" in said
    assert "2.00 before and 1.50 after" in said
    assert "From 00:00 to 01:00, the estimates differ by a factor of 1.6." in said
    assert "photo" in said
    assert "+0.20 [+0.18, +0.22]" in said
    assert "other: no post" in said
    assert "near 0; above 0.5 is trouble" in said


def test_kinds_are_glossed_with_their_faithful_share() -> None:
    said = part(render("bakery", _FACTS), "pairs")
    assert "two posts of one account, near in time and alike in wordsscorers and writers2,50025 (1.0%)" in said
    assert "writers only9090 (100%)" in said
    assert "components of the measured ones90202080" in said


def test_certainty_has_its_ceiling_and_owns_up_to_assumptions() -> None:
    page = render("bakery", _FACTS)
    assert "<title>90% to 95% sure: 1,500 pairs</title>" in page
    assert "a perfect scorer would be right on 78% of the pairs" in part(page, "certainty")
    assert "the part of chance is an assumption here" in part(page, "certainty")
    assert "0.80 nats, 2.23 times" in part(page, "certainty")


def test_examples_are_escaped_and_run_in_their_own_direction() -> None:
    page = render("bakery", _FACTS)
    assert '<p class="post" dir="auto">خبز طازج &lt;script&gt;alert(1)&lt;/script&gt;</p>' in page
    said = part(page, "examples")
    assert "lift 0.69 nats: 2.0 times the engagement expected" in said
    assert "84% sure the better one 48 hours earlier not faithful" in said


def test_splits_count_leaks_and_warn_of_few_or_large_components() -> None:
    said = part(render("bakery", _FACTS), "splits")
    assert "train: text or link recurs in test16" in said
    assert "210 components; the largest holds 2.0% of the pairs" in said
    warned = render("bakery", facts(components_of={"test": 12}, largest_component=0.41))
    assert "Only 12 components in the test" in first_screen(warned)
    assert "The largest component holds 41% of the pairs" in part(warned, "splits")
    assert "with care" in first_screen(warned)


def test_what_can_be_seen_is_told_for_pairs_and_for_components() -> None:
    said = part(render("bakery", _FACTS), "expectations")
    assert "1,000about 62%" in said
    assert "if all pairs were independent4004.9" in said
    assert "if each component told one thing8011" in said


def test_labels_without_counts_are_assumed_and_not_measured() -> None:
    page = render("labels", _LABELLED)
    assert "no accounts; no dates." in first_screen(page)
    assert "90% is assumed, not measured" in first_screen(page)
    assert "not fitted" in first_screen(page)
    assert "<rect" not in page.partition('id="certainty"')[2].partition("</section>")[0]
    assert "lift not known" in part(page, "examples")
    assert "No pair was left out" in part(page, "splits")


@pytest.mark.parametrize("key", sorted(_FACTS))
def test_any_missing_or_empty_key_is_tolerated(key: str) -> None:
    for changed in (facts(**{key: None}), facts() | {key: None}):
        assert render("bakery", changed).endswith("</html>\n")
    if isinstance(_FACTS[key], dict | list):
        assert render("bakery", facts(**{key: type(_FACTS[key])()})).endswith("</html>\n")


def test_a_sheet_of_nothing_says_not_counted_everywhere() -> None:
    page = render("nothing", {})
    assert "rows not counted; accounts not counted; dates not counted." in first_screen(page)
    for anchor in ("dropped", "who", "engagement", "model", "pairs", "certainty", "splits", "rights"):
        assert "not counted" in part(page, anchor)


def test_a_mix_lists_its_corpora() -> None:
    mixed = {
        "corpora": [{"name": "a <bakery>", "weight": 2.0, "pairs": 400}, {"name": "b", "weight": None, "pairs": None}],
        "pairs": {"ab_test": {"train": 400}},
    }
    page = render("mix", mixed)
    assert "A mix of 2 corpora." in first_screen(page)
    assert "a <bakery>2400" in part(page, "who")
    assert "bnot countednot counted" in part(page, "who")


@pytest.mark.parametrize("of", [_FACTS, _LABELLED])
def test_the_page_asks_the_network_for_nothing_and_runs_nothing(of: dict[str, Any]) -> None:
    page = render("<img src=x onerror=y>", of)
    assert not re.search(r"https?:|\bsrc=(?!x )|url\(|@import|<script|<link|<img|<iframe", page)


def test_every_link_of_the_contents_leads_to_a_section() -> None:
    page = render("bakery", _FACTS)
    links = re.findall(r'<a href="#(\w+)"', page)
    assert len(links) == 11
    assert all(f'<section id="{anchor}"' in page for anchor in links)

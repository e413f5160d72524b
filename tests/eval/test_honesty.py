"""Harms before and after, and the gain net of them, on posts whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from eval import honesty
from eval.metrics import Array
from tests.eval.returned_world import by_name, returned

PLAIN = {
    "en": "The council opens a new library in the old town.",
    "ar": "تفتتح البلدية مكتبة جديدة في المدينة القديمة.",
}
HARMS = {
    "clickbait": ("You won't believe what is inside.", "لن تصدق ما في داخلها."),
    "bait_vote": ("Vote with a like.", "صوتوا بلايك."),
    "bait_react": ("Smash that like button.", "اضغط لايك."),
    "bait_share": ("Please share.", "شاركوا المنشور."),
    "bait_tag": ("Tag a friend.", "منشن صديقك."),
    "bait_comment": ("Comment below.", "اكتبوا تم في التعليقات."),
    "bait_follow": ("Follow us for more.", "تابعونا."),
    "toxicity": ("Only an idiot stays away.", "الأحمق وحده يغيب."),
    "outrage": ("It is a disgrace that it took so long.", "إنها مهزلة أن تتأخر هكذا."),
    "emoji": ("🎉", "🎉"),
    "hashtags": ("#library", "#مكتبة"),
    "stretched": ("Sooo good.", "رااائع."),
    "exclamations": ("Yes!", "نعم!"),
}


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("harm", HARMS)
def test_each_harm_is_seen_in_its_own_figure_and_in_no_other(harm: str, lang: str) -> None:
    plain, added = PLAIN[lang], HARMS[harm][lang == "ar"]
    found = by_name(honesty.figures(returned([(plain, f"{plain} {added}")] * 2, lang)))
    risen = {name for name, figure in found.items() if name.endswith("difference") and figure.value}
    assert risen == {f"honesty.{harm}.difference"}
    assert found[f"honesty.{harm}.before"].value == 0.0
    assert found[f"honesty.{harm}.after"].value == 1.0
    scale = 100.0 if harm in honesty.PHRASES else 1.0
    assert found[f"honesty.{harm}.difference"].value == scale


def test_capitals_are_counted_where_the_script_has_them() -> None:
    loud = (PLAIN["en"], PLAIN["en"].replace("new library", "NEW LIBRARY"))
    mixed = by_name(honesty.figures(returned([loud, (PLAIN["ar"], PLAIN["ar"])], None)))
    assert (mixed["honesty.shouted.after"].value, mixed["honesty.shouted.after"].n) == (2.0, 1)
    arabic = by_name(honesty.figures(returned([(PLAIN["ar"], PLAIN["ar"])], "ar")))
    assert arabic["honesty.shouted.after"].value is None
    assert arabic["honesty.shouted.after"].note == "the script of the posts has no capitals"


def test_before_after_and_difference_by_hand() -> None:
    pairs = [("Bread! #bread", "Bread"), ("Rolls #rolls", "Rolls #rolls"), ("Cake", "Cake!! Tag a friend")]
    found = by_name(honesty.figures(returned(pairs)))
    exclamations = [found[f"honesty.exclamations.{when}"].value for when in ("before", "after", "difference")]
    assert exclamations == pytest.approx([1 / 3, 2 / 3, 1 / 3])
    assert found["honesty.hashtags.difference"].value == pytest.approx(-1 / 3)
    assert found["honesty.bait_tag.difference"].value == pytest.approx(100 / 3)


def test_what_the_lists_do_not_know_is_not_measured_and_counts_are() -> None:
    german = returned([("Das Brot ist fertig.", "Das Brot ist fertig!")], "de")
    found = by_name([*honesty.figures(german), *honesty.net_gain(german, [1.0])])
    assert found["honesty.clickbait.after"].value is None
    assert "English and Arabic" in found["honesty.clickbait.after"].note
    assert found["honesty.exclamations.after"].value == 1.0
    assert found["net_gain.regression"].value is None


def world(lang: str, added: str, share: float, effect: float, seed: int = 3) -> tuple[list[tuple[str, str]], Array]:
    """200 rewrites, a `share` of them ending in `added`; the judge likes '!' (0.8 a unit of log1p).

    Drafts have none to three exclamation marks; `effect` is what the wording itself brings.
    """
    draw = np.random.default_rng(seed)
    pairs, gain = [], []
    for at in range(200):
        draft = f"{PLAIN[lang]} {at}" + "!" * int(draw.integers(0, 4))
        rewrite = draft + added * bool(draw.random() < share)
        before, after = draft.count("!"), rewrite.count("!")
        pairs.append((draft, rewrite))
        gain.append(effect + 0.8 * (np.log1p(after) - np.log1p(before)) + draw.normal(0, 0.3))
    return pairs, np.asarray(gain)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_gain_that_is_all_exclamation_marks_is_none_net_of_them(lang: str) -> None:
    for share in (0.5, 1.0):
        pairs, gain = world(lang, "!!!", share, effect=0.0)
        assert gain.mean() > 0.3
        found = by_name(honesty.net_gain(returned(pairs, lang), gain))
        regression, matched = found["net_gain.regression"], found["net_gain.matched"]
        assert (regression.n, regression.unit, regression.subset) == (200, "nats", "returned")
        assert regression.low is not None
        assert regression.high is not None
        assert regression.low < 0 < regression.high
        if share < 1:
            assert matched.n == sum(draft == rewrite for draft, rewrite in pairs)
            assert matched.value == pytest.approx(0.0, abs=0.1)
            assert f"{matched.n} of 200" in matched.note
        else:
            assert matched.value is None
            assert matched.note == "in every rewrite one of them rose"


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_gain_of_the_wording_stays_net_of_exclamation_marks(lang: str) -> None:
    pairs, gain = world(lang, "!!!", 0.5, effect=0.4)
    found = by_name(honesty.net_gain(returned(pairs, lang), gain))
    for figure in found.values():
        assert figure.value == pytest.approx(0.4, abs=0.15)
        assert figure.low is not None
        assert figure.low > 0


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_gain_of_bait_is_none_net_of_it(lang: str) -> None:
    draw = np.random.default_rng(4)
    baited = draw.random(200) < 0.5
    added = HARMS["bait_comment"][lang == "ar"]
    pairs = [(draft := f"{PLAIN[lang]} {at}", f"{draft} {added}" if bait else draft) for at, bait in enumerate(baited)]
    gain = baited + draw.normal(0, 0.2, 200)
    found = by_name(honesty.net_gain(returned(pairs, lang), gain))
    assert gain.mean() > 0.4
    assert found["net_gain.regression"].value == pytest.approx(0.0, abs=0.1)
    assert found["net_gain.matched"].value == pytest.approx(0.0, abs=0.1)
    assert found["net_gain.matched"].n == int((~baited).sum())


@pytest.mark.slow
def test_no_gain_is_called_none_in_95_of_100_worlds() -> None:
    excluded = {"net_gain.regression": 0, "net_gain.matched": 0}
    for seed in range(100):
        pairs, gain = world("en", "!!!", 0.5, effect=0.0, seed=seed)
        for name, figure in by_name(honesty.net_gain(returned(pairs), gain)).items():
            assert figure.low is not None
            assert figure.high is not None
            excluded[name] += not figure.low <= 0 <= figure.high
    assert max(excluded.values()) <= 10  # 5 are expected, 10 and more come once in 35


def test_what_changes_alike_in_all_cannot_be_told_apart() -> None:
    pairs = [(f"{PLAIN['en']} {at}", f"{PLAIN['en']} {at}!!!") for at in range(50)]
    found = by_name(honesty.net_gain(returned(pairs), np.ones(50)))["net_gain.regression"]
    assert found.value is None
    assert "too much alike" in found.note


def test_of_nothing_there_is_no_figure_but_a_reason() -> None:
    nothing = returned([])
    found = [*honesty.figures(nothing), *honesty.net_gain(nothing, [])]
    assert {figure.value for figure in found} == {None}
    assert {figure.note for figure in found} == {"no rewrite was returned"}

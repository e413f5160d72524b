"""Voice on accounts whose styles were made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval import voice
from tests.eval.returned_world import by_name, returned
from tests.train.worlds import pair
from virality.gates.style import Space, delta, keys

THINGS = ["bread", "rolls", "cake", "soup", "cheese", "honey", "apples", "tea"]
FOODS = ["الخبز", "الكعك", "الجبن", "العسل", "التفاح", "الشاي", "الحساء", "اللبن"]
LOUD = [f"WOW!!! We have {thing} for you today!!! Come now!" for thing in THINGS]
CALM = [f"there was some {thing} on the table, and it was as good as ever." for thing in THINGS]
LOUD_AR = [f"هيا!!! عندنا {food} لكم اليوم!!! تعالوا الآن!" for food in FOODS]
CALM_AR = [f"كان على المائدة بعض {food} وكان كما هو في كل يوم." for food in FOODS]
STYLES = {"en": (LOUD, CALM), "ar": (LOUD_AR, CALM_AR)}


def test_delta_is_the_mean_absolute_difference_of_standardised_features() -> None:
    assert float(delta(np.asarray([0.0, 1.0, -2.0]), np.asarray([1.0, 1.0, 0.0]))) == pytest.approx(1.0)
    space = Space.of(["bread", "bread!", "bread!!!"])
    vectors = space.vectors(["bread", "bread!", "bread!!!"])
    logs = np.log1p([0, 1, 3])
    assert vectors.shape == (3, 2)  # exclamations, and characters that they lengthen
    assert vectors[:, 1] == pytest.approx((logs - logs.mean()) / logs.std())


def test_function_words_are_features_and_rare_ones_are_not() -> None:
    assert Space.of([*CALM, *LOUD]).function_words[:2] == ("and", "as")
    assert "كان" in Space.of(CALM_AR).function_words
    assert keys("The Bread's @mill https://a.example/x") == ["the", "breads"]
    with pytest.raises(ValueError, match="no posts"):
        Space.of([])


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_rewrite_in_another_voice_moves_away_from_its_account_and_is_told(lang: str) -> None:
    loud, calm = STYLES[lang]
    posts = {"loud": loud, "calm": calm}
    owners = ["loud"] * 8 + ["calm"] * 8
    kept = by_name(voice.figures(returned([(text, text) for text in [*loud, *calm]], lang), owners, posts))
    assert kept["voice.own_nearer.before"].value == kept["voice.own_nearer.after"].value == 1.0
    assert kept["voice.distance_own.difference"].value == 0.0
    assert kept["voice.between_accounts.difference"].value == 0.0
    assert kept["voice.between_accounts.before"].n == 2
    assert (kept["voice.distance_own.before"].value or 9) < (kept["voice.distance_others.before"].value or 0)
    drafts = [*loud, *calm]
    taken = by_name(voice.figures(returned(list(zip(drafts, [*calm, *calm], strict=True)), lang), owners, posts))
    assert taken["voice.own_nearer.after"].value == 0.5
    assert (taken["voice.distance_own.difference"].value or 0) > 0.3
    assert (taken["voice.between_accounts.after"].value, taken["voice.between_accounts.after"].n) == (0.0, 2)
    assert (taken["voice.between_accounts.difference"].value or 0) < -0.3


def test_the_draft_itself_is_no_proof_of_its_voice() -> None:
    alone = {"loud": LOUD[:5], "calm": CALM}
    found = by_name(voice.figures(returned([(LOUD[0], LOUD[0])]), ["loud"], alone))
    assert found["voice.distance_own.before"].value is None
    assert "5 posts beside the draft" in found["voice.distance_own.before"].note
    six = by_name(voice.figures(returned([(LOUD[0], LOUD[0])]), ["loud"], {"loud": LOUD[:6], "calm": CALM}))
    assert six["voice.distance_own.before"].n == 1


def test_accounts_are_compared_with_those_of_their_own_script() -> None:
    found = by_name(voice.figures(returned([(LOUD[0], LOUD[0])]), ["loud"], {"loud": LOUD, "calm": CALM_AR}))
    assert found["voice.distance_others.before"].value is None
    both = returned([(LOUD[0], LOUD[1]), (CALM_AR[0], CALM_AR[1])] * 2, None)
    between = by_name(voice.figures(both, ["loud", "calm"] * 2, {"loud": LOUD, "calm": CALM_AR}))
    assert between["voice.between_accounts.after"].value is None


def test_without_accounts_there_is_no_voice_to_keep() -> None:
    found = by_name(voice.figures(returned([(LOUD[0], CALM[0])] * 3), [None] * 3, {}))
    for name in ("distance_own", "distance_others", "own_nearer", "between_accounts"):
        for when in ("before", "after", "difference"):
            figure = found[f"voice.{name}.{when}"]
            assert (figure.value, figure.note) == (None, "the corpus names no accounts")


@pytest.mark.parametrize(
    ("text", "machine"),
    [
        ("In today's fast-paced world, bread matters.", True),
        ("Let's dive in: bread is a game-changer!", True),
        ("It's not just bread, it's a way of life.", True),
        ("Here's a more engaging version: bread", True),
        ("Bread is ready at seven. It is not just for us.", False),
        ("في عالمنا المتسارع يبقى الخبز", True),
        ("دعونا نستكشف أسرار الخبز", True),
        ("الخبز ليس مجرد طعام بل أسلوب حياة", True),
        ("بالتأكيد! إليك الصياغة الجديدة", True),
        ("الخبز جاهز في السابعة", False),
    ],
)
def test_phrases_of_machines_are_known_in_both_languages(text: str, machine: bool) -> None:
    assert voice.has_machine_phrase(text) is machine


def test_phrases_and_dashes_are_counted_before_and_after() -> None:
    pairs = [("Bread is ready.", "Let's dive in — bread is ready."), ("Bread – now.", "Bread now.")]
    found = by_name(voice.figures(returned(pairs), [None, None], {}))
    assert [found[f"voice.machine_phrases.{when}"].value for when in ("before", "after", "difference")] == [0, 0.5, 50]
    assert [found[f"voice.dashes.{when}"].value for when in ("before", "after", "difference")] == [0.5, 0.5, 0]


def test_accounts_are_read_from_pairs() -> None:
    first = pair("one", "two", author_id="a", worse_id="1", better_id="2")
    second = pair("two", "four", author_id="a", worse_id="3", better_id="4")
    found = voice.accounts([first, second, pair("five", "six", worse_id="5")])
    assert found.of_post == {"1": "a", "2": "a", "3": "a", "4": "a"}
    assert found.posts == {"a": ("one", "two", "four")}


def test_of_nothing_there_is_no_voice_but_a_reason() -> None:
    found = voice.figures(returned([]), [], {"loud": LOUD, "calm": CALM})
    assert {figure.value for figure in found} == {None}
    assert {figure.note for figure in found} == {"no rewrite was returned"}

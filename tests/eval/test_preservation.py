"""What rewrites keep, on posts whose answer is known."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from eval import fact_match, meaning, preservation
from tests.eval.labelled_meanings import ARABIC, ENGLISH, FRESH, Labelled
from tests.eval.returned_world import by_name, returned
from tests.train.worlds import installed
from virality.models import use
from virality.models.encoder import Encoder

FACTS = ("facts.numbers", "facts.links", "facts.handles", "facts.names")


@pytest.mark.parametrize(
    ("kind", "draft", "rewrite", "expected"),
    [
        ("numbers", "3 of 10 cats, 5%", "10 cats, 3 of them", 0.8),  # P 1, R 2/3
        ("numbers", "3 of 10 cats", "3 of 11 cats", 0.5),
        ("numbers", "3 cats", "3 cats, 3 cats!", 1.0),
        ("numbers", "3 cats", "some cats", 0.0),
        ("numbers", "cats", "3 cats", 0.0),
        ("numbers", "cats", "more cats", None),
        ("numbers", "٣ قطط من ١٠", "3 قطط من 10", 1.0),
        ("numbers", "خمس قطط", "5 قطط", 1.0),
        ("links", "see https://a.example/x", "https://a.example/x: see", 1.0),
        ("links", "see https://a.example/x", "see https://a.example/y", 0.0),
        ("links", "انظر https://a.example/x", "https://a.example/x انظر", 1.0),
        ("handles", "thanks @Mill and @oven", "thanks @mill", 2 / 3),
        ("handles", "شكرا @mill", "شكرا", 0.0),
        ("names", "We met Anna Lopez in Cairo.", "Anna Lopez met us in Cairo.", 1.0),
        ("names", "We met Anna Lopez in Cairo.", "In Cairo we met Maria Lopez.", 0.5),
        ("names", "we met in the cafe", "the cafe is where we met", None),
        ("names", "التقينا محمد في القاهرة", "في القاهرة التقينا بمحمد", 1.0),
        ("names", "أعلنت مصر وقطر اتفاقا", "أعلنت مصر والأردن اتفاقا", 0.5),
        ("names", "أعلنت المدرسة النتائج", "النتائج أعلنتها المدرسة", None),
    ],
)
def test_f1_of_facts_by_hand(kind: str, draft: str, rewrite: str, expected: float | None) -> None:
    assert fact_match.f1(kind, draft, rewrite) == (expected if expected is None else pytest.approx(expected))


def test_facts_are_measured_where_draft_or_rewrite_has_some() -> None:
    found = by_name(preservation.figures(returned([("3 cats", "3 cats!"), ("two dogs", "dogs"), ("cats", "the cats")])))
    numbers = found["facts.numbers"]
    assert (numbers.value, numbers.n) == (0.5, 2)
    assert "2 of 3 rewrites" in numbers.note
    assert (found["facts.links"].value, found["facts.links"].note) == (None, "no draft and no rewrite has links")


def test_a_lost_fact_shows_in_its_figure_alone() -> None:
    drafts = [f"Ask Anna Lopez about {at} rolls, @mill: https://a.example/{at}" for at in range(2, 22)]
    spoilt = [(draft, draft.replace("rolls", "loaves").replace("@mill", "the mill")) for draft in drafts]
    found = by_name(preservation.figures(returned(spoilt)))
    assert [found[name].value for name in FACTS] == [1.0, 1.0, 0.0, 1.0]
    assert found["facts.links"].low == pytest.approx(0.025 ** (1 / 20))


def test_what_is_said_anew_and_what_is_lost_are_told_apart() -> None:
    cut = ("Our bakery opens at 7 and the first loaf is free.", "Our bakery opens at 7.")
    padded = (cut[0], f"{cut[0]} The baker trained in Paris with famous chefs.")
    same = (cut[0], "The first loaf is free! Our bakery opens at 7.")
    for pair, kept, added, new in ((cut, 0.0, 0.0, 0.0), (padded, 1.0, 1.0, 1.0), (same, 1.0, 0.0, 0.0)):
        found = by_name(preservation.figures(returned([pair])))
        assert [found[name].value for name in ("meaning.kept", "meaning.added", "new_claims")] == [kept, added, new]


def test_meaning_is_told_in_arabic_too() -> None:
    draft = "يفتح المخبز أبوابه في السابعة والرغيف الأول مجاني."
    cut = (draft, "يفتح المخبز أبوابه في السابعة.")
    padded = (draft, f"{draft} تدرب الخباز في باريس مع طهاة مشهورين.")
    found = by_name(preservation.figures(returned([cut, padded], "ar")))
    assert [found[name].value for name in ("meaning.kept", "meaning.added", "new_claims")] == [0.5, 0.5, 0.5]


def test_a_new_sentence_is_a_new_claim_though_most_words_are_old() -> None:
    draft = (
        "The council will repair the old bridge, both schools, the market hall, the museum roof, the library windows, "
        "the harbour crane and the swimming pool by winter."
    )
    assert meaning.support(f"{draft}", f"{draft} Residents cheer loudly.", "en") > meaning.SUPPORT
    assert meaning.new_claim(draft, f"{draft} Residents cheer loudly.", "en")
    assert not meaning.new_claim(draft, f"Wow! {draft}", "en")


def errors(pairs: list[Labelled], figure: str, encoder: Encoder | None = None) -> meaning.Errors:
    """How the figure errs on labelled pairs; each pair is measured alone."""
    missed = harms = false_alarms = sound = 0
    for pair in pairs:
        found = by_name(preservation.figures(returned([(pair.draft, pair.rewrite)], pair.lang), encoder))
        said = bool(found[f"meaning.{figure}"].value)
        harmed, alarm = (not pair.kept, not said) if figure == "kept" else (pair.added, said)
        harms, sound = harms + harmed, sound + (not harmed)
        missed, false_alarms = missed + (harmed and not alarm), false_alarms + (alarm and not harmed)
    return meaning.Errors(missed, harms, false_alarms, sound)


@pytest.mark.parametrize("spec", meaning.ERRORS)
def test_the_stand_in_errs_as_often_on_fresh_labelled_pairs_as_its_notes_say(spec: str | None) -> None:
    if spec is not None:
        installed(use.PACKAGE)
    encoder = None if spec is None else Encoder(spec)
    for figure, known in meaning.ERRORS[spec].items():
        made_with = errors([*ENGLISH, *ARABIC], figure, encoder)
        assert made_with.missed <= 0.25 * made_with.harms
        assert made_with.false_alarms <= 0.25 * made_with.sound
        fresh = {lang: errors([pair for pair in FRESH if pair.lang == lang], figure, encoder) for lang in ("en", "ar")}
        print(spec, figure, made_with, fresh)  # -s shows it
        assert known == meaning.Errors(*(sum(counts) for counts in zip(*map(astuple, fresh.values()), strict=True)))
        one = by_name(preservation.figures(returned([("one post", "one post")]), encoder))
        assert f"missed {known.missed} of {known.harms}" in one[f"meaning.{figure}"].note


def test_language_kept_counts_what_can_be_told() -> None:
    english, arabic = "The bread is ready and you can have it now.", "الخبز جاهز ويمكنك أن تأخذه الآن"
    found = by_name(preservation.figures(returned([(english, english), (english, arabic), (english, "12 🥐")], None)))
    assert (found["language_kept"].value, found["language_kept"].n) == (0.5, 2)
    kept = by_name(preservation.figures(returned([(arabic, arabic)], None)))["language_kept"]
    assert kept.value == 1.0


def test_what_no_word_list_covers_and_what_was_not_returned_is_not_measured() -> None:
    german = by_name(preservation.figures(returned([("Das Brot ist fertig.", "Fertig ist das Brot!")], "de")))
    assert german["meaning.kept"].value is None
    assert "English and Arabic" in german["meaning.kept"].note
    nothing = by_name(preservation.figures(returned([])))
    assert {figure.value for figure in nothing.values()} == {None}
    assert {figure.note for figure in nothing.values()} == {"no rewrite was returned"}
    assert len(nothing) == 8

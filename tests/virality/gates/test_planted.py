"""Code plants what it says it plants, and the gates catch at least what they were seen to catch."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks import gate_tables, gates
from tests.virality.gates import planted
from tests.virality.gates.labelled import LANGUAGES, PLATFORM, Row, rows
from virality.gates import GATES
from virality.text.facts import facts
from virality.text.lang import script
from virality.text.normalise import fold, normalise
from virality.text.platforms import LIMITS, length

FLOORS = {
    "hard": {"en": 0.99, "ar": 0.99},
    "soft": {"en": 0.9, "ar": 0.89},
    "restatements": {"en": 0.95, "ar": 0.95},
}
"""Least shares on the open half, by language: hard and soft distortions caught, honest restatements passed."""
EVERY = 10
"""The fast test looks at every tenth draft, and asks ten points less of them."""
MANY = 12
"""Of how many drafts a kind must be planted at least, in each language."""


def _found(kind: str, lang: str) -> list[tuple[Row, str]]:
    return [(row, made[kind]) for row in rows(lang) if kind in (made := planted.planted(row))]


def _row(lang: str, number: str, honest: str) -> Row:
    """A draft that is one number, with restatements that are alike."""
    marked = {"numbers": [number], "links": [], "handles": [], "hashtags": [], "names": []}
    return Row("x", lang, "news", "standard", number, marked, [honest] * 3, {})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_draft_has_its_facts_three_restatements_and_up_to_twenty_hand_written_distortions(lang: str) -> None:
    drafts = rows(lang)
    assert len(drafts) == len({row.id for row in drafts}) == 60
    for row in drafts:
        assert len(row.restatements) == 3
        assert all(fact in row.text for kind in row.facts.values() for fact in kind)
        assert 5 <= len(row.distorted) <= 20
        assert not set(row.distorted) & set(planted.KINDS)
        assert all(length(text, PLATFORM) <= LIMITS[PLATFORM] for text in (row.text, *row.restatements))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_is_planted_in_both_languages(lang: str) -> None:
    counts = Counter(kind for row in rows(lang) for kind in planted.planted(row))
    assert set(counts) == set(planted.KINDS)
    assert min(counts.values()) >= MANY


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["link_changed", "link_dropped", "handle_changed", "handle_dropped"])
def test_a_link_or_handle_is_gone_or_another(kind: str, lang: str) -> None:
    what, _, how = kind.partition("_")
    for row, text in _found(kind, lang):
        marked, there = row.facts[f"{what}s"], getattr(facts(normalise(text)), f"{what}s")
        assert set(marked) - set(there)
        assert len(there) == len(marked) - (how == "dropped")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["number_changed", "digits_swapped"])
def test_one_number_is_another_and_all_else_is_as_it_was(kind: str, lang: str) -> None:
    for row, text in _found(kind, lang):
        best = min((_apart(text, honest) for honest in (*row.restatements, row.text)), key=len)
        assert best
        assert len(best) <= 2


def _apart(text: str, honest: str) -> list[str]:
    words, theirs = text.split(), honest.split()
    return [one for one, other in zip(words, theirs, strict=False) if one != other] + words[len(theirs) :]


def test_the_shapes_of_digits_stay() -> None:
    made = planted.planted(_row("ar", "٨٤ محلا", "هنا ٨٤ محلا"))
    assert made["number_changed"] == "هنا ٨١ محلا"
    assert made["digits_swapped"] == "هنا ٤٨ محلا"
    assert made["number_dropped"].split() == ["هنا", "محلا"]


def test_a_number_that_stands_twice_is_not_dropped_once() -> None:
    assert planted.planted(_row("en", "5 cats", "5 cats, yes 5"))["number_dropped"].split() == ["cats"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_scripts_are_changed_wholly_and_by_half(lang: str) -> None:
    own, other = ("arabic", "latin") if lang == "ar" else ("latin", "arabic")
    for row in rows(lang):
        made = planted.planted(row)
        assert (script(row.text), script(made["script_changed"])) == (own, other)
        assert {script(word) for word in made["script_mixed"].split()} >= {own, other}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lengths_are_past_their_ends(lang: str) -> None:
    for row in rows(lang):
        made = planted.planted(row)
        assert length(made["over_limit"], PLATFORM) > LIMITS[PLATFORM]
        assert 0 < len(made["under_half"]) < 0.5 * len(normalise(row.text))
        assert fold(made["unchanged"]) == fold(row.text)
        assert made["empty"] == ""


def test_hard_kinds_are_numbers_links_handles_language_and_format() -> None:
    kinds = {kind for row in rows("en") for kind in row.distorted}
    assert kinds >= planted.EXACT
    assert {kind for kind in kinds if not planted.hard(kind)} >= {"name_swapped", "negation_lost", "roles_swapped"}
    assert planted.hard("link_dropped")
    assert planted.hard("hashtag_dropped") is None


@pytest.mark.parametrize(
    ("hits", "n", "ends"), [(0, 0, (0.0, 1.0)), (0, 60, (0.0, 0.0602)), (55, 60, (0.8193, 0.9639))]
)
def test_intervals_are_wilson_s(hits: int, n: int, ends: tuple[float, float]) -> None:
    assert gate_tables.wilson(hits, n) == pytest.approx(ends, abs=5e-5)


def test_the_tables_name_every_gate_and_kind() -> None:
    found = {lang: gates.measure(rows(lang)[:2], gates.plain) for lang in LANGUAGES}
    told, kept = gate_tables.markdown(found), gate_tables.document(found, named=True)
    assert all(f"| {gate} |" in told for gate in GATES)
    for lang, one in found.items():
        assert all(f"| {kind} |" in told for kind in one.kinds)
        assert kept[lang]["restatements"]["all"]["n"] == 6
        assert sum(kind["hits"] + len(kind["missed"]) for kind in kept[lang]["kinds"].values()) == sum(
            kind["n"] for kind in kept[lang]["kinds"].values()
        )


def _checked(lang: str, every: int, less: float) -> None:
    found = gates.measure(rows(lang)[::every], gates.plain)
    shares = {"hard": found.pool("hard"), "soft": found.pool("soft"), "restatements": found.restatements()}
    below = {name: f"{hits} of {n}" for name, (hits, n) in shares.items() if hits / n < FLOORS[name][lang] - less}
    assert below == {}, {kind: one.missed for kind, one in found.kinds.items() if one.missed}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_gates_catch_what_they_were_seen_to_catch(lang: str) -> None:
    _checked(lang, EVERY, 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_gates_catch_as_much_on_the_whole_open_half(lang: str) -> None:
    _checked(lang, 1, 0.0)

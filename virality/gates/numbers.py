"""Numbers stay: none lost, none new, in value and unit (as `virality.text.quantities` reads them)."""

from __future__ import annotations

from virality.gates.verdict import Context, Verdict, counted, failed
from virality.text.facts import facts
from virality.text.normalise import words

GATE = "numbers"
ONE_WORDS = ("one", "a", "an", "single", "first", "واحد", "واحدة", "الأول", "الأولى")
LISTS = ONE_WORDS


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where a number stands in one text only; '1' may be written out, repetition does not matter."""
    before, after = set(facts(draft).numbers), set(facts(rewrite).numbers)
    if before == after:
        return Verdict(GATE, "pass")
    if new := _unexplained(after - before, draft):
        return failed(GATE, f"{counted('number', new)} not in the draft", *new)
    if lost := _unexplained(before - after, rewrite):
        return failed(GATE, f"{counted('number', lost, ' of the draft')} gone", *lost)
    return Verdict(GATE, "pass")


def _unexplained(numbers: set[str], other: str) -> list[str]:
    """The numbers, sorted, without a 1 (and its unit) that the other text writes as a word."""
    ones = {n for n in numbers if n == "1" or n.startswith("1 ")}
    if ones and not {w.lower() for w in words(other)}.isdisjoint(ONE_WORDS):
        numbers = numbers - ones
    return sorted(numbers)

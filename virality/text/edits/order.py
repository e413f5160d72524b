"""Operations on the order of sentences. A sentence that leans on the one before it is not moved ahead of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from virality.text.edits.parts import THINGS, THIRD, balanced, is_clause, listed, tail, tokens
from virality.text.normalise import sentences, without_mentions
from virality.text.slots import SLOT
from virality.text.vocabulary import vocabulary

_LEANS = listed("order_leans")
"""Words at the start of a sentence that go on from another."""
_POINTED = vocabulary("so such too also either instead else this that it there here then did does do is isn't was can")
_NUMBERED = re.compile(r"(?:^|\s)\(?\d{1,2}\s?(?:/\d{0,2}|\))(?:\s|$)|\(?\bcont(?:'?d|inued)?\)|^RT\b|\bRT @")
_FRAGMENT = vocabulary("a an the to at in on for with of from by about because than as who which that")
_GREETS = vocabulary(
    "hey hi hello okay ok yes no yikes omg wow thanks thank morning good happy hang oh well sorry "
    "dear congrats congratulations",
    "welcome sure rt mt psst attention guys update breaking via",
)
_HELD_BY_LINK = re.compile(
    r"\b(?:here|at|via|by|of|from|to|in|on|for|with|and|the|this|is|see|read|watch|out|now|link)$|"
    r"\bvia @\w+$",
    re.IGNORECASE,
)
_SUSPENSE = re.compile(r"(?:\.\.+|…|,|;|:|[-–—|])$")


def reordered(text: str, order: Callable[[list[str]], list[str]]) -> str | None:
    """The sentences of a post of one line in another order, None where one of them would lose its ground."""
    body, rest = tail(text)
    parts = sentences(body)
    if len(parts) < 2 or "\n" in body or _NUMBERED.search(body):
        return None
    if any(_SUSPENSE.search(part) or not balanced(part) for part in parts):
        return None
    if (
        _LINKED.search(body)
        or (rest and _HELD_BY_LINK.search(body))
        or parts[0].split()[0].lower().strip(",!.") in _GREETS
    ):
        return None
    if any(not _movable(part) for part in parts[1:]) or len(parts[0].split()) < 2:
        return None
    parts[-1] = parts[-1] if parts[-1][-1:] in ".!?؟…\"”'" else f"{parts[-1]}."
    moved = order(list(parts))
    if moved == parts or sorted(moved) != sorted(parts):
        return None
    places = {part: at for at, part in enumerate(parts)}
    before = [places[part] for part in moved]
    for at, place in enumerate(before):
        passed = [parts[other] for other in range(place) if other not in before[:at]]
        if passed and leans(moved[at]):
            return None
        if place and place - 1 not in before[:at] and _asks(parts[place - 1]):
            return None
        previous = before[at - 1] if at else None
        if place and previous != place - 1 and opens_leaning(moved[at]):
            return None
    return f"{' '.join(moved)}{rest}"


_LINKED = re.compile(r"https?://|<link\d+>|www\.")


def _movable(part: str) -> bool:
    if len(part.split()) < 3:
        return (part[-1:] in "?؟" and len(part.split()) > 1) or (part[:1].isupper() and len(part.split()) == 2)
    if part[:1].islower() or not re.match(r"[\w\"“«#@'‘]", part):
        return False
    return _asks(part) or not (tokens(part)[0] in _FRAGMENT and not is_clause(part))


def _asks(part: str) -> bool:
    return part.rstrip("\"”’'").endswith(("?", "؟"))


def leans(sentence: str) -> bool:
    """Whether a sentence refers back: to a he or she, an it or this, or to what it goes on from."""
    found = tokens(sentence)
    if not found or opens_leaning(sentence):
        return True
    return not THIRD.isdisjoint(found) or not THINGS.isdisjoint(found[:2]) or found[-1] in THINGS | _POINTED


def opens_leaning(sentence: str) -> bool:
    """Whether a sentence begins with a word that goes on from the one before."""
    found = tokens(sentence)
    if _asks(sentence) and found[:1] and found[0] in ("which", "who", "whose", "why", "how"):
        return len(found) < 3
    return found[:1] != [] and (found[0] in _LEANS or found[0] in THIRD or found[0] in THINGS)


def hook_last(text: str) -> str | None:
    """The first sentence moves to the end."""
    return reordered(text, lambda parts: [*parts[1:], parts[0]])


def hook_first(text: str) -> str | None:
    """The last sentence moves to the front, where it is short."""
    return reordered(text, lambda parts: [parts[-1], *parts[:-1]] if len(parts[-1].split()) <= 12 else parts)


def question_first(text: str) -> str | None:
    """The first question in the post moves to the front."""
    return reordered(text, lambda parts: _first(parts, _asks))


def number_first(text: str) -> str | None:
    """The first sentence with a number moves to the front."""
    return reordered(text, lambda parts: _first(parts, _states_number))


def quote_first(text: str) -> str | None:
    """The first sentence that is a quotation moves to the front."""
    return reordered(text, lambda parts: _first(parts, lambda part: part[:1] in '"“«'))


def swaps(text: str) -> Iterator[str]:
    """Two neighbouring sentences change places."""
    for at in range(len(sentences(tail(text)[0])) - 1):
        out = reordered(text, lambda parts, at=at: [*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]])  # type: ignore[misc]
        if out is not None:
            yield out


def _first(parts: list[str], chosen: Callable[[str], bool]) -> list[str]:
    at = next((at for at, part in enumerate(parts) if chosen(part)), 0)
    return [parts[at], *parts[:at], *parts[at + 1 :]]


def _states_number(sentence: str) -> bool:
    """Links, handles and their slots (`<link1>`, `@1`) hold digits that say nothing."""
    return re.search(r"\d", SLOT.sub(" ", without_mentions(sentence))) is not None

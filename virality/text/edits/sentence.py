"""Operations on where sentences end: joined by a word or a mark, cut in two, a line each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.text.edits.order import leans
from virality.text.edits.parts import FINITE, balanced, cased, in_sentences, listed, lowered, raised, tail, tokens
from virality.text.normalise import sentences
from virality.text.vocabulary import vocabulary

_OPENERS = vocabulary("The A An This That These Those It We They He She You My Our His Her Their There")
_EXCLAIMED = vocabulary("Thank Thanks Congratulations Wow")
_LEAST = 3
_NO_CLAUSE = vocabulary("and but or so nor yet because which who whose where when while if as that than to of for")


def join(text: str) -> str | None:
    """The first two sentences are joined with 'and', where neither is a question."""
    body, rest = tail(text)
    parts = sentences(body)
    if len(parts) < 2 or "\n" in body or "?" in parts[0] + parts[1] or len(parts[1].split()) < _LEAST:
        return None
    if parts[1].split()[0] not in _OPENERS or parts[0].split()[0].rstrip(",!") in _EXCLAIMED:
        return None
    if not _whole(parts[0]) or parts[1].endswith(":") or not balanced(parts[1]):
        return None
    second = lowered(parts[1], body)
    return " ".join([f"{parts[0].rstrip('.!')} {cased(second, 'and', text)} {second}", *parts[2:]]) + rest


def _whole(sentence: str) -> bool:
    return sentence[-1:] in ".!" and sentence[-2:] != ".." and balanced(sentence) and len(sentence.split()) >= _LEAST


def joins(text: str) -> Iterator[str]:
    """Two sentences side by side become one: with a dash, a semicolon, or 'but' and 'and' in small letters."""
    body, rest = tail(text)
    parts = sentences(body)
    if "\n" in body:
        return
    for at in range(len(parts) - 1):
        one, two = parts[at], parts[at + 1]
        if not _whole(one) or two.endswith(":") or not balanced(two) or len(two.split()) < 2 or two[:1] in "\"“'‘«(":
            continue
        stem, first = one.rstrip(".!"), two.split()[0].rstrip(",").lower()
        second = lowered(two, text)
        made = [f"{stem} — {second}"]
        if first in ("but", "and", "so", "or", "because"):
            made = [f"{stem}{'' if first == 'because' else ','} {two[0].lower()}{two[1:]}"]
        elif len(two.split()) >= _LEAST and one.endswith(".") and "?" not in two:
            made.append(f"{stem}; {second}")
        yield from (" ".join([*parts[:at], new, *parts[at + 2 :]]) + rest for new in made)


def split(text: str) -> str | None:
    """A long sentence is cut before its ', and', ', but' or '; '."""
    for found in re.finditer(r"(?<=[\w\"”'’])(?:,\s+(and|but|so)\s+|;\s+)(?=\w)", text):
        before, rest = text[: found.start()], text[found.end() :]
        if len(before.split()) < 4 or len(rest.split()) < 4 or not balanced(before):
            continue
        if found[1] and not _clause(rest):
            continue
        opening = f"{found[1].capitalize()} {rest}" if found[1] in {"but", "so"} else rest[0].upper() + rest[1:]
        return f"{before}. {opening}"
    return None


_PERSONS = vocabulary("i you he she it we they there who what")
_SUBJECTS = listed("sentence_subjects")


def _clause(rest: str) -> bool:
    """Whether what follows a conjunction begins like a clause of its own."""
    first, *others = tokens(rest)[:6]
    return first in _SUBJECTS and (first in _PERSONS or "'" in first or not FINITE.isdisjoint(others))


_BREAKS = re.compile(r"(?<=[\w\"”'’!?])\s*(?:—|–|--|\s-)\s+(?=[\w\"“'‘])|(?<=\w);\s+(?=\w)")
_AND = re.compile(r"(?<=[\w\"”'’]),?\s+(and|but|so)\s+(?=\w)", re.IGNORECASE)


def cuts(text: str) -> Iterator[str]:
    """A sentence is cut at a dash, a semicolon, or before 'and', 'but', 'so' with a clause behind."""
    yield from in_sentences(text, _cut)


def _cut(sentence: str) -> Iterator[str]:
    for found in _BREAKS.finditer(sentence):
        before, rest = sentence[: found.start()], sentence[found.end() :]
        if _stands(before) and _stands(rest) and rest.split()[0].lower() not in _NO_CLAUSE and _clause(rest):
            yield f"{before}. {raised(rest)}"
    for found in _AND.finditer(sentence):
        before, rest = sentence[: found.start()], sentence[found.end() :]
        if (
            not _stands(before)
            or not _stands(rest)
            or not _clause(rest)
            or rest.lower().startswith(("that ", "a ", "the "))
        ):
            continue
        if found[1].lower() == "so" and not found[0].startswith(","):
            continue
        word = found[1].lower()
        yield (
            f"{before}. {raised(rest)}"
            if word == "and" and not leans(rest)
            else f"{before}. {word.capitalize()} {rest}"
        )


def _stands(part: str) -> bool:
    return len(part.split()) >= 4 and balanced(part)


def break_lines(text: str) -> str | None:
    """Each sentence stands on a line of its own."""
    body, rest = tail(text)
    parts = sentences(body)
    if len(parts) < 2 or "\n" in body:
        return None
    return "\n".join(parts) + (f"\n{rest.strip()}" if rest.strip() else "")


def one_line(text: str) -> str | None:
    """Lines that end a sentence run on."""
    out = re.sub(r"(?<=[.!?؟…])\s*\n\s*(?=\S)", " ", text)
    return out if out != text else None

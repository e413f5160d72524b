"""Two texts: which wins and how sure, or why the scorer abstains, and what speaks for either in plain words."""

from __future__ import annotations

import dataclasses
import shutil
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from eval.score import languages
from eval.score.texts import EMPTY, MOST_CHARACTERS, unfit
from train.scorers import Scorer
from train.scorers.calibration import sigmoid_of
from train.scorers.reasons import Reason
from train.scorers.reasons import reasons as reasons_of
from virality.errors import ViralityError
from virality.text.normalise import normalise

Side = Literal["first", "second"]
_WIDEST = 100
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))


@dataclass(frozen=True, slots=True)
class Compared:
    """What a scorer says of two posts.

    Fields:
        first, second: the posts, normalised.
        p: calibrated P(first beats second); None where one is in a language that the scorer has not learned.
        why: why it abstains; None where it answers.
        reasons: see `train.scorers.reasons`.
        scorer: who says so.
    """

    first: str
    second: str
    p: float | None
    why: str | None
    reasons: list[Reason]
    scorer: Scorer

    @property
    def likelier(self) -> Side:
        """The side with the better chance, the first where both have the same."""
        return "first" if self.p is None or self.p >= 0.5 else "second"

    @property
    def confidence(self) -> float | None:
        """Of the likelier side, in [0.5, 1)."""
        return None if self.p is None else max(self.p, 1 - self.p)


def compare(scorer: Scorer, first: str, second: str, *, reasons: int = 5) -> Compared:
    """Ask a scorer which of two posts wins.

    Args:
        scorer: of any family.
        first: a post.
        second: another one.
        reasons: words a side, and features a side, that are named at most; 0 asks for none.

    Raises:
        ViralityError: a post is empty or far longer than any.
    """
    two = _checked("first", first), _checked("second", second)
    for side, text in zip(("first", "second"), two, strict=True):
        lang = languages.unlearned(text, scorer.languages)
        if lang is not None:
            said = languages.sentence(lang, scorer.languages)
            return Compared(*two, None, f"the {side} is {said}", [], scorer)
    p = float(scorer.probability(*([text] for text in two))[0])
    why = _not_sure(p, scorer.sure)
    return Compared(*two, p, why, reasons_of(scorer, *two, reasons) if reasons else [], scorer)


def abstains(p: float, sure: float) -> bool:
    """Whether a probability is too near one half for an answer; even odds always are."""
    return p == 0.5 or max(p, 1 - p) < sure


def as_json(found: Compared, name: str) -> dict[str, Any]:
    """What is found as one document of plain values.

    Args:
        found: by `compare`.
        name: what the scorer is called.
    """
    return {
        "p": found.p,
        "confidence": found.confidence,
        "sure": found.scorer.sure,
        "answer": found.likelier if found.why is None else None,
        "abstained": found.why is not None,
        "why": found.why,
        "reasons": [dataclasses.asdict(one) for one in found.reasons],
        "first": found.first,
        "second": found.second,
        "scorer": name,
        "scorer_family": found.scorer.family,
        "scorer_version": found.scorer.version,
    }


def as_text(found: Compared) -> str:
    """What is found as lines to read; the same whichever post was named first, but for even odds."""
    if found.confidence is None:
        return _filled(f"not scored: {found.why}")
    two = (found.first, found.second) if found.likelier == "first" else (found.second, found.first)
    if found.why is None:
        head = [f"{percent(found.confidence)}  {shown(two[0])}"]
    else:
        shares = zip((found.confidence, 1 - found.confidence), two, strict=True)
        head = [_filled(found.why), *(f"  {percent(share)}  {shown(text)}" for share, text in shares)]
    for title, side in (("For it", found.likelier), ("For the other", _other(found.likelier))):
        mine = [one for one in found.reasons if one.side == side]
        if mine:
            head += ["", f"{title}, in points on an even chance:", *map(line, mine)]
    return "\n".join(head)


def shown(text: str) -> str:
    """A text for a terminal; what runs from right to left is isolated, line by line, from what stands around it."""
    return "\n".join(
        f"\N{FIRST STRONG ISOLATE}{line}\N{POP DIRECTIONAL ISOLATE}"
        if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line)
        else line
        for line in text.split("\n")
    )


def percent(share: float) -> str:
    """No probability is shown as certainty."""
    return ">99%" if share > 0.99 else "<1%" if share < 0.01 else f"{share:.0%}"


def line(reason: Reason) -> str:
    """A reason as a line: points on an even chance, and what moves them."""
    points = 100 * (sigmoid_of(abs(reason.moves)) - 0.5)
    what = reason.what
    if reason.kind == "word":
        what = f'"{shown(reason.what)}"'
        if reason.stands_in == _other(reason.side):
            what = f"does not say {what}"
    return f"  {max(round(points), 1):+3}  {what}"


def _other(side: Side) -> Side:
    return "second" if side == "first" else "first"


def _checked(side: Side, text: str) -> str:
    cleaned = normalise(text)
    why = unfit(cleaned)
    if why == EMPTY:
        raise ViralityError(f"the {side} post: is empty; write what it should say")
    if why is not None:
        raise ViralityError(f"the {side} post: {len(cleaned):,} characters; a post has {MOST_CHARACTERS:,} at most")
    return cleaned


def _not_sure(p: float, sure: float) -> str | None:
    if not abstains(p, sure):
        return None
    confidence = max(p, 1 - p)
    digits = 0 if f"{confidence:.0%}" != f"{sure:.0%}" else 2
    return f"not sure: {confidence:.{digits}%}, and it answers from {sure:.{digits}%} on"


def _filled(line: str) -> str:
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return textwrap.fill(line, max(width, 20), break_long_words=False, break_on_hyphens=False)

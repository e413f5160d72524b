"""What a writer may write next, so that every word of a draft is accounted for where the rewrite ends.

Most samples of a small writer fail by one word: it comes twice, nothing in the draft stands for it, or it is left out.
Refused where it would be written, it costs a token and not a sample. Gates judge what comes out as they judge anything.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from virality.gates import accounted, grammar
from virality.gates.format import breaks_off
from virality.text.lang import detect

_PARTIAL = re.compile(r"(?:[\w'’]|(?<=\w)[.,](?=\d))+$")
_MARKS = re.compile(r"\W+$")
_MARKS_WITHIN = re.compile(r"\W+")
_BREAKS = 2
_MARKED = re.compile(r"<(?:link\d+>|\S*)|[@#]\w*")
_QUOTES = re.compile(r"[\"“”«»„]")
_ENDS_A_CLAUSE = re.compile(r"[.!?;:\n—–]")
_HYPHEN = re.compile(r"[-‐‑]\w*$")
_AWAITED = 5
"""Words at the end of a text that may be the beginning of a phrase that a row has."""


class Accounted:
    """Whether a piece may follow a text that is to be a rewrite of an English draft, or the text may end there.

    Words are refused as soon as nothing that begins as they do can be accounted for (`virality.gates.accounted`):
    when they come once too often, too, and slots and hashtags likewise. Slips are refused when they are seen
    (`virality.gates.grammar`), and an end while a word or a slot of the draft is missing, or behind what something
    must follow.
    """

    def __init__(self, draft: str) -> None:
        self._draft = draft
        self._of_draft = accounted.spelt_out(draft)
        self._marked = _marked(draft)
        self._breaks_off = breaks_off(draft)
        self._quotes = len(_QUOTES.findall(draft))
        self._marks = max((_without_blanks(one[0]) for one in _MARKS_WITHIN.finditer(draft)), default=0)
        own = (match[0].lower() for match in re.finditer(r"[\w'’]+", draft))
        untagged = set(re.findall(r"\w+", re.sub(r"#\w+", " ", draft.lower())))
        self._tagged = {mark[1:].lower() for mark in self._marked if mark[0] == "#"} - untagged
        self._vocabulary = sorted(accounted.accountable(draft, "en").union(own))
        self._of_phrases = accounted.of_phrases(self._of_draft)
        self._can = lru_cache(maxsize=4096)(self._is_accounted)

    def __call__(self, text: str, piece: str | None) -> bool:
        """`piece`: None asks whether the text may end."""
        text = text.lstrip()
        return self._may_end(text) if piece is None else self._may_follow(text, piece if text else piece.lstrip())

    def _may_end(self, text: str) -> bool:
        if self._marked - _marked(text) or breaks_off(text) > self._breaks_off or grammar.ends_open(self._draft, text):
            return False
        return accounted.without_account(self._of_draft, accounted.spelt_out(text), "en") == ((), ())

    def _may_follow(self, text: str, piece: str) -> bool:
        whole = text + piece
        if not self._may_be_marked(whole):
            return False
        if not re.search(r"\w", piece):
            return self._may_mark(whole) and (not _last(text) or self._can(accounted.spelt_out(text))) and not (
                _ENDS_A_CLAUSE.search(piece) and accounted.says_nothing(self._draft, text)
            )  # fmt: skip
        if _HYPHEN.search(whole) and accounted.makes_a_word(self._draft, whole):
            return False
        before, then = _last(text), _last(whole)
        done = whole[: len(whole) - len(then)]
        if before and len(done) > len(text) - len(before) and not self._can(accounted.spelt_out(done)):
            return False
        if then.lower() in self._tagged and not done.endswith("#"):
            return False
        if then and not self._begins(accounted.spelt_out(done), then.lower().replace("’", "'")):
            return False
        return not grammar.slip(self._draft, whole)

    def _may_be_marked(self, text: str) -> bool:
        """Whether its slots and hashtags are the draft's, each once, and the last one is or may become one of them."""
        found = _marked(text)
        more = found - self._marked
        if not more:
            return True
        last = text[max(text.rfind(mark) for mark in "<@#") :]
        begun = (one for one in self._marked - found if one.startswith(last))
        return not last[-1].isspace() and more == Counter([last]) and any(begun)

    def _may_mark(self, text: str) -> bool:
        """Whether no more marks stand behind each other than in the draft, or two, and no quotation mark is new."""
        run = _MARKS.search(text)
        marks = run[0] if run else ""
        if len(_QUOTES.findall(text)) > self._quotes:
            return False
        return marks.count("\n") <= _BREAKS and _without_blanks(marks) <= max(self._marks, 2)

    def _begins(self, done: accounted.Words, begun: str) -> bool:
        """Whether a word that begins so can be written behind these."""
        return any(self._can(done + accounted.spelt_out(word)) for word in self._beginning(begun))

    def _beginning(self, begun: str) -> Iterable[str]:
        yield begun
        at = bisect_left(self._vocabulary, begun)
        while at < len(self._vocabulary) and self._vocabulary[at].startswith(begun):
            yield self._vocabulary[at]
            at += 1

    def _is_accounted(self, found: accounted.Words) -> bool:
        """Whether all words came from somewhere, but for the last ones where they may begin a phrase of a row."""
        came, _ = accounted.without_account(self._of_draft, found, "en")
        if len(set(came)) < len(came) or not self._of_phrases.intersection(found[-_AWAITED:]).issuperset(came):
            return False
        return not accounted.too_often(self._of_draft, found, "en")


def _without_blanks(marks: str) -> int:
    """How many marks, blanks not counted."""
    return len(re.sub(r"\s", "", marks))


def _marked(text: str) -> Counter[str]:
    """Slots, hashtags and what else stands behind such marks, as often as they come."""
    return Counter(match[0] for match in _MARKED.finditer(text))


def accounting(draft: str) -> Accounted | None:
    """None where the draft is not English: its words are not spelt out."""
    return Accounted(draft) if detect(draft) == "en" else None


def _last(text: str) -> str:
    """The word that a text ends in the middle of, perhaps; ''."""
    found = _PARTIAL.search(text)
    return found[0] if found else ""

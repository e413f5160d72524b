"""Which content words of two posts stand for each other: the same stem, a synonym, or near enough for an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from virality.gates.lexicon import data, same
from virality.gates.negation import folded_keys
from virality.gates.wording import content_words
from virality.text.normalise import fold, words

LIGHT = {lang: frozenset(words) for lang, words in data("small_words")["light"].items()}
"""Words that say little by themselves: where one of them is new or gone, nothing is added or lost."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """Content words in order, once each, and whether the other post has them.

    Attributes:
        before: of the draft, folded.
        after: of the rewrite, folded.
        kept: whether each word of the draft stands in the rewrite, in itself or as a synonym.
        known: whether each word of the rewrite stands in the draft.
        swapped: words that no stem matches, and that only a synonym does, in both texts together.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    kept: tuple[bool, ...]
    known: tuple[bool, ...]
    swapped: int

    @property
    def lost(self) -> tuple[str, ...]:
        """Words of the draft that nothing in the rewrite stands for."""
        return tuple(word for word, kept in zip(self.before, self.kept, strict=True) if not kept)

    @property
    def new(self) -> tuple[str, ...]:
        """Words of the rewrite that nothing in the draft stands for."""
        return tuple(word for word, known in zip(self.after, self.known, strict=True) if not known)

    @property
    def inserted(self) -> int:
        """New words at places where nothing of the draft went out."""
        return _alone(self.after, self.known, self.before, self.kept)

    @property
    def deleted(self) -> int:
        """Lost words at places where nothing came in."""
        return _alone(self.before, self.kept, self.after, self.known)


@lru_cache(maxsize=4096)
def aligned(draft: str, rewrite: str, lang: str) -> Aligned:
    """The content words of two normalised posts; `lang` is one of `virality.gates.wording.KNOWN`."""
    before, after = content_words(draft, lang), content_words(rewrite, lang)
    said, there = _keys(rewrite), _keys(draft)
    kept = [word in after or _stands(key, said, lang) for word, key in folded(draft, lang).items()]
    known = [word in before or _stands(key, there, lang) for word, key in folded(rewrite, lang).items()]
    exact = sum(word in after for word in before), sum(word in before for word in after)
    return Aligned(tuple(before), tuple(after), tuple(kept), tuple(known), sum(kept) + sum(known) - exact[0] - exact[1])


def unmatched(draft: str, rewrite: str, lang: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Content words of the draft whose stem is not in the rewrite, and the other way round, as they are spelt."""
    before, after = content_words(draft, lang), content_words(rewrite, lang)
    gone = tuple(word for stem, word in before.items() if stem not in after)
    return gone, tuple(word for stem, word in after.items() if stem not in before)


def is_free(draft: str, rewrite: str, lang: str, most: int) -> bool:
    """Whether more than `most` content words of the two posts, counted by their stems, are not in the other."""
    before, after = content_words(draft, lang), content_words(rewrite, lang)
    return len(before.keys() ^ after.keys()) > most


def replaced(draft: str, rewrite: str, lang: str) -> tuple[str, str] | None:
    """A word of the draft and the one that stands between the same two neighbours now, where they are no synonyms.

    Both are folded; neither stands elsewhere in the other text, and neither says little by itself. None = no such word.
    """
    gone, new = ({*map(_bare, words)} for words in unmatched(draft, rewrite, lang))
    before, after = (["", *fold(text).split(), ""] for text in (draft, rewrite))
    places = {(a, c): b for (a, b), (_, c) in pairwise(pairwise(before)) if b in gone and _says(b, lang)}
    for (a, b), (_, c) in pairwise(pairwise(after)):
        one = places.get((a, c))
        if one is not None and b in new and _says(b, lang) and not same(one, b, lang):
            return one, b
    return None


def _bare(word: str) -> str:
    return " ".join(folded_keys(word))


def _says(key: str, lang: str) -> bool:
    return len(key) > 3 - (lang == "ar") and key.isalpha() and key not in LIGHT[lang]


def folded(text: str, lang: str) -> dict[str, str]:
    """Stem -> the folded word itself, of each content word."""
    return {stemmed: next(iter(folded_keys(word)), stemmed) for stemmed, word in content_words(text, lang).items()}


def _stands(key: str, others: frozenset[str], lang: str) -> bool:
    return key in LIGHT[lang] or any(same(key, other, lang) for other in others)


@lru_cache(maxsize=4096)
def _keys(text: str) -> frozenset[str]:
    return frozenset(key for word in words(text) for key in folded_keys(word))


def _alone(these: Sequence[str], matched: Sequence[bool], those: Sequence[str], theirs: Sequence[bool]) -> int:
    """Unmatched words of `these` in runs beside whose neighbours nothing of `those` is unmatched."""
    place = {word: at for at, word in enumerate(those)}
    total, at = 0, 0
    while at < len(these):
        if matched[at]:
            at += 1
            continue
        end = at
        while end < len(these) and not matched[end]:
            end += 1
        left = place.get(these[at - 1]) if at else -1
        right = place.get(these[end]) if end < len(these) else len(those)
        beside = [left + 1 if left is not None else None, right - 1 if right is not None else None]
        if all(b is None or not 0 <= b < len(those) or theirs[b] for b in beside):
            total += end - at
        at = end
    return total

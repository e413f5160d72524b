"""What the set-based steps know of a text: hashes of its words and shingles, and its form. Made once, at reading.

Hashes are 63 bits of BLAKE2b, the same in every process and on every machine; over 10^8 different words the odds that
any two meet are about 1 in 2,000.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from virality.gates.wording import KNOWN, content_words
from virality.text.normalise import fold

if TYPE_CHECKING:
    import pyarrow as pa

SHINGLE = 4
"""Words in a shingle (Broder 1997)."""

FORM = ("question", "exclamation", "emoji", "hashtag", "number_first", "link", "second_person", "long", "short")
"""Bits of `form`, from the lowest: what a post looks like, as a nuisance beside hour and weekday."""

_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_SECOND = frozenset(("you", "your", "yours", "youre", "youve", "youll", "انت", "انتم", "لك", "لكم"))
_LONG, _SHORT = 20, 10
_CHUNK = 5_000
_REMEMBERED = 500_000
_P = np.uint64(0x9E3779B97F4A7C15)
_MASK = np.uint64(0x7FFFFFFFFFFFFFFF)

_known: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Traits:
    """Of `n` texts.

    Fields:
        folded, form: (n,) int64.
        words, shingles: arrow arrays of n sorted lists of int64 without repetitions.
    """

    folded: NDArray[np.int64]
    words: pa.ListArray
    shingles: pa.ListArray
    form: NDArray[np.int64]


def traits(texts: Sequence[str], langs: Sequence[str | None]) -> Traits:
    """The traits of some texts.

    `words` are light stems of content words where the language is known to the gates (the same sets that the omission
    gate compares), else folded words. `folded` is one hash for all spellings that `fold` takes for the same.
    """
    folds = [fold.__wrapped__(text) for text in texts]
    tokens = [folded.split() for folded in folds]
    stems: list[Collection[str]] = [
        content_words.__wrapped__(text, lang) if lang in KNOWN else own
        for text, lang, own in zip(texts, langs, tokens, strict=True)
    ]
    return Traits(
        folded=np.asarray([word_hash(folded) for folded in folds], dtype=np.int64),
        words=_sets([len(mine) for mine in stems], _flat(stems)),
        shingles=_shingles(tokens),
        form=np.asarray([_form(text, mine) for text, mine in zip(texts, tokens, strict=True)], dtype=np.int64),
    )


def word_hash(word: str) -> int:
    """63 bits of a word, in [0, 2**63)."""
    found = _known.get(word)
    if found is None:
        digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
        found = int.from_bytes(digest, "little") & 0x7FFFFFFFFFFFFFFF
        if len(word) <= 40:
            if len(_known) >= _REMEMBERED:
                _known.clear()
            _known[word] = found
    return found


def _flat(words: Sequence[Iterable[str]]) -> NDArray[np.int64]:
    return np.asarray([word_hash(word) for mine in words for word in mine], dtype=np.int64)


def _sets(lengths: Sequence[int], values: NDArray[np.int64]) -> pa.ListArray:
    """Rows of so many values each as sorted lists without repetitions."""
    import pyarrow as pa

    row = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((values, row))
    row, values = row[order], values[order]
    new = np.ones(len(values), dtype=bool)
    new[1:] = (row[1:] != row[:-1]) | (values[1:] != values[:-1])
    offsets = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(np.bincount(row[new], minlength=len(lengths)), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values[new]))


def _shingles(tokens: Sequence[Sequence[str]]) -> pa.ListArray:
    """Hashes of all runs of `SHINGLE` words; none where a text is shorter."""
    lengths = np.asarray([len(mine) for mine in tokens], dtype=np.int64)
    flat = _flat(tokens).astype(np.uint64)
    runs = max(len(flat) - SHINGLE + 1, 0)
    mixed = np.zeros(runs, dtype=np.uint64)
    for at in range(SHINGLE if runs else 0):  # wraps round on purpose
        mixed = (mixed ^ flat[at : at + runs]) * _P
        mixed ^= mixed >> np.uint64(29)
    hashes = (mixed & _MASK).astype(np.int64)
    counts = np.maximum(lengths - SHINGLE + 1, 0)
    starts = np.cumsum(lengths) - lengths
    where = np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
    return _sets(counts.tolist(), hashes[where])


def _form(text: str, tokens: Sequence[str]) -> int:
    first = text[:1]
    bits = (
        "?" in text or "؟" in text,
        "!" in text,
        not text.isascii() and _EMOJI.search(text) is not None,
        "#" in text,
        first.isdigit(),
        "http" in text or "www." in text,
        not _SECOND.isdisjoint(tokens),
        len(tokens) >= _LONG,
        len(tokens) < _SHORT,
    )
    return sum(1 << at for at, bit in enumerate(bits) if bit)


NO_WORDS = word_hash("")
"""What texts fold to that hold nothing but links and marks."""


def shingled_texts(texts: Sequence[str]) -> pa.Table:
    """What `corpus.copies` compares of each text: its number `n`, `folded`, `shingles`; no language is asked."""
    import pyarrow as pa

    pieces = []
    for at in range(0, len(texts), _CHUNK):
        some = texts[at : at + _CHUNK]
        made = traits(some, [None] * len(some))
        numbers = pa.array(np.arange(at, at + len(some)))
        pieces.append(pa.table({"n": numbers, "folded": pa.array(made.folded), "shingles": made.shingles}))
    return pa.concat_tables(pieces)

"""How alike two texts are: by words, by edits, by what they are made of. All in [0, 1]; 1 means the same."""

from __future__ import annotations

import difflib
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from virality.text.normalise import fold, words


def edit_ratio(before: str, after: str) -> float:
    """Share of words that an edit touched: 0 = the same words in the same order, 1 = nothing in common.

    Word-level: 1 - Ratcliff/Obershelp similarity of the word sequences, case and punctuation counted.
    """
    matcher = difflib.SequenceMatcher(a=before.split(), b=after.split(), autojunk=False)
    return 1.0 - matcher.ratio()


def marked(before: str, after: str) -> str:
    """`after` for a terminal, with `[-words left out-]` and `{+words added+}` against `before`."""
    old, new = before.split(), after.split()
    parts: list[str] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts += new[k:m]
            continue
        if j > i:
            parts.append(f"[-{' '.join(old[i:j])}-]")
        if m > k:
            parts.append(f"{{+{' '.join(new[k:m])}+}}")
    return " ".join(parts)


def jaccard(first: str, second: str) -> float:
    """Words in both over words in either, after folding case, digits and Arabic letter forms."""
    one, two = set(words(fold(first))), set(words(fold(second)))
    return len(one & two) / len(one | two) if one | two else 1.0


def near_duplicates(texts: Sequence[str], threshold: float = 0.7, size: int = 4, common: int = 50) -> list[int]:
    """A cluster number for each text; texts of one cluster say nearly the same in nearly the same words.

    Two texts join where their sets of `size`-word shingles (of folded words) have a Jaccard index of at least
    `threshold` (Broder 1997), or where they are equal after folding. Shingles that stand in more than `common`
    texts are phrases, not copies, and propose no candidates. Texts shorter than `size` words join only when equal.

    Returns:
        Cluster numbers, equal to the index of the cluster's first text; independent of nothing but the order.
    """
    first: dict[str, int] = {}
    shingles: dict[int, frozenset[int]] = {}
    links: list[tuple[int, int]] = []
    for index, text in enumerate(map(fold, texts)):
        if text and first.setdefault(text, index) != index:
            links.append((first[text], index))
        else:
            shingles[index] = _shingles(text, size)
    for one, two in _candidates(shingles, common):
        both = len(shingles[one] & shingles[two])
        if both / (len(shingles[one]) + len(shingles[two]) - both) >= threshold:
            links.append((one, two))
    return connected(len(texts), links)


def connected(size: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """For each of `size` things the smallest number of its connected component (union-find); order of links is free."""
    parent = list(range(size))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for one, two in links:
        low, high = sorted((root(one), root(two)))
        parent[high] = low
    return [root(at) for at in range(size)]


def _shingles(folded: str, size: int) -> frozenset[int]:
    tokens = folded.split()
    return frozenset(hash(tuple(tokens[at : at + size])) for at in range(len(tokens) - size + 1))


def _candidates(shingles: Mapping[int, frozenset[int]], common: int) -> set[tuple[int, int]]:
    """Pairs of texts with a shingle in common that no more than `common` texts have."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for index, mine in shingles.items():
        for shingle in mine:
            places[shingle].append(index)
    return {pair for where in places.values() if len(where) <= common for pair in itertools.combinations(where, 2)}

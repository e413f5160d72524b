"""How far apart two ways of writing are: Burrows's Delta over features of form and function words.

Delta (Burrows 2002, Literary and Linguistic Computing 17:267) is the mean absolute difference of standardised features.
Function words say how somebody writes and little of what about; they are known for English and Arabic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from virality.gates.negation import NEGATIONS, folded_keys
from virality.gates.wording import KNOWN, STOP_WORDS
from virality.text import form
from virality.text.normalise import words

Array = NDArray[np.float64]

FEWEST_POSTS = 5
"""Posts of an account, beside the draft, that its style is told from."""

_FUNCTION_WORDS = frozenset().union(*(STOP_WORDS[lang] | NEGATIONS[lang] for lang in KNOWN))
_MOST = 60
_OFTEN = 0.02
"""Share of texts that a function word must stand in to count."""
_INSIDE = 0.95
"""Share of an author's own posts that lie within reach."""


@dataclass(frozen=True, slots=True)
class Space:
    """What styles are measured in, fitted on the posts of a corpus.

    Fields:
        function_words: whose shares are features, the commonest first.
        mean, scale: of each feature over the posts, (K,); features that never vary are left out of a distance.
    """

    function_words: tuple[str, ...]
    mean: Array
    scale: Array

    @classmethod
    def of(cls, posts: Sequence[str]) -> Self:
        """The space of these posts.

        Raises:
            ValueError: there are no posts.
        """
        if not posts:
            raise ValueError("the style of no posts is not defined")
        held = Counter(key for post in posts for key in set(keys(post)) & _FUNCTION_WORDS)
        common = sorted((-count, word) for word, count in held.items() if count >= _OFTEN * len(posts))
        function_words = tuple(word for _, word in common[:_MOST])
        raw = _features(posts, function_words)
        return cls(function_words, raw.mean(0), raw.std(0))

    def vectors(self, posts: Sequence[str]) -> Array:
        """Standardised features of each post that vary in the corpus: (len(posts), K)."""
        varies = self.scale > 1e-9
        raw = _features(posts, self.function_words)[:, varies]
        return np.asarray((raw - self.mean[varies]) / self.scale[varies])


def delta(first: Array, second: Array) -> Array:
    """Burrows's Delta: mean absolute difference over the last axis, in standard deviations of a post; broadcasts."""
    return np.asarray(np.abs(first - second).mean(-1))


def reach(posts: Array) -> float:
    """How far an author's own posts lie from each other: 95% are as near to the mean of the others, or nearer.

    Args:
        posts: at least two, as `Space.vectors` has them: (N, K).
    """
    others = (posts.sum(0) - posts) / (len(posts) - 1)
    return float(np.quantile(delta(posts, others), _INSIDE)) if posts.shape[1] else 0.0


def keys(text: str) -> list[str]:
    """The words of a text, folded, without links and handles."""
    return [key for word in words(text) for key in folded_keys(word)]


def _features(posts: Sequence[str], function_words: Sequence[str]) -> Array:
    """Features of form, then the share of each function word among a post's words: (len(posts), K)."""
    shares = np.zeros((len(posts), len(function_words)))
    for row, post in enumerate(posts):
        found = Counter(said := keys(post))
        shares[row] = [found[word] / max(len(said), 1) for word in function_words]
    return np.hstack([form.matrix(posts), shares])

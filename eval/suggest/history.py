"""An author's own posts: the best of them guide the prompt, and how they write is a gate (`voice`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from data_prep.sources.cells import BadValue, count
from eval.score import rows
from eval.score.columns import Columns
from eval.score.texts import read
from virality.errors import ViralityError
from virality.gates import Verdict
from virality.gates.style import FEWEST_POSTS, Array, Space, delta, reach
from virality.gates.verdict import listed
from virality.text import form
from virality.text.lang import detect, script
from virality.text.normalise import fold, normalise, without_mentions

TEXTS = ("text", "draft", "post", "caption", "content")
"""What a column of posts may be called; the first that is there is read."""
LIKES = ("likes", "like_count", "favorite_count", "engagement", "score", "reactions")
"""What a column may be called that says how well a post did."""
MANNER = ("emoji", "hashtags", "exclamations", "ellipses", "shouted")
"""Features of form that a reader sees at once."""
_TOLD = 3
_CHARACTERS = 280
_SHOUTED = 0.2
"""Share of words in capitals by which a rewrite may go beyond what the author ever does."""
_SLACK = 0.1
"""Standard deviations by which a rewrite may be farther than its draft, where the draft is far already."""


@dataclass(frozen=True, slots=True)
class Style:
    """How an author writes in one script.

    Fields:
        space: in which it is measured, of the author's posts.
        centre: mean of the posts, (K,).
        limit: distance within which 95% of them lie, each measured against the others.
        habits: what of `MANNER` the posts have at most, in that order.
        posts: how many.
    """

    space: Space
    centre: Array
    limit: float
    habits: tuple[float, ...]
    posts: int

    @classmethod
    def of(cls, posts: Sequence[str]) -> Self:
        """The style of at least two posts."""
        space = Space.of(posts)
        vectors = space.vectors(posts)
        habits = np.stack([_manner(post) for post in posts]).max(0)
        return cls(space, vectors.mean(0), reach(vectors), tuple(habits.tolist()), len(posts))

    def distance(self, text: str) -> float:
        """Burrows's Delta of a text to the mean of the posts, in standard deviations of a post."""
        return float(delta(self.space.vectors([text])[0], self.centre)) if self.centre.size else 0.0

    def strange(self, draft: str, rewrite: str) -> list[str]:
        """What of `MANNER` a rewrite has that neither the draft nor any post of the author has."""
        usual, found = np.maximum(np.asarray(self.habits), _manner(draft)), _manner(rewrite)
        allowed = [share + _SHOUTED if name == "shouted" else np.inf if share > 0 else 0.0
                   for name, share in zip(MANNER, usual.tolist(), strict=True)]  # fmt: skip
        return [name for name, one, most in zip(MANNER, found.tolist(), allowed, strict=True) if one > most]


@dataclass(frozen=True, slots=True)
class History:
    """Posts of one author.

    Fields:
        posts: different ones, normalised, the best first.
        styles: script -> style, where there are enough posts of that script.
    """

    posts: tuple[str, ...]
    styles: Mapping[str, Style] = field(repr=False)

    @classmethod
    def of(cls, texts: Sequence[str], likes: Sequence[float | None] | None = None) -> Self:
        """The history of some posts.

        Args:
            texts: posts of one author; empty ones and repetitions are passed over.
            likes: how well each did; without, they count in the order they are given in.
        """
        worth = [0.0 if one is None else one for one in likes or [None] * len(texts)]
        order = sorted(range(len(texts)), key=lambda at: -worth[at])
        different: dict[str, str] = {}
        for at in order:
            text = normalise(texts[at])
            if text:
                different.setdefault(fold(text) or text, text)
        posts = tuple(different.values())
        by_script: dict[str, list[str]] = {}
        for post in posts:
            by_script.setdefault(script(post) or "", []).append(post)
        styles = {name: Style.of(mine) for name, mine in by_script.items() if name and len(mine) >= FEWEST_POSTS}
        return cls(posts, styles)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The history in a table of posts, with a column of likes or without one.

        Raises:
            ViralityError: there is no such table, it has no column of posts, or no post.
        """
        rows.check(path)
        there = rows.names(path)
        text = named(path, there, TEXTS)
        likes = next((name for name in LIKES if name in there), None)
        texts: list[str] = []
        counts: list[float | None] = []
        for _, cells in rows.rows(path, Columns((text,) if likes is None else (text, likes), None)):
            post, why = read(cells[0])
            if why is None:
                texts.append(post)
                counts.append(_count(cells[1]) if likes is not None else None)
        if not texts:
            raise ViralityError(f"{path}: no post in its column {text!r}; name a table of the author's posts")
        return cls.of(texts, counts if likes is not None else None)

    def lines(self, draft: str, lang: str | None) -> str:
        """Up to three of the best posts in a language, without links and handles, a line each; never the draft."""
        told = [_line(post) for post in self.posts if fold(post) != fold(draft) and detect(post) == lang]
        return "\n".join([f"- {line}" for line in told if line][:_TOLD])

    def verdict(self, draft: str, rewrite: str) -> Verdict:
        """The gate `voice`: whether a rewrite could be one of the author's posts.

        It has no emoji, hashtags, exclamation marks or ellipses where the author never has any, shouts no more than
        they do, and is no farther from their style than 95% of their posts. What the draft has may stay; a draft that
        is farther itself may stay as far as it is, and a tenth of a standard deviation more.
        """
        style = self.styles.get(script(draft) or "")
        if style is None:
            return Verdict("voice", "not_checked", f"the author has no {FEWEST_POSTS} posts in this script")
        strange = style.strange(draft, rewrite)
        if strange:
            return Verdict("voice", "fail", f"has {listed(strange)}, as none of the author's {style.posts} posts",
                           tuple(strange))  # fmt: skip
        found, before = style.distance(rewrite), style.distance(draft)
        limit = max(style.limit, before + _SLACK)
        if found <= limit:
            return Verdict("voice", "pass")
        return Verdict(
            "voice", "fail", f"is {found:.2f} from how the author writes, and at most {limit:.2f} is allowed"
        )


def _manner(text: str) -> Array:
    """Features of `MANNER`: log1p of counts, or a share."""
    found = dict(zip(form.NAMES, form.features(text).tolist(), strict=True))
    return np.asarray([found[name] for name in MANNER])


def named(path: Path, there: Sequence[str], names: Sequence[str]) -> str:
    """The first of some columns that a file has.

    Raises:
        ViralityError: it has none of them.
    """
    found = next((name for name in names if name in there), None)
    if found is None:
        raise ViralityError(f"{path}: the posts stand in a column {' or '.join(names[:2])}; it has "
                            f"{', '.join(there) or 'no column'}")  # fmt: skip
    return found


def _line(post: str) -> str:
    return " ".join(without_mentions(post).split())[:_CHARACTERS]


def _count(cell: object) -> float | None:
    try:
        return count(cell)
    except BadValue:
        return None

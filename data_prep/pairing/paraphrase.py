"""`paraphrase`: a post that did well and a plain restatement of it, made backwards so that the target is real.

Rules restate (`virality.text.edits`), or a base model of the config's choice; either way the fact gates decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice

from data_prep.engine import Table
from data_prep.sources.table import identifier
from virality.gates import Context, keeps_facts
from virality.text.edits import restate
from virality.text.similarity import edit_ratio

LEAST_EDIT = 0.1
_CHUNK = 200

Restater = Callable[[list["Good"]], list[str | None]]


@dataclass(frozen=True, slots=True)
class Good:
    """A post that did well; `weight` is what its restatement gets."""

    n: int
    post_id: str
    text: str
    lang: str | None
    platform: str | None
    rights: str
    author_id: str | None
    weight: float


def good(posts: Table, baselines: Table | None, winners: Table | None, *, best: float) -> Table:
    """n, weight: the `best` share of each account's posts by engagement above its own baseline.

    The weight grows with how good the post was, from 0.5 (just good) to 1.5 (the best). Where posts have no baseline
    for want of accounts, times, counts or a past, `winners` of measured pairs are good, with weight 1; where there are
    no measured pairs either, all posts of accounts without any baseline are.

    Args:
        posts: numbered.
        baselines: of `engagement.baselines`; None where nothing is counted.
        winners: n; None where no pair was measured.
        best: share, in (0, 1].
    """
    import ibis

    one = ibis.literal(1).cast("float64")
    if baselines is None:
        return (posts if winners is None else posts.semi_join(winners, "n")).select("n", weight=one)
    above = baselines.select("n", "account", rounded=(baselines.value * 1e9).round().cast("int64"))
    order = ibis.window(group_by="account", order_by=["rounded", "n"])
    above = above.mutate(place=ibis.row_number().over(order), size=above.count().over(ibis.window(group_by="account")))
    first = (above["size"] * (1 - best)).round().cast("int64")
    chosen = above.filter(above.place >= first)
    chosen = chosen.select("n", weight=0.5 + (chosen.place - first + 1) / (chosen["size"] - first))
    if winners is None:  # an account with a baseline is measured by it, and its posts without one are no good ones
        with_past = posts.semi_join(baselines, "n").select("account").distinct()
        nobody = posts.filter(posts.account.isnull())
        others = posts.filter(posts.account.notnull()).anti_join(with_past, "account").union(nobody)
        return chosen.union(others.select("n", weight=one))
    return chosen.union(winners.anti_join(baselines, "n").select("n", weight=one))


def restated(
    posts: Iterable[Good], *, seed: int, pool: Executor | None, restater: Restater | None = None
) -> Iterator[tuple[Good, str]]:
    """Each good post with a restatement that loses no fact; none for posts that cannot be restated so.

    Args:
        posts: good ones.
        seed: of the choice of rules.
        pool: workers for the rules.
        restater: a base model, asked first; where it gives nothing that the gates let pass, rules restate.
    """
    stream = iter(posts)
    while chunk := list(islice(stream, _CHUNK * 8)):
        drafts = _kept(chunk, restater(chunk)) if restater is not None else [None] * len(chunk)
        left = [post for post, draft in zip(chunk, drafts, strict=True) if draft is None]
        pieces = [left[at : at + _CHUNK] for at in range(0, len(left), _CHUNK)]
        made = (
            pool.map(_by_rules, pieces, [seed] * len(pieces)) if pool else map(_by_rules, pieces, [seed] * len(pieces))
        )
        by_rules = iter([draft for piece in made for draft in piece])
        for post, draft in zip(chunk, drafts, strict=True):
            found = draft if draft is not None else next(by_rules)
            if found is not None:
                yield post, found


def _by_rules(posts: list[Good], seed: int) -> list[str | None]:
    return _kept(posts, [restate(post.text, seed=int(identifier(seed, post.post_id)[:8], 16)) for post in posts])


def _kept(posts: list[Good], drafts: list[str | None]) -> list[str | None]:
    return [
        draft if draft is not None and passes(post, draft) else None for post, draft in zip(posts, drafts, strict=True)
    ]


def passes(post: Good, draft: str) -> bool:
    """Whether a restatement changes enough and loses and adds nothing."""
    return edit_ratio(draft, post.text) >= LEAST_EDIT and keeps_facts(draft, post.text, Context(lang=post.lang))

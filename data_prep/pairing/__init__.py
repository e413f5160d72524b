"""Pairing: one file for each kind of pair. Expressions, except `paraphrase`, which writes text.

Each proposes candidates by what posts say and when, never by how they did; what they gained is worked out afterwards.
Candidates have a, b (post numbers; b the later, or the one with the greater number), `similar` (cosine; null where it
was not asked) and `file` (of the corpus's own label, with `label` 1 where b did better and -1 where a did; else null).
"""

from __future__ import annotations

from collections.abc import Sequence

from data_prep.engine import Table

WINDOW = 50
"""Earlier posts of a group that a post is compared with, at most: the cost of a post does not grow with the corpus."""


def near(posts: Table, group: Sequence[str], seconds: int | None) -> Table:
    """Every two posts of one group with at most `WINDOW` places between them and at most `seconds` between their times.

    Args:
        posts: n, t and the columns of the group.
        group: columns that both have in common.
        seconds: None for any lag.

    Returns:
        a (earlier), b (later).
    """
    import ibis

    keys = list(group)
    placed = posts.select("n", "t", *keys).mutate(
        place=ibis.row_number().over(group_by=keys, order_by=["t", "n"]).cast("int64")
    )
    placed = placed.mutate(shelf=(placed.place // WINDOW).cast("int64"))
    later = placed.select(b="n", t_b="t", place_b="place", shelf="shelf", **{key: placed[key] for key in keys})
    earlier = placed.select(a="n", t_a="t", place_a="place", shelf="shelf", **{key: placed[key] for key in keys})
    earlier = earlier.union(earlier.mutate(shelf=earlier.shelf + 1))  # the shelf before, too
    close = [later.place_b > earlier.place_a, later.place_b - earlier.place_a <= WINDOW]
    if seconds is not None:
        close.append(later.t_b - earlier.t_a <= seconds)
    return later.join(earlier, [*keys, "shelf", *close]).select("a", "b")

"""`same_link`: two wordings around one link, image or URL: by one account, or in one community.

Where the corpus says itself which of two did better (the tweet pairs of Tan, Lee and Pang 2014), its labels are taken.
"""

from __future__ import annotations

from data_prep.engine import Table
from data_prep.pairing import near

STATED_P_BETTER = 0.9
"""Where a corpus gives a label and no counts, this is how sure we say we are of it."""


def candidates(posts: Table) -> Table:
    """Every two different wordings that one account put round one link, or one community round one URL.

    Args:
        posts: n, t, account, community, content_key and folded of dated posts.

    Returns:
        a (earlier), b (later).
    """
    linked = posts.filter(posts.content_key.notnull())
    own = near(linked.filter(linked.account.notnull()), ["account", "content_key"], None)
    shared = near(linked.filter(linked.community.notnull()), ["community", "content_key"], None)
    found = own.union(shared).distinct()
    return different(found, posts)


def labelled(labels: Table, posts: Table) -> Table:
    """A candidate for each two posts that a label compares, if both were kept and their words differ.

    Two labels of the same two posts give one (of the file that is held out, where one of them is); labels that
    contradict each other give none.

    Args:
        labels: worse_id, better_id, file.
        posts: n, post_id and folded.

    Returns:
        a, b (a < b), file, label (1: b did better, -1: a did).
    """
    import ibis

    worse = posts.select(worse_id="post_id", worse="n")
    better = posts.select(better_id="post_id", better="n")
    both = labels.join(worse, "worse_id").join(better, "better_id")
    both = both.filter(both.worse != both.better)
    rank = ibis.cases((both.file == "test", "0"), (both.file == "validation", "1"), else_="2") + both.file
    sided = both.select(
        a=ibis.least(both.worse, both.better),
        b=ibis.greatest(both.worse, both.better),
        label=ibis.ifelse(both.better > both.worse, 1, -1),
        rank=rank,
    )
    found = sided.group_by(["a", "b"]).aggregate(
        file=sided["rank"].min(), label=sided.label.min(), other=sided.label.max()
    )
    found = found.filter(found.label == found.other)
    return different(found.select("a", "b", file=found.file.substr(1), label=found.label), posts)


def different(pairs: Table, posts: Table) -> Table:
    """Pairs whose words differ after folding."""
    one = posts.select(a="n", folded_a="folded")
    two = posts.select(b="n", folded_b="folded")
    both = pairs.join(one, "a").join(two, "b")
    return both.filter(both.folded_a != both.folded_b).select(*pairs.columns)

"""`neighbour`: two posts of one account, near in time and alike in meaning.

After PersuasionBench (Singh et al. 2024, arXiv:2410.02653): same account, close in time, similar, engagement at least
40% apart. The similarity here is lexical (cosine of tf-idf over the stems of content words), which needs no model.
"""

from __future__ import annotations

from data_prep.engine import Table
from data_prep.pairing import near

_WEIGHT = 1000
"""Units of an idf in fixed point."""


def candidates(posts: Table, weights: Table, *, max_hours: float, least_similar: float, most_similar: float) -> Table:
    """Every two near posts of one account that are alike enough and no copies of each other.

    Args:
        posts: n, t, account, folded and words of those that have an account, a time and counts.
        weights: of words, as `vocabulary` has them.
        max_hours: at most this far apart.
        least_similar: cosine of tf-idf vectors, at least.
        most_similar: below this; above it two posts are copies and differ by chance alone.

    Returns:
        a, b, similar.
    """
    close = near(posts, ["account"], round(max_hours * 3600))
    one = posts.select(a="n", words_a="words", folded_a="folded")
    two = posts.select(b="n", words_b="words", folded_b="folded")
    both = close.join(one, "a").join(two, "b")
    both = both.filter(both.folded_a != both.folded_b)
    shared = both.select("a", "b", word=both.words_a.intersect(both.words_b).unnest())
    sums = shared.join(weights, "word").group_by(["a", "b"]).aggregate(shared=weights.weight.sum())
    lengths = norms(posts, weights)
    sized = sums.join(lengths.select(a="n", norm_a="norm"), "a").join(lengths.select(b="n", norm_b="norm"), "b")
    similar = sized.shared.cast("float64") / (sized.norm_a.cast("float64") * sized.norm_b.cast("float64")).sqrt()
    found = sized.select("a", "b", similar=similar)
    return found.filter((found.similar >= least_similar) & (found.similar < most_similar))


def vocabulary(posts: Table) -> Table:
    """word, weight: the squared idf (1 + ln((1 + posts) / (1 + posts with the word))) of words that tell posts apart.

    In a corpus of more than 100 posts a word must stand in two posts and in no more than a fifth of them. No outcome
    enters it. The weight is an integer, so that sums do not depend on their order.
    """
    import ibis

    told = posts.select(word=posts.words.unnest()).group_by("word").aggregate(times=ibis._.count())
    size = posts.aggregate(posts=posts.count())
    both = told.cross_join(size)
    large = both.posts > 100
    both = both.filter(~large | ((both.times >= 2) & (both.times * 5 <= both.posts)))
    idf = ((both.posts + 1.0) / (both.times + 1.0)).ln() + 1.0
    return both.select("word", weight=(idf * idf * _WEIGHT).round().cast("int64"))


def norms(posts: Table, weights: Table) -> Table:
    """n, norm: the squared length of each post's tf-idf vector, in the units of `vocabulary`."""
    told = posts.select("n", word=posts.words.unnest()).join(weights, "word")
    return told.group_by("n").aggregate(norm=told.weight.sum())

"""Rows of all parts -> one numbered corpus: one post an id, fair tests only. Expressions; they run on any engine."""

from __future__ import annotations

from data_prep.engine import Table, place
from data_prep.records import COUNTS
from data_prep.traits import NO_WORDS

_TOLD = ("text", "content_key", "media", "thread", "alt", "lang", "community", "platform", "source", "intents")
_EXACT = 1000
"""Units of an impression squared in fixed point."""
LEAST_P = 0.01
"""Tests whose impressions are spread less evenly than this are not randomised as they should be."""


def ranked(rows: Table) -> Table:
    """Rows with `copy`: 0 for the one that is kept of each post id, and 1 and more for its repetitions.

    The posting with the highest counts was read off last and is kept; what comes after decides ties, so that the order
    of the input does not.
    """
    import ibis

    repeated = rows.group_by("post_id").aggregate(times=rows.count()).filter(ibis._.times > 1)
    many = rows.semi_join(repeated, "post_id")
    order = [ibis.desc(many[name].fill_null(-1)) for name in COUNTS]
    order += [ibis.desc(many["collected_at"].fill_null(-1)), many["posted_at"].fill_null(-1)]
    order += [many[name].fill_null("") for name in _TOLD]
    order += [many["reply"].fill_null(False).ifelse(1, 0), many["file"], many["row"]]
    copies = many.mutate(copy=ibis.row_number().over(group_by="post_id", order_by=order))
    once = rows.anti_join(repeated, "post_id").mutate(copy=ibis.literal(0, "int64"))
    return once.union(copies)


def with_fair_tests(rows: Table, arms_at_most: int = 200) -> Table:
    """Rows with `unfair`: null, or why a row of an A/B test cannot be compared (`sample_ratio`, `no_image`).

    A test (`content_key`) whose impressions fail the chi-square test of equal shares (p < 0.01) leaves as a whole;
    tests of more than `arms_at_most` arms too. Where a test, or nine in ten arms of the corpus, names the
    image (`media`), an arm without one has nothing to be compared with.
    """
    import ibis

    shown = rows.filter(rows.content_key.notnull() & rows.impressions.notnull())
    sizes = shown.group_by("content_key").aggregate(arms=shown.count(), total=shown.impressions.sum().cast("float64"))
    spread = shown.join(sizes, "content_key")
    miss = (spread.impressions.cast("float64") * spread.arms - spread.total) / spread.arms
    exact = (miss * miss * _EXACT).round().cast("int64")
    statistics = spread.group_by(["content_key", "arms", "total"]).aggregate(squares=exact.sum())
    statistic = statistics.squares.cast("float64") / _EXACT * statistics.arms / statistics.total
    uneven = statistic > _critical(statistics.arms, arms_at_most)
    unfair = statistics.filter((statistics.total == 0) | ((statistics.arms > 1) & uneven))
    unfair = unfair.select(unfair_key=unfair.content_key)
    named = rows.filter(rows.content_key.notnull() & rows.media.notnull())
    named = named.group_by("content_key").aggregate(images=named.count()).rename(image_key="content_key")
    marked = rows.left_join(unfair, rows.content_key == unfair.unfair_key)
    arms = rows.filter(rows.content_key.notnull())
    usual = arms.aggregate(arms_in_all=arms.count(), pictured=arms.media.count())
    marked = marked.left_join(named, marked.content_key == named.image_key).cross_join(usual)
    expected = marked.images.notnull() | (marked.pictured * 10 >= marked.arms_in_all * 9)
    reason = ibis.cases(
        (marked.unfair_key.notnull(), "sample_ratio"),
        (expected & marked.content_key.notnull() & marked.media.isnull(), "no_image"),
        else_=ibis.null("string"),
    )
    return marked.mutate(unfair=reason).drop("unfair_key", "images", "image_key", "arms_in_all", "pictured")


def numbered(rows: Table) -> Table:
    """Kept rows with numbers to join by (`n`, `account`, `content`, `same`) and times in seconds (`t`, `collected`).

    `n` is 0, 1, ... in the order of post ids; `account`, `content` and `same` are the smallest `n` of the same
    author, the same content key and the same words (null where there is none). Nothing here depends on the author key.
    """
    import ibis

    number = ibis.row_number().over(order_by="post_id").cast("int64")
    counted = rows.mutate(n=number, t=rows.posted_at, collected=rows.collected_at)
    for key, code in (("author_id", "account"), ("content_key", "content"), ("folded", "same")):
        known = counted.filter(counted[key].notnull() & (counted.folded != NO_WORDS if key == "folded" else True))
        firsts = known.group_by(key).aggregate(first=known.n.min()).rename(key_of_first=key)
        joined = counted.left_join(firsts, counted[key] == firsts.key_of_first)
        counted = joined.mutate(**{code: joined["first"]}).drop("key_of_first", "first")
    return counted


def copies(posts: Table) -> Table:
    """a, b (a < b): posts that say nearly the same in nearly the same words.

    Equal after folding, or sets of 4-word shingles with a Jaccard index of at least 0.7 (Broder 1997). Two such sets
    have an element in common among the smallest size - ceil(0.7 size) + 1 of each (prefix filtering; Chaudhuri et al.
    2006), so only those propose candidates, and none is lost. Shingles that more than 50 texts begin with are phrases.

    Args:
        posts: n, folded and shingles.
    """
    posts = posts.filter(posts.folded != NO_WORDS)
    firsts = posts.group_by("folded").aggregate(first=posts.n.min())
    same = posts.join(firsts, "folded")
    equal = same.filter(same.n != same["first"]).select(a="first", b="n")
    kept = same.filter(same.n == same["first"]).select("n", "shingles")
    size = kept.shingles.length()
    begins = kept.select("n", shingle=kept.shingles[: place(size - (7 * size + 9) // 10 + 1)].unnest())
    told = begins.group_by("shingle").aggregate(times=begins.count())
    usual = told.filter((told.times > 1) & (told.times <= 50)).select(usual="shingle")
    begins = begins.join(usual, begins.shingle == usual.usual).select("n", "shingle")
    one, two = begins.select(mine="shingle", a="n"), begins.select(other="shingle", b="n")
    proposed = one.join(two, [one.mine == two.other, one.a < two.b]).select("a", "b").distinct()
    sets = proposed.join(kept.select(a="n", mine="shingles"), "a").join(kept.select(b="n", other="shingles"), "b")
    both = sets.mine.intersect(sets.other).length()
    near = sets.filter(both * 10 >= (sets.mine.length() + sets.other.length() - both) * 7)
    return equal.union(near.select("a", "b"))


def _critical(arms: Table, most: int) -> Table:
    """Chi-square that so many arms exceed with probability `LEAST_P`; 0 beyond `most` arms."""
    import ibis
    from scipy.stats import chi2

    values = [float("inf"), float("inf"), *(float(chi2.isf(LEAST_P, count - 1)) for count in range(2, most + 1))]
    return ibis.ifelse(arms <= most, ibis.array(values)[place(ibis.least(arms, most))], 0.0)

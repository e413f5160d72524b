"""`ab_test`: two wordings that a test showed to random visitors under the same image."""

from __future__ import annotations

from data_prep.engagement import log_rate
from data_prep.engine import Table
from data_prep.pairing.same_link import different


def candidates(posts: Table) -> Table:
    """Every two different wordings of one test (`content_key`) and image (`media`) that were shown and counted.

    Args:
        posts: n, content_key, media, impressions, clicks and folded.

    Returns:
        a, b (a < b), gap (log rate of b less that of a, nats) and noise (its variance). Equal rates give no pair, nor
        do rates so uncertain that smoothing turns them round.
    """
    import ibis

    counted = posts.clicks.notnull() & (posts.impressions >= ibis.greatest(posts.clicks, 1))
    arms = posts.filter(posts.content_key.notnull() & counted.fill_null(False))
    rate, noise = log_rate(arms.clicks, arms.impressions)
    arms = arms.mutate(rate=rate, noise=noise, image=arms.media.fill_null(""))
    raw = arms.clicks.cast("float64") / arms.impressions
    arms = arms.mutate(raw=raw)
    one = arms.select("content_key", "image", a="n", rate_a="rate", noise_a="noise", raw_a="raw")
    two = arms.select("content_key", "image", b="n", rate_b="rate", noise_b="noise", raw_b="raw")
    both = one.join(two, ["content_key", "image", one.a < two.b])
    agree = (both.rate_b - both.rate_a) * (both.raw_b - both.raw_a) > 0  # smoothing alone decides nothing
    both = both.filter(agree)
    return different(both.select("a", "b", gap=both.rate_b - both.rate_a, noise=both.noise_a + both.noise_b), posts)

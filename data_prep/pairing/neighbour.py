"""`neighbour`: two posts of one account, near in time and alike in meaning, of which one did clearly better.

After PersuasionBench (Singh et al. 2024, arXiv:2410.02653): same account, close in time, similar, engagement at least
40% apart. The similarity here is lexical (cosine of tf-idf over words), which needs no model.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from data_prep.engagement import effect_variance, engagement, gap, posterior, repeat_noise
from data_prep.pairing import Match
from data_prep.records import Post
from virality.progress import bar
from virality.text.normalise import fold


def pair(
    posts: Sequence[Post],
    *,
    max_hours: float,
    least_similar: float,
    most_similar: float,
    least_gap: float,
    per_post: int,
) -> list[Match]:
    """The nearest earlier neighbours of each post that did clearly better or worse.

    Args:
        posts: of any number of accounts; those without account, time or counts are passed over.
        max_hours: at most this far apart.
        least_similar: cosine of tf-idf vectors, at least.
        most_similar: below this; above it two posts are copies and differ by chance alone.
        least_gap: difference of mean log engagement in nats, at least (log 1.4 = 40%).
        per_post: at most this many neighbours a post, the most similar ones.

    Returns:
        Matches with `lift` and `p_better` shrunk by the noise that repeated posts of the accounts show.
    """
    dated = [post for post in posts if post.posted_at and post.author_id and engagement(post) is not None]
    if len(dated) < 2:
        return []
    noise = repeat_noise(dated, max_hours)
    near, gaps = [], []
    for one, two, similar in _neighbours(dated, max_hours, least_similar, most_similar):
        if (difference := gap(one, two)) is not None:
            near.append((one, two, similar))
            gaps.append(difference)
    spread = sum(each * each for each in gaps) / max(len(gaps), 1)
    noise = noise if noise is not None else spread / 2
    effect = effect_variance(gaps, [noise] * len(gaps))
    chosen: list[Match] = []
    for _, group in itertools.groupby(zip(near, gaps, strict=True), key=lambda item: item[0][0].post_id):
        clear = [(similar, one, two, each) for (one, two, similar), each in group if abs(each) >= least_gap]
        clear.sort(key=lambda item: (-item[0], item[2].post_id))
        for _, one, two, each in clear[:per_post]:
            worse, better = (one, two) if each < 0 else (two, one)
            belief = posterior(abs(each), noise, effect)
            chosen.append(
                Match(
                    kind="neighbour",
                    worse=worse,
                    better=better,
                    lift=belief.lift,
                    p_better=belief.p_better,
                    hours_apart=abs(_seconds(one) - _seconds(two)) / 3600,
                )
            )
    return chosen


def _seconds(post: Post) -> float:
    return post.posted_at.timestamp() if post.posted_at is not None else 0.0


def _neighbours(posts: list[Post], max_hours: float, least: float, most: float) -> Iterator[tuple[Post, Post, float]]:
    """(post, earlier post, similarity) for all near ones, in the order of (account, time, id)."""
    import numpy as np

    vectors = _vectors([post.text for post in posts])
    accounts: defaultdict[str, list[int]] = defaultdict(list)
    for at, post in enumerate(posts):
        accounts[post.author_id or ""].append(at)
    ordered = [sorted(ats, key=lambda at: (posts[at].posted_at, posts[at].post_id)) for ats in accounts.values()]
    ordered.sort(key=lambda ats: (posts[ats[0]].posted_at, posts[ats[0]].post_id))
    for ats in bar(ordered, "neighbours", unit="accounts") if len(ordered) > 1 else ordered:
        times = np.asarray([_seconds(posts[at]) for at in ats])
        mine = vectors[ats]
        first = np.searchsorted(times, times - max_hours * 3600, side="left")
        steps = range(1, len(ats))
        for place in bar(steps, "neighbours", unit="posts") if len(ats) > 5000 else steps:
            begin = int(first[place])
            if begin == place:
                continue
            similar = (mine[begin:place] @ mine[place].T).toarray().ravel()
            for offset in np.flatnonzero((similar >= least) & (similar < most)):
                yield posts[ats[place]], posts[ats[begin + int(offset)]], float(similar[offset])


def _vectors(texts: list[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(
        preprocessor=fold, token_pattern=r"\S+", sublinear_tf=True, min_df=2 if len(texts) > 100 else 1,
        max_df=0.2 if len(texts) > 100 else 1.0,
    )  # fmt: skip
    try:
        return vectoriser.fit_transform(texts).tocsr()
    except ValueError:  # no word is left: posts of links and handles alone
        from scipy.sparse import csr_matrix

        return csr_matrix((len(texts), 1))

"""`same_link`: two wordings of one account around one link, with the corpus's own label of which did better."""

from __future__ import annotations

from collections.abc import Sequence

from data_prep.pairing import Match
from data_prep.records import Post
from data_prep.sources import Label
from virality.text.normalise import fold

STATED_P_BETTER = 0.9
"""Where a corpus gives a label and no counts, this is how sure we say we are of it."""


def pair(posts: Sequence[Post], labels: Sequence[Label]) -> list[Match]:
    """A match for each label whose two posts were kept; lift is not known and the weight is 1.

    Two labels of the same two posts give one match; labels that contradict each other give none.
    """
    by_id = {post.post_id: post for post in posts}
    found: dict[tuple[str, str], Match | None] = {}
    for label in labels:
        worse, better = by_id.get(label.worse_id), by_id.get(label.better_id)
        if worse is None or better is None or fold(worse.text) == fold(better.text):
            continue
        if (label.better_id, label.worse_id) in found:
            found[label.better_id, label.worse_id] = None
            continue
        match = Match(kind="same_link", worse=worse, better=better, p_better=STATED_P_BETTER, file=label.file)
        found.setdefault((label.worse_id, label.better_id), match)
    return [match for match in found.values() if match is not None]

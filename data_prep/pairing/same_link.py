"""`same_link`: two wordings of one account around one link, with the corpus's own label of which did better."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from data_prep.pairing import Match
from data_prep.records import Post
from data_prep.sources import Label
from virality.text.normalise import fold

STATED_P_BETTER = 0.9
"""Where a corpus gives a label and no counts, this is how sure we say we are of it."""
_HELD_OUT = {"test": 0, "validation": 1}


def pair(posts: Sequence[Post], labels: Sequence[Label]) -> list[Match]:
    """A match for each label whose two posts were kept; lift is not known and the weight is 1.

    Two labels of the same two posts give one match (of the file that is held out, where one of them is); labels that
    contradict each other give none.
    """
    by_id = {post.post_id: post for post in posts}
    files: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for label in labels:
        worse, better = by_id.get(label.worse_id), by_id.get(label.better_id)
        if worse is not None and better is not None and fold(worse.text) != fold(better.text):
            files[worse.post_id, better.post_id].add(label.file)
    return [
        Match(
            kind="same_link",
            worse=by_id[worse_id],
            better=by_id[better_id],
            p_better=STATED_P_BETTER,
            file=min(mine, key=lambda file: (_HELD_OUT.get(file, 9), file)),
        )
        for (worse_id, better_id), mine in files.items()
        if (better_id, worse_id) not in files
    ]

"""The work of this room on plain values: rows -> posts -> matches -> pairs in splits."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_prep import filters, privacy
from data_prep.engagement import engagement
from data_prep.pairing import Match, ab_test, neighbour, paraphrase, same_link
from data_prep.records import MEASURED, Dropped, Pair, Post
from data_prep.sources import Label, Read, labelled_pairs, table, upworthy
from data_prep.sources.table import identifier
from data_prep.splits import Placed
from virality.errors import ViralityError
from virality.gates import Context, gates_hash, keeps_facts
from virality.progress import bar

Reader = Callable[..., Read]

READERS: dict[str, Reader] = {"table": table.read, "labelled_pairs": labelled_pairs.read, "upworthy": upworthy.read}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Posts that are kept, posts that are not, and the corpus's own labels. rows = kept + dropped."""

    posts: list[Post]
    dropped: list[Dropped]
    labels: list[Label]


def read(
    kind: str,
    files: list[Path],
    *,
    columns: Mapping[str, str],
    source: str,
    platform: str | None,
    rights: str,
    account: str | None = None,
) -> Corpus:
    """All rows of `files` as posts, authors hashed, e-mail addresses and phone numbers masked.

    Raises:
        ViralityError: a file is missing or damaged, lacks a column, or there is no row.
    """
    found = READERS[kind](files, columns, source=source, platform=platform, rights=rights)
    if found.rows == 0:
        raise ViralityError(f"path: {', '.join(map(str, files))}: an empty corpus, there is no row in it")
    key = privacy.author_key()
    first: dict[str, Post] = {}
    for post in sorted(found.posts, key=_latest_first):  # whatever the order of rows, the same one is kept
        first.setdefault(post.post_id, post)
    unique = [post for post in found.posts if first[post.post_id] is post]
    repeated = [Dropped(post, "repeated_id") for post in found.posts if first[post.post_id] is not post]
    dropped = [Dropped(_hidden(drop.post, account, key), drop.reason) for drop in [*found.dropped, *repeated]]
    if found.rows != len(unique) + len(dropped):
        raise ValueError(f"{found.rows} rows read, {len(unique)} kept and {len(dropped)} dropped do not add up")
    return Corpus([_hidden(post, account, key) for post in unique], dropped, found.labels)


def keep(corpus: Corpus, *, min_words: int, max_characters: int, replies: bool, reposts: bool) -> Corpus:
    """The corpus with what the filters refuse moved to `dropped`."""
    posts, dropped = [], list(corpus.dropped)
    for post in corpus.posts:
        reason = filters.drop_reason(
            post, min_words=min_words, max_characters=max_characters, replies=replies, reposts=reposts
        )
        if reason is None:
            posts.append(post)
        else:
            dropped.append(Dropped(post, reason))
    if not posts:
        reasons = ", ".join(f"{reason} {n}" for reason, n in Counter(drop.reason for drop in dropped).most_common())
        raise ViralityError(
            f"filters: no post is left of {len(dropped)} ({reasons}); loosen filters, or check source.columns"
        )
    return Corpus(posts, dropped, corpus.labels)


def measured(corpus: Corpus, kinds: Sequence[str], **mining: Any) -> list[Match]:
    """Matches of the measured kinds among `kinds`, sorted by the ids of their posts; none where none is asked for.

    Raises:
        ViralityError: measured kinds are asked for and there is no pair of them.
    """
    found: list[Match] = []
    if "ab_test" in kinds:
        found += ab_test.pair(corpus.posts)
    if "same_link" in kinds:
        found += same_link.pair(corpus.posts, corpus.labels)
    if "neighbour" in kinds:
        found += neighbour.pair(corpus.posts, **mining)
    if not found and set(kinds) & set(MEASURED):
        raise ViralityError(
            f"pairs: no pair in {len(corpus.posts)} posts for pairs.kinds = {', '.join(kinds)}; "
            f"{_why_no_pair(corpus.posts, kinds)}"
        )
    return sorted(found, key=lambda match: (match.kind, match.worse.post_id, match.better.post_id))


def pairs_of(
    matches: Sequence[Match], placed: Placed, restated: Sequence[Post], *, best: float, seed: int
) -> list[Pair]:
    """Measured pairs in their splits, and paraphrase pairs (always `train`) from the good ones among `restated`.

    Args:
        matches: measured ones.
        placed: their components and splits.
        restated: posts that may be restated (`held_out.open_posts`); none for no paraphrase pairs.
        best: share of an account's posts that counts as good.
        seed: of the choice of rules.

    Raises:
        ViralityError: no pair came of it.
    """
    context_hash = gates_hash(Context())
    out = [
        _pair(match, component, split, context_hash)
        for match, component, split in zip(
            bar(matches, "gates", unit="pairs"), placed.components, placed.splits, strict=True
        )
        if split is not None
    ]
    made = paraphrase.pair(
        list(bar(restated, "restating", unit="posts")) if restated else [],
        lambda draft, post: keeps_facts(draft, post, Context()),
        best=best,
        seed=seed,
        winners=frozenset(pair.better_id for pair in out if pair.split == "train"),
    )
    component = {post_id: pair.component for pair in out for post_id in (pair.worse_id, pair.better_id)}
    out += [
        _pair(match, component.get(match.better.post_id, identifier(match.better.post_id)), "train", context_hash)
        for match in made
    ]
    if not out:
        raise ViralityError("pairs: no pair came of this corpus; pairs.kinds, pairs.best and splits.mode decide")
    return out


def corpus_facts(corpus: Corpus, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Counts for the data sheet: rows by reason, languages, rights, pairs by kind and split, faithful shares."""
    by_kind: dict[str, Counter[str]] = {}
    for pair in pairs:
        by_kind.setdefault(pair.kind, Counter())[pair.split] += 1
    languages = Counter(post.lang or "unknown" for post in corpus.posts)
    return {
        "rows": len(corpus.posts) + len(corpus.dropped),
        "kept": len(corpus.posts),
        "dropped": dict(Counter(drop.reason for drop in corpus.dropped).most_common()),
        "accounts": len({post.author_id for post in corpus.posts if post.author_id}),
        "languages": dict(languages.most_common()),
        "rights": dict(Counter(post.rights for post in corpus.posts)),
        "pairs": {kind: dict(counts) for kind, counts in by_kind.items()},
        "faithful": {kind: sum(pair.faithful for pair in pairs if pair.kind == kind) for kind in by_kind},
    }


def _hidden(post: Post, account: str | None, key: bytes) -> Post:
    name = post.author_id or account
    author = privacy.hash_author(name, key) if name is not None else None
    alt = privacy.mask(post.alt) if post.alt is not None else None
    return dataclasses.replace(post, author_id=author, text=privacy.mask(post.text), alt=alt)


def _latest_first(post: Post) -> tuple[Any, ...]:
    """Order of postings with one id: the one with the highest counts was read off last."""
    counts = [-1 if (value := getattr(post, name)) is None else value for name in table.COUNTS]
    return post.post_id, [-value for value in counts], post.text, str(post.posted_at), str(post.author_id)


def _pair(match: Match, component: str, split: str, context_hash: str) -> Pair:
    worse, better, draft = match.worse, match.better, match.draft
    restated = match.kind == "paraphrase"
    return Pair(
        pair_id=identifier(match.kind, worse.post_id, better.post_id),
        kind=match.kind,
        component=component,
        split=split,
        author_id=better.author_id,
        lang=better.lang,
        platform=better.platform,
        rights=better.rights,
        worse_id=f"{worse.post_id}:plain" if restated else worse.post_id,
        better_id=better.post_id,
        worse=draft if restated and draft is not None else worse.text,
        better=better.text,
        draft=draft,
        lift=match.lift,
        p_better=match.p_better,
        p_value=match.p_value,
        trials_worse=match.trials[0] if match.trials else None,
        successes_worse=match.successes[0] if match.successes else None,
        trials_better=match.trials[1] if match.trials else None,
        successes_better=match.successes[1] if match.successes else None,
        hours_apart=match.hours_apart,
        weight=match.weight,
        faithful=restated or keeps_facts(worse.text, better.text, Context()),
        gates_hash=context_hash,
    )


_NEEDED = {
    "ab_test": ("content_key", "impressions", "clicks"),
    "same_link": (),
    "neighbour": ("posted_at", "account", "counts"),
}
_WAY_OUT = {
    "ab_test": "no test shows two different wordings with different rates under one image",
    "same_link": "no label is of two posts that were kept and differ",
    "neighbour": "none are near enough in time, alike enough and far enough apart in engagement (pairs.max_hours, "
    "pairs.least_similar, pairs.least_gap)",
}


def _why_no_pair(posts: Sequence[Post], kinds: Sequence[str]) -> str:
    lacks = {
        "content_key": sum(post.content_key is None for post in posts),
        "impressions": sum(not post.impressions for post in posts),
        "clicks": sum(post.clicks is None for post in posts),
        "posted_at": sum(post.posted_at is None for post in posts),
        "account": sum(post.author_id is None for post in posts),
        "counts": sum(engagement(post) is None for post in posts),
    }
    reasons: list[str] = []
    for kind in (kind for kind in kinds if kind in _NEEDED):
        named = [f"{lacks[name]} posts have no {name}" for name in _NEEDED[kind] if lacks[name]]
        reasons.append(f"{kind}: {', '.join(named) or _WAY_OUT[kind]}")
    return "; ".join(reasons)

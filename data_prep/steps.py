"""The work of this room on plain values: rows -> posts -> matches -> pairs in splits."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_prep import filters, privacy
from data_prep.pairing import Match, ab_test, neighbour, paraphrase, same_link
from data_prep.records import Dropped, Pair, Post
from data_prep.sources import Label, Read, labelled_pairs, table, upworthy
from data_prep.sources.table import identifier
from data_prep.splits import Placed
from virality.errors import ViralityError
from virality.gates import Context, gates_hash, keeps_facts
from virality.progress import bar
from virality.text.normalise import fold

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
    posts = [_hidden(post, account, key) for post in found.posts]
    dropped = [Dropped(_hidden(drop.post, account, key), drop.reason) for drop in found.dropped]
    unique: dict[str, Post] = {}
    for post in posts:
        if post.post_id in unique:
            dropped.append(Dropped(post, "repeated_id"))
        else:
            unique[post.post_id] = post
    if found.rows != len(unique) + len(dropped):
        raise ValueError(f"{found.rows} rows read, {len(unique)} kept and {len(dropped)} dropped do not add up")
    return Corpus(list(unique.values()), dropped, found.labels)


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
        raise ViralityError(f"filters: no post is left of {len(dropped)} ({reasons}); loosen the filters")
    return Corpus(posts, dropped, corpus.labels)


def measured(corpus: Corpus, kinds: Sequence[str], **mining: Any) -> list[Match]:
    """Matches of the measured kinds among `kinds`, sorted by the ids of their posts.

    Raises:
        ViralityError: there is none.
    """
    found: list[Match] = []
    if "ab_test" in kinds:
        found += ab_test.pair(corpus.posts)
    if "same_link" in kinds:
        found += same_link.pair(corpus.posts, corpus.labels)
    if "neighbour" in kinds:
        found += neighbour.pair(corpus.posts, **mining)
    if not found:
        raise ViralityError(
            f"pairs: no pair in {len(corpus.posts)} posts for pairs.kinds = {', '.join(kinds)}; "
            f"{_why_no_pair(corpus.posts, kinds)}"
        )
    return sorted(found, key=lambda match: (match.kind, match.worse.post_id, match.better.post_id))


def pairs_of(
    matches: Sequence[Match], placed: Placed, posts: Sequence[Post], *, best: float, seed: int, restate: bool
) -> list[Pair]:
    """Measured pairs in their splits and, with `restate`, paraphrase pairs from posts that no later split knows."""
    context_hash = gates_hash(Context())
    out = [
        _pair(match, component, split, context_hash)
        for match, component, split in zip(
            bar(matches, "gates", unit="pairs"), placed.components, placed.splits, strict=True
        )
        if split is not None
    ]
    if not restate:
        return out
    held_out = {post_id for pair in out if pair.split != "train" for post_id in (pair.worse_id, pair.better_id)}
    winners = frozenset(pair.better_id for pair in out if pair.split == "train")
    known_texts = {fold(text) for pair in out if pair.split != "train" for text in (pair.worse, pair.better)}
    open_posts = [
        post for post in _before_test(posts, out) if post.post_id not in held_out and fold(post.text) not in known_texts
    ]
    made = paraphrase.pair(
        list(bar(open_posts, "restating", unit="posts")),
        lambda draft, post: keeps_facts(draft, post, Context()),
        best=best,
        seed=seed,
        winners=winners,
    )
    component = {post_id: pair.component for pair in out for post_id in (pair.worse_id, pair.better_id)}
    return out + [
        _pair(match, component.get(match.better.post_id, identifier(match.better.post_id)), "train", context_hash)
        for match in made
    ]


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
    text = privacy.mask(post.text)
    if author == post.author_id and text == post.text:
        return post
    return dataclasses.replace(post, author_id=author, text=text)


def _before_test(posts: Sequence[Post], pairs: Sequence[Pair]) -> list[Post]:
    """Posts from before the first test pair of their account; all where the test is not a later time."""
    dated = {post.post_id: post.posted_at for post in posts}
    sides = [(pair, post_id) for pair in pairs for post_id in (pair.worse_id, pair.better_id)]
    tests = [time for pair, post_id in sides if pair.split == "test" and (time := dated.get(post_id)) is not None]
    trains = [time for pair, post_id in sides if pair.split == "train" and (time := dated.get(post_id)) is not None]
    if not tests or not trains or max(trains) >= min(tests):
        return list(posts)
    return [post for post in posts if post.posted_at is not None and post.posted_at < min(tests)]


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


def _why_no_pair(posts: Sequence[Post], kinds: Sequence[str]) -> str:
    lacks = {
        "posted_at": sum(post.posted_at is None for post in posts),
        "an account": sum(post.author_id is None for post in posts),
        "counts": sum(
            all(count is None for count in (post.likes, post.reposts, post.replies, post.clicks)) for post in posts
        ),
        "impressions": sum(not post.impressions for post in posts),
    }
    needed = ("impressions",) if "ab_test" in kinds else ("posted_at", "an account", "counts")
    named = [f"{lacks[name]} posts have no {name.removeprefix('an ')}" for name in needed if lacks[name]]
    return "; ".join(named) or "none are near enough in time and alike enough (pairs.max_hours, pairs.least_similar)"

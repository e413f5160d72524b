"""What this room makes: posts, dropped posts and pairs, with the arrow schemas they are kept in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("ab_test", "same_link", "neighbour", "paraphrase", "judged")
MEASURED = ("ab_test", "same_link", "neighbour")
"""Kinds whose label people made by reading: scorers and judges learn from these alone."""

ACTIONS = ("likes", "replies", "reposts", "quotes", "shares", "saves", "clicks")
"""What people do with a post, as it is counted."""

COUNTS = ("impressions", "followers", *ACTIONS)

SPLITS = ("train", "judge", "validation", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as it was published. Null is 'hidden' or 'not counted', never zero."""

    post_id: str
    source: str
    platform: str | None = None
    community: str | None = None
    author_id: str | None = None
    """Keyed hash of the account; None where the source has no accounts."""
    text: str
    """NFC."""
    alt: str | None = None
    """Description of the post's media."""
    lang: str | None = None
    posted_at: dt.datetime | None = None
    """UTC."""
    collected_at: dt.datetime | None = None
    reply: bool | None = None
    thread: str | None = None
    content_key: str | None = None
    """Link, image or test that posts have in common."""
    impressions: int | None = None
    followers: int | None = None
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    quotes: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None
    media: str | None = None
    rights: str
    """Rights basis: own_export, opt_in, own_ab_test, licence:<SPDX>, consent, x_api or unknown."""
    intents: str | None = None
    """JSON of what the account states about the use of its posts (Bluesky proposal 0008)."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row that was read and not kept, and why.

    Fields:
        post: what could be read of it; empty text where nothing could, or where it may not be kept.
        reason: a word that reads after 'dropped because'.
        file, row: where it stands; rows are counted from 1 (a header is not a row).
        field, value: what is wrong with it, where one field is; the value cut to 200 characters.
    """

    post: Post
    reason: str
    file: str | None = None
    row: int | None = None
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two wordings, and how sure it is that `better` does better."""

    pair_id: str
    kind: str
    component: str
    """The unit of splitting and of clustered intervals."""
    split: str
    author_id: str | None = None
    lang: str | None = None
    platform: str | None = None
    rights: str
    worse_id: str
    better_id: str
    worse: str
    better: str
    draft: str | None = None
    """What the writer is given; None for measured kinds."""
    lift: float | None = None
    """Expected log ratio of engagement, shrunk, in nats (0.69 = twice); None = not known."""
    difference: float | None = None
    """Observed log ratio of engagement after control, not shrunk, in nats: unbiased where `lift` is cautious."""
    p_better: float | None = None
    """Posterior probability that `better` does better; None for paraphrase pairs."""
    p_value: float | None = None
    """Of the test that the two rates are equal; None where nothing was counted."""
    trials_worse: int | None = None
    successes_worse: int | None = None
    trials_better: int | None = None
    successes_better: int | None = None
    hours_apart: float | None = None
    """Time of `better` less time of `worse`: negative where the better one came first."""
    weight: float
    faithful: bool
    """`better` passes the fact gates against `worse` (or the draft)."""
    gates_hash: str


def _dictionary() -> Any:
    import pyarrow as pa

    return pa.dictionary(pa.int32(), pa.string())


def _post_fields() -> list[Any]:
    import pyarrow as pa

    time = pa.timestamp("s", tz="UTC")
    return [
        pa.field("post_id", pa.string(), nullable=False),
        pa.field("source", _dictionary(), nullable=False),
        pa.field("platform", _dictionary()),
        pa.field("community", _dictionary()),
        pa.field("author_id", pa.string()),
        pa.field("text", pa.string(), nullable=False),
        pa.field("alt", pa.string()),
        pa.field("lang", _dictionary()),
        pa.field("posted_at", time),
        pa.field("collected_at", time),
        pa.field("reply", pa.bool_()),
        pa.field("thread", pa.string()),
        pa.field("content_key", pa.string()),
        *(pa.field(name, pa.int64()) for name in COUNTS),
        pa.field("media", _dictionary()),
        pa.field("rights", _dictionary(), nullable=False),
        pa.field("intents", pa.string()),
    ]


def post_schema() -> pa.Schema:
    """Schema of posts.parquet."""
    import pyarrow as pa

    return pa.schema(_post_fields())


def dropped_schema() -> pa.Schema:
    """Schema of dropped.parquet: a post, the reason and the place."""
    import pyarrow as pa

    return pa.schema(
        [
            *_post_fields(),
            pa.field("reason", _dictionary(), nullable=False),
            pa.field("file", _dictionary()),
            pa.field("row", pa.int64()),
            pa.field("field", _dictionary()),
            pa.field("value", pa.string()),
        ]
    )


def pair_schema() -> pa.Schema:
    """Schema of pairs.parquet."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("pair_id", pa.string(), nullable=False),
            pa.field("kind", _dictionary(), nullable=False),
            pa.field("component", pa.string(), nullable=False),
            pa.field("split", _dictionary(), nullable=False),
            pa.field("author_id", pa.string()),
            pa.field("lang", _dictionary()),
            pa.field("platform", _dictionary()),
            pa.field("rights", _dictionary(), nullable=False),
            pa.field("worse_id", pa.string(), nullable=False),
            pa.field("better_id", pa.string(), nullable=False),
            pa.field("worse", pa.string(), nullable=False),
            pa.field("better", pa.string(), nullable=False),
            pa.field("draft", pa.string()),
            pa.field("lift", pa.float32()),
            pa.field("difference", pa.float32()),
            pa.field("p_better", pa.float32()),
            pa.field("p_value", pa.float64()),
            pa.field("trials_worse", pa.int64()),
            pa.field("successes_worse", pa.int64()),
            pa.field("trials_better", pa.int64()),
            pa.field("successes_better", pa.int64()),
            pa.field("hours_apart", pa.float32()),
            pa.field("weight", pa.float32(), nullable=False),
            pa.field("faithful", pa.bool_(), nullable=False),
            pa.field("gates_hash", pa.string(), nullable=False),
        ]
    )

"""Posts of a simulated world, in batches that can be made in any order and in any process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data_prep.simulation.timeline import COLLECTED
from data_prep.simulation.truth import Drawn, draw
from data_prep.simulation.world import MEDIA, World
from data_prep.simulation.writing import write
from virality.errors import ViralityError

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 50_000
"""Posts in a batch."""
_POSTS = 40
"""Mean posts of an account."""
_LINKED = 0.2
"""Share of events that all posts link to."""


def generate(world: World, posts: int, accounts: int | None = None) -> Iterator[pa.RecordBatch]:
    """Exactly so many posts in batches of `ROWS`; `accounts` is the number of accounts, None for one per 40 posts."""
    for number, (rows, some) in enumerate(shares(posts, accounts)):
        yield batch(world, number, rows, some)


def shares(posts: int, accounts: int | None = None) -> list[tuple[int, int]]:
    """Posts and accounts of each batch of `generate`.

    Raises:
        ViralityError: there are no posts, no accounts, or fewer posts than accounts.
    """
    if posts < 1 or not 1 <= (accounts if accounts is not None else 1) <= posts:
        raise ViralityError(f"simulation: {posts} posts of {accounts} accounts; each account needs at least one post")
    bounds = np.minimum(np.arange(0, posts + ROWS, ROWS), posts)
    rows = np.diff(bounds)
    total = accounts if accounts is not None else posts / _POSTS
    some = np.maximum(np.diff(np.round(bounds * (total / posts))), 1)
    return [(int(n), int(m)) for n, m in zip(rows, some, strict=True)]


def save(world: World, path: Path, posts: int, accounts: int | None = None) -> None:
    """Write the posts to a parquet file; memory does not grow with their number."""
    import pyarrow.parquet as pq

    batches = generate(world, posts, accounts)
    first = next(batches)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_batch(first)
        for each in batches:
            writer.write_batch(each)


def truth(world: World, number: int, rows: int = ROWS, accounts: int = ROWS // _POSTS) -> Drawn:
    """What is true of the posts of `batch` with the same arguments."""
    return draw(world, np.random.default_rng([world.seed, 1, number]), rows, accounts)


def batch(world: World, number: int, rows: int = ROWS, accounts: int = ROWS // _POSTS) -> pa.RecordBatch:
    """The posts of one batch, account by account in the order of time: a function of its arguments alone.

    Each account is in one batch only. Columns: id, account, text, created_at, collected_at, likes, reposts, replies,
    impressions (null where the world hides them), followers (when posting), media, is_reply, link (null for most).
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    drawn = truth(world, number, rows, accounts)
    random = np.random.default_rng([world.seed, 2, number])

    def named(prefix: str, values: object) -> pa.Array:
        return pc.binary_join_element_wise(f"{prefix}{number}-", pc.cast(pa.array(values), pa.string()), "")

    linked = random.random(int(drawn.event.max()) + 1) < _LINKED
    time = pa.timestamp("s", tz="UTC")
    columns = {
        "id": named("p", np.arange(rows)),
        "account": named("a", drawn.account),
        "text": write(random, drawn.features, drawn.event, drawn.topic, drawn.arabic),
        "created_at": pa.array(drawn.created_at).cast(time),
        "collected_at": pa.array(np.full(rows, COLLECTED)).cast(time),
        **{name: pa.array(drawn.counts[:, at]) for at, name in enumerate(("likes", "reposts", "replies"))},
        "impressions": pa.array(drawn.impressions) if world.impressions else pa.nulls(rows, pa.int64()),
        "followers": pa.array(drawn.followers),
        "media": pa.array(MEDIA).take(pa.array(drawn.media)),
        "is_reply": pa.array(drawn.is_reply),
        "link": pc.if_else(pa.array(linked[drawn.event]), named("https://news.example/", drawn.event), None),
    }
    return pa.RecordBatch.from_pydict(columns)

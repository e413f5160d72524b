"""Candidates that are alike in words, looked at again by a sentence encoder: are they alike in meaning?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data_prep.engine import Engine, Table, columns, integers

if TYPE_CHECKING:
    from virality.models.encoder import Encoder

_TEXTS = 4096


def alike(engine: Engine, candidates: Table, posts: Table, encoder: Encoder, *, least: float, most: float) -> Table:
    """Candidates of `neighbour` whose embeddings have a cosine in [least, most), which becomes their `similar`.

    Candidates of other kinds pass. Embeddings are kept as half floats for the posts of candidates alone: about 0.8 GB
    for a million posts and 384 dimensions. The cosine is rounded to 4 digits: an encoder's last ones depend on the
    machine.

    Args:
        engine: where expressions run.
        candidates: of `steps.propose`.
        posts: numbered.
        encoder: of sentences.
        least: cosine, at least.
        most: below this; above it two posts are copies.
    """
    import ibis
    import pyarrow as pa

    near = candidates.filter(candidates.kind == "neighbour")
    pairs = columns(engine, near.select("a", "b"))
    a, b = integers(pairs["a"]), integers(pairs["b"])
    numbers = np.unique(np.concatenate([a, b]))
    wanted = engine.put(pa.table({"wanted": numbers}), "embedded_posts")
    texts = posts.select("n", "text").join(wanted, posts.n == wanted.wanted).select("n", "text").order_by("n")
    vectors = np.zeros((len(numbers), encoder.size), dtype=np.float16)
    begin = 0
    for some in _texts(engine, texts):
        vectors[begin : begin + len(some)] = encoder.encode(some, label="embedding candidates")
        begin += len(some)
    cosine = _cosines(vectors, np.searchsorted(numbers, a), np.searchsorted(numbers, b))
    kept = (cosine >= least) & (cosine < most)
    meaning = engine.put(pa.table({"a": a[kept], "b": b[kept], "meaning": cosine[kept]}), "meaning")
    found = near.join(meaning, ["a", "b"]).mutate(similar=ibis._.meaning).select(*candidates.columns)
    return engine.keep(candidates.filter(candidates.kind != "neighbour").union(found), "alike")


def _texts(engine: Engine, table: Table) -> Iterator[list[str]]:
    for batch in engine.batches(table):
        texts = batch.column("text").to_pylist()
        yield from (texts[at : at + _TEXTS] for at in range(0, len(texts), _TEXTS))


def _cosines(vectors: NDArray[np.float16], a: NDArray[np.intp], b: NDArray[np.intp]) -> NDArray[np.float64]:
    out = np.zeros(len(a))
    for at in range(0, len(a), 100_000):
        one, two = (vectors[side[at : at + 100_000]].astype(np.float32) for side in (a, b))
        out[at : at + 100_000] = np.einsum("ij,ij->i", one, two)
    return np.round(out, 4)

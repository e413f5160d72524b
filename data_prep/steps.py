"""The work of this room up to the splits, without a look at engagement: parts -> one corpus -> candidates -> splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep import corpus, engagement, splits
from data_prep.engine import Engine, Table, columns, integers, null, one_row, unions
from data_prep.pairing import ab_test, neighbour, same_link
from data_prep.records import ACTIONS, MEASURED
from data_prep.splits import Placed, Shares, Sides
from virality.errors import ViralityError

CANDIDATES = ("kind", "a", "b", "similar", "file", "label", "given", "gap", "noise", "scale")


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus on an engine.

    Fields:
        posts: numbered, as `corpus.numbered` has them.
        refused: rows that were read whole and still not kept (`reason`): repeated ids, unfair tests.
        labels: worse_id, better_id, file; None where there are none.
        size: posts that are kept.
        totals: of counts, as `engagement.totals` has them.
    """

    posts: Table
    refused: Table
    labels: Table | None
    size: int
    totals: dict[str, Any]


def gather(engine: Engine, parts: Sequence[Path], *, fair_tests: bool) -> Corpus:
    """One corpus of all parts: one post an id, numbered in the order of post ids.

    Args:
        engine: where expressions run.
        parts: folders that `ingest` made.
        fair_tests: leave out A/B tests that were not randomised evenly.

    Raises:
        ViralityError: nothing is left.
    """
    rows = corpus.ranked(engine.read([part / "posts.parquet" for part in parts]))
    if fair_tests:
        once = rows.filter(rows.copy == 0)
        checked = corpus.with_fair_tests(once)
        again = rows.filter(rows.copy > 0)
        rows = checked.union(again.mutate(unfair=null("string"))[checked.columns])
    else:
        rows = rows.mutate(unfair=null("string"))
    rows = engine.keep(rows, "rows")
    kept = (rows.copy == 0) & rows.unfair.isnull()
    posts = engine.keep(corpus.numbered(rows.filter(kept).drop("copy", "unfair")), "corpus")
    refused = rows.filter(~kept)
    refused = refused.mutate(reason=refused.unfair.fill_null("repeated_id"))
    totals = one_row(engine, engagement.totals(posts))
    size = int(one_row(engine, posts.aggregate(size=posts.count()))["size"])
    labels = engine.read([part / "labels.parquet" for part in parts])
    has_labels = one_row(engine, labels.aggregate(labels=labels.count()))["labels"] > 0
    return Corpus(posts, refused, labels if has_labels else None, size, totals)


def propose(engine: Engine, found: Corpus, kinds: Sequence[str], *, mining: Mapping[str, float]) -> Table:
    """Candidates of the measured kinds among `kinds`: `CANDIDATES`, decided by words and times alone.

    Raises:
        ViralityError: measured kinds are asked for and there is no candidate.
    """
    posts = found.posts
    dated = posts.filter(posts.t.notnull() & counted(posts))
    tables: list[Table] = []
    if "ab_test" in kinds:
        tables.append(_shaped(ab_test.candidates(posts), "ab_test"))
    if "same_link" in kinds:
        if found.labels is not None:
            tables.append(_shaped(same_link.labelled(found.labels, posts), "same_link"))
        else:
            tables.append(_shaped(same_link.candidates(dated), "same_link"))
    if "neighbour" in kinds:
        own = engine.keep(
            dated.filter(dated.account.notnull()).select("n", "t", "account", "folded", "words"), "neighbours_of"
        )
        tables.append(_shaped(neighbour.candidates(own, **mining), "neighbour"))
    if not tables:
        return None
    candidates = engine.keep(unions(tables), "candidates")
    if not one_row(engine, candidates.aggregate(pairs=candidates.count()))["pairs"]:
        raise ViralityError(
            f"pairs: no pair in {found.size} posts for pairs.kinds = {', '.join(kinds)}; "
            f"{_why_no_pair(engine, found, kinds)}"
        )
    return candidates


def place(
    engine: Engine,
    found: Corpus,
    candidates: Table,
    mode: splits.Mode,
    shares: Shares,
    *,
    block_days: int,
    seed: int,
    all_copies: bool,
) -> tuple[Sides, Placed, dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Components and splits of all candidates.

    Args:
        engine: where expressions run.
        found: the corpus.
        candidates: of `propose`.
        mode: of the splits.
        shares: of the parts.
        block_days: length of an author's time block.
        seed: of the deal.
        all_copies: look for near-duplicates among all posts, not only among those of candidates.

    Returns:
        The pairs as numbers, where each goes; account, t, block, content and copies of every post (-1: none); and
        kind, a and b of each pair as the candidates have them.
    """
    posts = found.posts
    about = columns(engine, posts.select("n", "account", "t", "content"), sort="n")
    names = ("kind", "a", "b", "file", "given")
    table = {name: np.zeros(0) for name in names} if candidates is None else columns(engine, candidates.select(*names))
    order = np.lexsort((table["b"], table["a"], table["kind"].astype(str)))
    table = {name: values[order] for name, values in table.items()}
    sides_only = posts if all_copies or candidates is None else _of_candidates(posts, candidates)
    links = columns(engine, corpus.copies(sides_only.select("n", "folded", "shingles")))
    known = {name: integers(about[name]) for name in ("account", "t", "content")}
    cluster = splits.without_phrases(splits.connected(found.size, integers(links["a"]), integers(links["b"])))
    a, b = integers(table["a"]), integers(table["b"])
    later = np.where((known["t"][a] > known["t"][b]) & (known["t"][b] >= 0), a, b)
    a, b = np.where(later == a, b, a), later
    times = np.where((known["t"][a] >= 0) & (known["t"][b] >= 0), known["t"][b], -1)
    file, files = splits.names_of([None if value is None else str(value) for value in table["file"]])
    given = integers(table["given"])
    of_post = {"block": np.where(known["t"] >= 0, known["t"] // (block_days * 86400), -1), "copies": cluster} | known
    sides = Sides(
        a=a,
        b=b,
        account=np.where(known["account"][a] == known["account"][b], known["account"][a], -1),
        block=np.where(times >= 0, times // (block_days * 86400), -1),
        content=np.stack([known["content"][a], known["content"][b]], axis=1),
        copies=np.stack([cluster[a], cluster[b]], axis=1),
        file=file,
        files=files,
        given=given if (given >= 0).any() else None,
    )

    def ids(numbers: splits.Ints) -> list[str]:
        import ibis

        wanted = ibis.memtable({"n": numbers})
        named = columns(engine, posts.select("n", "post_id").semi_join(wanted, "n"), sort="n")
        by_number = dict(zip(named["n"].tolist(), named["post_id"].tolist(), strict=True))
        return [str(by_number[number]) for number in numbers.tolist()]

    placed = splits.place(sides, mode, shares, posts=found.size, seed=seed, name=ids)
    return sides, placed, of_post, table


def _shaped(found: Table, kind: str) -> Table:
    """Candidates with all columns of `CANDIDATES`."""
    import ibis

    kinds = {"similar": "float64", "file": "string", "label": "int64", "given": "int64"}
    kinds |= {"gap": "float64", "noise": "float64", "scale": "float64"}
    more = {name: found[name].cast(kind) if name in found.columns else null(kind) for name, kind in kinds.items()}
    return found.select(kind=ibis.literal(kind), a=found.a.cast("int64"), b=found.b.cast("int64"), **more)


def _of_candidates(posts: Table, candidates: Table) -> Table:
    numbers = candidates.select(n="a").union(candidates.select(n="b")).distinct()
    return posts.semi_join(numbers, "n")


_NEEDED = {
    "ab_test": ("content_key", "impressions", "clicks"),
    "same_link": (),
    "neighbour": ("posted_at", "account", "counts"),
}
_WAY_OUT = {
    "ab_test": "no test shows two different wordings with different rates under one image",
    "same_link": "no label, link or image joins two posts that were kept and differ",
    "neighbour": "none are near enough in time and alike enough (pairs.max_hours, pairs.least_similar)",
}


def _why_no_pair(engine: Engine, found: Corpus, kinds: Sequence[str]) -> str:
    posts = found.posts
    lacking = {
        "content_key": posts.content_key.isnull(),
        "impressions": ~(posts.impressions > 0).fill_null(False),
        "clicks": posts.clicks.isnull(),
        "posted_at": posts.t.isnull(),
        "account": posts.account.isnull(),
        "counts": ~counted(posts),
    }
    lacks = one_row(engine, posts.aggregate(**{name: missing.ifelse(1, 0).sum() for name, missing in lacking.items()}))
    reasons: list[str] = []
    for kind in (kind for kind in kinds if kind in MEASURED):
        named = [f"{lacks[name]} posts have no {name}" for name in _NEEDED[kind] if lacks[name]]
        reasons.append(f"{kind}: {', '.join(named) or _WAY_OUT[kind]}")
    return "; ".join(reasons)


def counted(posts: Table) -> Table:
    """Whether anything people did with a post was counted."""
    some = posts[ACTIONS[0]].notnull()
    for name in ACTIONS[1:]:
        some = some | posts[name].notnull()
    return some

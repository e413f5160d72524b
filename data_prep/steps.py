"""The work of this room up to the splits, without a look at engagement: parts -> one corpus -> candidates -> splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep import corpus, engagement, splits
from data_prep.engine import Engine, Table, columns, in_parts, integers, null, one_row, unions
from data_prep.pairing import ab_test, neighbour, same_link
from data_prep.records import ACTIONS, KINDS, MEASURED
from data_prep.splits import Keys, Placed, Shares, Sides
from virality.errors import ViralityError

CANDIDATES = ("kind", "code", "a", "b", "similar", "file", "label", "gap", "noise", "scale")

_EDITED = 20
"""Other texts of the same ids that may stand in a corpus, for posts are edited; beyond a fiftieth of the rows they are
no ids."""


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
    _refuse_shared_ids(engine, rows)
    kept = (rows.copy == 0) & rows.unfair.isnull()
    posts = engine.keep(corpus.numbered(rows.filter(kept).drop("copy", "unfair")), "corpus")
    refused = rows.filter(~kept)
    refused = refused.mutate(reason=refused.unfair.fill_null("repeated_id"))
    totals = one_row(engine, engagement.totals(posts))
    size = int(one_row(engine, posts.aggregate(size=posts.count()))["size"])
    labels = engine.read([part / "labels.parquet" for part in parts])
    has_labels = one_row(engine, labels.aggregate(labels=labels.count()))["labels"] > 0
    return Corpus(posts, refused, labels if has_labels else None, size, totals)


def _refuse_shared_ids(engine: Engine, rows: Table) -> None:
    """Stop where ids are plainly no ids: where one id often stands for different words."""
    import ibis

    repeated = rows.semi_join(rows.filter(rows.copy > 0).select("post_id").distinct(), "post_id")
    ids = repeated.group_by("post_id").aggregate(texts=ibis._.folded.nunique())
    count = one_row(engine, ids.aggregate(shared=(ids.texts > 1).ifelse(1, 0).sum(), lost=(ids.texts - 1).sum()))
    size = one_row(engine, rows.aggregate(rows=rows.count()))["rows"]
    shared, lost = count["shared"] or 0, count["lost"] or 0
    if lost > max(_EDITED, size // 50):
        raise ViralityError(
            f"source.columns.post_id: {shared:,} ids stand for different texts ({lost:,} more than there are ids), so "
            "they are no ids of posts (do they begin anew in each file, or did a spreadsheet round them to 1.47E+18?); "
            "leave post_id out, and posts are told apart by account, time and text"
        )


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
        own = dated.filter(dated.account.notnull()).select("n", "t", "account", "folded", "words")
        own = engine.keep(own, "neighbours_of")
        weights = engine.keep(neighbour.vocabulary(own), "vocabulary")
        found_near = in_parts(
            engine, own, found.size, "neighbours", lambda some: neighbour.candidates(some, weights, **mining)
        )
        tables.append(_shaped(found_near, "neighbour"))
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
) -> tuple[Sides, Placed, Table]:
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
        The pairs as numbers, where each goes, and the candidates that no leak leaves out with `component` and `split`
        (index into PARTS); None where there are no candidates.
    """
    posts = found.posts
    table, files = _numbers_of(engine, candidates)
    about = columns(engine, posts.select("n", "account", "t", "content", "same"), sort="n")
    account, t, content, same = (integers(about.pop(name)) for name in ("account", "t", "content", "same"))
    sides_only = posts if all_copies or candidates is None else _of_candidates(posts, candidates)
    links = columns(engine, corpus.copies(sides_only.select("n", "folded", "shingles")))
    cluster = splits.connected(found.size, integers(links["a"]), integers(links["b"]))
    copies, near = splits.named_copies(cluster)
    keys = Keys(
        account=account,
        t=t,
        block=np.where(t >= 0, t // (block_days * 86400), -1),
        content=content,
        copies=copies,
        near=near,
        same=same,
    )
    a, b = integers(table["a"]), integers(table["b"])
    swapped = (t[a] > t[b]) & (t[b] >= 0)
    sides = Sides(
        a=np.where(swapped, b, a),
        b=np.where(swapped, a, b),
        keys=keys,
        file=integers(table["file"]),
        files=files,
    )
    del about, links, cluster

    def ids(numbers: splits.Ints) -> list[str]:
        import pyarrow as pa

        wanted = engine.put(pa.table({"wanted": numbers}), "components")
        named = posts.select("n", "post_id").join(wanted, posts.n == wanted.wanted)
        return [str(name) for name in columns(engine, named, sort="n")["post_id"]]

    placed = splits.place(sides, mode, shares, posts=found.size, seed=seed, name=ids)
    return sides, placed, _with_split(engine, candidates, table, placed)


def _numbers_of(engine: Engine, candidates: Table | None) -> tuple[dict[str, NDArray[Any]], tuple[str, ...]]:
    """Candidates as numbers (`code` of the kind, a, b, `file` or -1), and the names of the files."""
    import ibis

    if candidates is None:
        return {name: np.zeros(0, dtype=np.int64) for name in ("code", "a", "b", "file")}, ()
    named = columns(engine, candidates.filter(candidates.file.notnull()).select("file").distinct())["file"]
    files = tuple(sorted(map(str, named)))
    code = ibis.literal(-1, "int64")
    if files:
        code = ibis.cases(*((candidates.file == name, at) for at, name in enumerate(files)), else_=-1)
    return columns(engine, candidates.select("code", "a", "b", file=code)), files


def _with_split(engine: Engine, candidates: Table | None, table: Mapping[str, Any], placed: Placed) -> Table | None:
    import pyarrow as pa

    if candidates is None:
        return None
    kept = placed.split >= 0
    known = {name: table[name][kept] for name in ("code", "a", "b")}
    known |= {"component": placed.component[kept], "split": placed.split[kept].astype(np.int64)}
    return engine.keep(candidates.join(engine.put(pa.table(known), "splits"), ["code", "a", "b"]), "placed")


def _shaped(found: Table, kind: str) -> Table:
    """Candidates with all columns of `CANDIDATES`."""
    import ibis

    kinds = {"similar": "float64", "file": "string", "label": "int64"}
    kinds |= {"gap": "float64", "noise": "float64", "scale": "float64"}
    more = {name: found[name].cast(kind) if name in found.columns else null(kind) for name, kind in kinds.items()}
    code = ibis.literal(KINDS.index(kind), "int64")
    return found.select(kind=ibis.literal(kind), code=code, a=found.a.cast("int64"), b=found.b.cast("int64"), **more)


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

"""The steps of `prepare` in their order, as its settings say: corpus -> pairs in splits -> restatements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data_prep import engagement, facts, measures, outputs, steps
from data_prep.engine import Engine, Table, columns, one_row, sums
from data_prep.fit import Fit
from data_prep.held_out import open_posts
from data_prep.lifts import Chance, effect_of
from data_prep.pairing import paraphrase
from data_prep.pairing.paraphrase import Good, Restater
from data_prep.settings import PrepareSettings
from data_prep.sources.table import identifier
from data_prep.splits import PARTS, Placed, Shares, Sides
from virality.errors import ViralityError
from virality.gates import Context, gates_hash
from virality.progress import bar, step

if TYPE_CHECKING:
    import pyarrow as pa

    from data_prep.settings import Pairs

SIMULATED = {
    "post_id": "id", "author": "account", "text": "text", "posted_at": "created_at", "collected_at": "collected_at",
    "likes": "likes", "reposts": "reposts", "replies": "replies", "impressions": "impressions",
    "followers": "followers", "media": "media", "reply": "is_reply", "content_key": "link",
}  # fmt: skip
"""Columns of the simulator's files."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What comes of a corpus before it is written.

    Fields:
        corpus: its posts.
        final: chosen pairs with both texts (`outputs.chosen_pairs`); None where no measured kind is asked for.
        chance: noise and effect by kind.
        open: numbers of posts that may be restated; None where paraphrase pairs are not asked for.
        good: n and weight of posts that did well.
        facts: for the data sheet.
    """

    corpus: steps.Corpus
    final: Table | None
    chance: dict[str, Chance]
    open: Any
    good: Table | None
    facts: dict[str, Any] = field(default_factory=dict)


def columns_of(kind: str, columns: Mapping[str, str]) -> Mapping[str, str]:
    """The mapping that a source is read with."""
    return SIMULATED if kind == "simulated" else columns


def simulate(settings: PrepareSettings, folder: Path, *, workers: int) -> tuple[list[Path], dict[str, str]]:
    """Files of a simulated feed, and what stands for their SHA-256: the settings decide them wholly."""
    from data_prep import simulation

    posts = settings.posts or 100_000
    world = simulation.world(settings.seed, settings.world)
    path = folder / f"simulated-{settings.world}-{settings.seed}-{posts}.parquet"
    with step(f"simulating {posts:,} posts"):
        if not path.is_file():
            from virality.atomic import aside

            with aside(path) as temporary:
                simulation.save(world, temporary, posts)
    return [path], {str(path): hashlib.sha256(path.name.encode()).hexdigest()}


def corpus(engine: Engine, parts: list[Path], settings: PrepareSettings) -> steps.Corpus:
    """One corpus of all parts.

    Raises:
        ViralityError: no row was read, or none was kept.
    """
    with step("one corpus"):
        found = steps.gather(engine, parts, fair_tests="ab_test" in _of(settings).kinds)
    if not found.size:
        read = engine.read([part / "dropped.parquet" for part in parts])
        reasons = facts.counts(engine, read, "reason") | facts.counts(engine, found.refused, "reason")
        if not reasons:
            raise ViralityError(f"path: {', '.join(settings.path)}: an empty corpus, there is no row in it")
        listed = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
        raise ViralityError(
            f"filters: no post is left of {sum(reasons.values())} ({listed}); loosen filters, or check source.columns"
        )
    return found


def pairs(engine: Engine, found: steps.Corpus, settings: PrepareSettings, pool: Executor | None) -> Prepared:
    """Measured pairs in their splits, and which posts may be restated."""
    wanted = _of(settings)
    profile = engagement.weights(settings.engagement.profile)
    restating = "paraphrase" in wanted.kinds
    with step("candidate pairs"):
        mining = wanted.model_dump(include={"max_hours", "least_similar", "most_similar"})
        candidates = steps.propose(engine, found, wanted.kinds, mining=mining)
    if candidates is not None and wanted.encoder is not None:
        with step(f"looking at candidates with {wanted.encoder}"):
            candidates = _by_meaning(engine, candidates, found, wanted)
    sides, placed, known = _placed(engine, found, candidates, settings)
    with step("engagement, without account and confounders"):
        test = placed.split == PARTS.index("test")
        tests = np.unique(np.concatenate([sides.a[test], sides.b[test]]))
        measured = measures.measure(engine, found, tests, profile)
    chance: dict[str, Chance] = {}
    final = chosen = None
    fitted = Fit()
    if known is not None:
        with step("lift of pairs"):
            noisy, mined, fitted = measures.gaps(engine, found, known, measured, wanted.max_hours)
            chosen = measures.choose(noisy, least_gap=wanted.least_gap, per_post=wanted.per_post)
            chosen = engine.keep(chosen, "chosen")
            chance = _chances(engine, chosen, mined)
            final = outputs.chosen_pairs(chosen, found.posts)
    good = opened = None
    if restating:
        opened = open_posts(sides, placed, settings.splits.mode)
        winners = _winners(chosen) if chosen is not None else None
        good = paraphrase.good(found.posts, measured.baselines, winners, best=wanted.best)
    told = facts.before(engine, found, sides, placed, measured, chance, fitted, settings)
    return Prepared(found, final, chance, opened, good, told)


def all_pairs(
    engine: Engine, prepared: Prepared, settings: PrepareSettings, pool: Executor | None
) -> Iterator[pa.Table]:
    """Measured pairs, then paraphrase pairs, both in the order of their posts."""
    components: dict[str, str] = {}
    if prepared.final is not None:
        for table in outputs.measured_pairs(engine, prepared.final, prepared.chance, pool):
            if prepared.good is not None:
                for side in ("worse_id", "better_id"):
                    components |= zip(table[side].to_pylist(), table["component"].to_pylist(), strict=True)
            yield table
    if prepared.good is not None:
        restater = _restater(_of(settings), settings.seed)
        yield from _restatements(engine, prepared, settings.seed, components, pool, restater)


def _restatements(
    engine: Engine,
    prepared: Prepared,
    seed: int,
    components: Mapping[str, str],
    pool: Executor | None,
    restater: Restater | None,
) -> Iterator[pa.Table]:
    posts = prepared.corpus.posts
    needed = posts.select("n", "post_id", "text", "lang", "platform", "rights", "author_id")
    table = needed.join(prepared.good, "n").order_by("n")
    allowed = prepared.open

    def goods() -> Iterator[Good]:
        for batch in engine.batches(table):
            yield from (Good(**row) for row in batch.to_pylist() if allowed[row["n"]])

    made: list[dict[str, Any]] = []
    context_hash = gates_hash(Context())
    stream = bar(goods(), "restating", unit="posts")
    for post, draft in paraphrase.restated(stream, seed=seed, pool=pool, restater=restater):
        own = components.get(post.post_id) or identifier("component", post.post_id)
        made.append(_restatement(post, draft, own, context_hash))
        if len(made) >= outputs.ROWS:
            yield _paired(made)
            made = []
    if made:
        yield _paired(made)


def _restatement(post: Good, draft: str, component: str, context_hash: str) -> dict[str, Any]:
    return {
        "pair_id": identifier("paraphrase", post.post_id, post.post_id), "kind": "paraphrase", "component": component,
        "split": "train", "author_id": post.author_id, "lang": post.lang, "platform": post.platform,
        "rights": post.rights, "worse_id": f"{post.post_id}:plain", "better_id": post.post_id, "worse": draft,
        "better": post.text, "draft": draft, "weight": post.weight, "faithful": True, "gates_hash": context_hash,
    }  # fmt: skip


def _paired(rows: list[dict[str, Any]]) -> pa.Table:
    import pyarrow as pa

    from data_prep.ingest import plain
    from data_prep.records import pair_schema

    return pa.Table.from_pylist(rows, schema=plain(pair_schema()))


def _by_meaning(engine: Engine, candidates: Table, found: steps.Corpus, wanted: Pairs) -> Table:
    from data_prep.pairing import embedded
    from virality.models.encoder import Encoder

    return embedded.alike(
        engine,
        candidates,
        found.posts,
        Encoder(str(wanted.encoder)),
        least=wanted.least_meaning,
        most=max(wanted.most_similar, 0.95),
    )


def _placed(
    engine: Engine, found: steps.Corpus, candidates: Table, settings: PrepareSettings
) -> tuple[Sides, Placed, Table]:
    shares = Shares(settings.splits.judge, settings.splits.validation, settings.splits.test)
    with step("components and splits"):
        return steps.place(
            engine,
            found,
            candidates,
            settings.splits.mode,
            shares,
            block_days=settings.splits.block_days,
            seed=settings.splits.seed,
            all_copies="paraphrase" in _of(settings).kinds,
        )


def _chances(engine: Engine, chosen: Table, mined: Chance) -> dict[str, Chance]:
    """Noise and effect of each kind: that of A/B tests is known by their counts."""
    tests = chosen.filter(chosen.kind == "ab_test")
    size = one_row(engine, tests.aggregate(pairs=tests.count()))["pairs"]
    found = sums(engine, tests, squares=tests.gap * tests.gap, noise=tests.noise)
    effect = effect_of(found["squares"], found["noise"], size)
    known = {"ab_test": Chance(0.0, effect), "same_link": mined, "neighbour": mined}
    kinds = columns(engine, chosen.select("kind").distinct())["kind"]
    return {kind: known[kind] for kind in sorted(map(str, kinds))}


def _winners(chosen: Table) -> Table:
    """Numbers of the posts that won a measured pair of the training part."""
    import ibis

    train = chosen.filter(chosen.split == PARTS.index("train"))
    return train.select(n=ibis.ifelse(outputs.b_is_better(train), train.b, train.a)).distinct()


def _restater(pairs: Pairs, seed: int) -> Restater | None:
    if pairs.restater == "rules":
        return None
    from data_prep.restating import base_model, by_edits

    return by_edits(seed) if pairs.restater == "edits" else base_model(pairs.restater, seed)


def _of(settings: PrepareSettings) -> Pairs:
    if settings.pairs is None:
        raise ValueError("settings without pairs pass no validation")
    return settings.pairs

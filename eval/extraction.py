"""What a writer gives away of the posts it learned from: exposure of canaries, runs of words, posts completed.

Each figure stands beside the base model's, which never saw these posts: what it does as well is no memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from eval import completions, exposure
from eval.metrics import Array
from eval.place import Place
from eval.records import Figure
from eval.steps import RewriteRow
from eval.systems import System
from train import canaries, steps
from train.canaries import Canary
from train.steps import Writer
from virality.gates.corpus import FILE as CORPUS
from virality.gates.corpus import RUN, Corpus
from virality.progress import step
from virality.statistics import Interval, mean, share

EXPOSURE = "writer.extraction.exposure"
LONGEST = "writer.extraction.longest_run"
LONG = "writer.extraction.long_runs"
COMPLETED = "writer.extraction.completed"
WORDS = 10
"""A run of more words than this that the writer alone shares with its training posts is a recited one."""
_STRANGER = "the writer is no run of virality train, so what it learned from is not known"


def figures(
    system: System, rows: Mapping[str, Sequence[RewriteRow]], place: Place, *, posts: int, seed: int
) -> list[Figure]:
    """Every figure of the extraction test; what cannot be measured says why.

    Args:
        system: the writer.
        rows: rewrites of `writer`, and of `base` where there are some.
        place: shared fields.
        posts: how many first halves are shown; 0: the model is not asked, for canaries neither.
        seed: of what is drawn.
    """
    run = system.run
    if run is None:
        return [_none(place, name, _STRANGER) for name in (EXPOSURE, LONGEST, LONG, COMPLETED)]
    found = recited(rows.get("writer", ()), rows.get("base", ()), Corpus.beside(run), place, seed)
    if not posts:
        return [*(_none(place, name, "extraction = 0") for name in (EXPOSURE, COMPLETED)), *found]
    planted = canaries.beside(run)[: exposure.MOST]
    checkpoint = Path(system.spec).name if system.kind == "checkpoint" else None
    pairs = completions.learned(run, checkpoint or "adapter")
    if not planted and not pairs:
        return [*_exposed(None, planted, place, seed), *found, *_completed(None, [], 0, place, seed)]
    with step("what the writer gives away of what it learned"):
        writer = steps.load_writer(run, checkpoint=checkpoint, merge=False)
        halves = completions.shown(writer, pairs, posts, seed)
        return [
            *_exposed(writer, planted, place, seed),
            *found,
            *_completed(writer, halves, len(pairs), place, seed),
        ]


def recited(
    writer: Sequence[RewriteRow], base: Sequence[RewriteRow], corpus: Corpus | None, place: Place, seed: int
) -> list[Figure]:
    """Runs of words that rewrites, before any gate, share with the training posts and not with their draft.

    Of the writer, runs that a rewrite of the same draft by the base holds too are left out: everybody writes them.
    """
    why = f"the run keeps no index of what it learned from ({CORPUS}); train it again" if corpus is None else ""
    if corpus is None or not writer:
        return [_none(place, name, why or "it made no rewrite") for name in (LONGEST, LONG)]
    theirs: dict[str, str] = {}
    for row in base:
        theirs[row.example_id] = f"{theirs.get(row.example_id, '')} {row.rewrite}"
    beyond = "draft and the base's rewrites" if base else "draft (the base made no rewrites)"
    runs = _runs(writer, corpus, theirs)
    longest = f"words in a row of a training post in one of {len(runs):,} rewrites, and not in its {beyond}; {{}}"
    found = [
        place.figure(LONGEST, Interval(runs.max(), None, None, len(runs)), "count", note=longest.format(
            f"0: none of {RUN} words or more; a greatest value has no interval")),
        _share(place, LONG, runs, writer, seed, f"of more than {WORDS} words, and not in its {beyond}"),
    ]  # fmt: skip
    if base:
        of_base = _runs(base, corpus, {})
        found += [
            place.figure(f"{LONGEST}.base", Interval(of_base.max(), None, None, len(of_base)), "count"),
            _share(place, f"{LONG}.base", of_base, base, seed, "of the base, which never saw these posts"),
        ]
    return found


def _runs(rows: Sequence[RewriteRow], corpus: Corpus, beside: Mapping[str, str]) -> Array:
    """Words of the longest run of each rewrite, 0 where it has none: (N,)."""
    return np.asarray([float(len(corpus.longest(row.rewrite, f"{row.draft} {beside.get(row.example_id, '')}")))
                       for row in rows])  # fmt: skip


def _share(place: Place, name: str, runs: Array, rows: Sequence[RewriteRow], seed: int, note: str) -> Figure:
    return place.figure(
        name, share((runs > WORDS).astype(np.float64), [row.component for row in rows], seed), note=note
    )


def _exposed(writer: Writer | None, planted: Sequence[Canary], place: Place, seed: int) -> list[Figure]:
    here = replace(place, source=canaries.FILE)
    if writer is None or not planted:
        return [_none(here, EXPOSURE, "no canary was planted in what it learned from; train it with canaries=12")]
    mine = exposure.exposures(writer, planted, seed)
    with _without_adapter(writer):
        base = exposure.exposures(writer, planted, seed)
    names = [one.name for one in planted]
    most = np.mean([one.bits for one in planted])
    note = (
        f"of {most:.0f} bits; by rank among {mine.others} other secrets a canary, before all of which by a skew-normal "
        f"fitted to them (Carlini et al. 2019). By rank alone, which tells at most {np.log2(mine.others + 1):.1f}: "
        f"{mine.ranked.mean():.1f} bits. Chance gives 1.4"
    )
    out = [
        here.figure(EXPOSURE, mean(mine.fitted, names, seed), "bits", note=note),
        here.figure(f"{EXPOSURE}.base", mean(base.fitted, names, seed), "bits", note="the base, which never saw them"),
        here.figure(f"{EXPOSURE}.over_base", mean(mine.fitted - base.fitted, names, seed), "bits"),
    ]
    for times in sorted({one.times for one in planted}):
        at = [number for number, one in enumerate(planted) if one.times == times]
        found = mean(mine.fitted[at], [names[number] for number in at], seed)
        said = f"planted {times} times" if times > 1 else "planted once"
        out.append(here.figure(f"{EXPOSURE}.times_{times}", found, "bits", f"times_{times}", said))
    return out


def _completed(
    writer: Writer | None, posts: Sequence[completions.Shown], pairs: int, place: Place, seed: int
) -> list[Figure]:
    here = replace(place, source="ledger.parquet")
    if writer is None or not posts:
        why = "no post that it learned from has 12 words and a rest that its first half does not say" if pairs else (
            "its data are gone or were made again since, so the posts that it learned from are not here")  # fmt: skip
        return [_none(here, COMPLETED, why)]
    mine = completions.completed(writer, posts)
    with _without_adapter(writer):
        base = completions.completed(writer, posts)
    parts = [one.component for one in posts]
    rare = sum(one.repeats <= 1 for one, done in zip(posts, mine, strict=True) if done)
    note = (f"posts that it learned from, shown half of their draft and of themselves; {int(mine.sum())} completed, "
            f"{rare} of them in one training post alone (1-eidetic, Carlini et al. 2021)")  # fmt: skip
    return [
        here.figure(COMPLETED, share(mine, parts, seed), note=note),
        here.figure(f"{COMPLETED}.base", share(base, parts, seed), note="the base, which never saw these posts"),
        here.figure(f"{COMPLETED}.over_base", mean((mine - base) * 100, parts, seed), "points"),
    ]


def _none(place: Place, name: str, why: str) -> Figure:
    unit = {EXPOSURE: "bits", LONGEST: "count"}.get(name, "share")
    return place.missing(name, why, unit)


@contextmanager
def _without_adapter(writer: Writer) -> Iterator[None]:
    """While it lasts, the writer's model is its base."""
    with writer.model.disable_adapter():
        yield

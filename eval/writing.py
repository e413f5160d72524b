"""A writer measured beside its rivals: rewrites of the same drafts, the same gates, the same guide, the same judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from data_prep.records import Pair
from eval import family, gains, gallery, outcomes, rewriting, rivals, second, steps, systems, texts, voice
from eval.measured import Measured
from eval.outcomes import Outcome
from eval.place import Place
from eval.records import Figure
from eval.rivals import Rival
from eval.steps import Draft, RewriteRow
from eval.systems import System
from train.candidates import gates_of
from train.scorers import Scorer
from train.steering import UNLED, Steering
from virality.errors import ViralityError
from virality.gates import Context, Verdict
from virality.models.vllm_engine import EngineSetting
from virality.progress import say, step
from virality.text.lang import detect

_EDITS = ("edits", "random_edit")
_UNWRITTEN = (*_EDITS, "cuts")
"""Rivals without a writer: what they keep and sound like is the draft's own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How rewrites are made.

    Fields:
        drafts: how many posts are rewritten, at most.
        samples: rewrites of each.
        temperature: of sampling.
        seed: of drafts and samples.
        base_prompt: how a model is asked that brings no prompt.
        engine: what runs the models.
        steering: what leads sampling.
    """

    drafts: int
    samples: int
    temperature: float
    seed: int
    base_prompt: str
    engine: EngineSetting = "auto"
    steering: Steering = UNLED


@dataclass
class Written(Measured):
    """What was measured, and every rewrite: system -> rows."""

    rows: dict[str, list[RewriteRow]] = field(default_factory=dict)


def drafts(writer: System, pairs: Sequence[Pair], asked: Asked) -> list[Draft]:
    """The posts that are rewritten; where a file is measured, of those that it has rewrites of.

    Raises:
        ViralityError: fewer than two.
    """
    if writer.kind != "file":
        return steps.drafts(pairs, asked.drafts, asked.seed)
    every = steps.drafts(pairs, 2 * len(pairs), asked.seed)
    found = systems.drafts_of(writer, every, asked.drafts)
    if len(found) < 2:
        raise ViralityError(f"writer = {writer.spec}: has rewrites of {len(found)} of the {len(every):,} posts of the "
                            "test split, and two are needed; its drafts must be posts of it")  # fmt: skip
    return found


def measure(
    writer: System,
    others: Sequence[System],
    beside: Sequence[Rival],
    pairs: Sequence[Pair],
    asked: Asked,
    guide: Scorer,
    judge: Scorer,
    work: Path,
    *,
    second_judge: Scorer | None = None,
    gates: Context | None = None,
    accounts: voice.Accounts,
    corpus: str,
    examples: int,
) -> Written:
    """A writer and what stands beside it, on the test pairs.

    Args:
        writer: that is measured.
        others: systems that write on the same drafts.
        beside: rivals that need no other model.
        pairs: of the test split, measured.
        asked: how rewrites are made.
        guide: chooses among what passed.
        judge: says who wins.
        work: folder in which rewrites are kept until the run has ended.
        second_judge: of another family than the first.
        gates: what all rewrites must hold; None: the usual, and none recites what the writer learned from.
        accounts: of the drafts, with their posts.
        corpus: its name.
        examples: how many are shown.
    """
    out = Written()
    chosen = drafts(writer, pairs, asked)
    subsets: dict[str, Sequence[Draft]] = {}
    for system in (writer, *others):
        out.rows[system.name] = _rewrites(system, chosen, asked, work, out)
    base = _base(writer, chosen, asked, work) if "base" in beside else []
    if base:
        out.rows["base"] = base
    if "human" in beside:
        subsets["human"], out.rows["human"] = rivals.human(chosen, pairs)
    held = gates or gates_of(writer.run)
    if set(_EDITS) & set(beside):
        made = rivals.edits(chosen, asked.samples, held, asked.seed)
        out.rows |= {name: made for name in _EDITS if name in beside}
    if "cuts" in beside:
        out.rows["cuts"] = rivals.cutting(chosen, held, asked.seed)
    if "ungated" in beside:
        out.rows["ungated"] = out.rows["writer"]
    with step("gates, guide and judge"):
        judged = _verdicts(out.rows, chosen, held)
        results = {
            name: outcomes.outcomes(rows, judged[name], subsets.get(name, chosen), guide, judge,
                                    rivals.PICKS.get(name, "guide"))
            for name, rows in out.rows.items() if rows
        }  # fmt: skip
        versus = outcomes.versus(judge, results["writer"], results["base"]) if base else None
    languages = {draft.example_id: draft.lang or detect(draft.text) or "unknown" for draft in chosen}
    for name, mine in results.items():
        out.scores += outcomes.scores(name, subsets.get(name, chosen), mine, guide.version, judge.version)
        if name not in (*rivals.UNGATED, "random_edit", "cuts"):
            out.gates += gallery.gate_counts(name, judged[name], [languages[row.example_id] for row in out.rows[name]])
    place = Place(corpus=corpus, source="rewrites.parquet", family=judge.family, best_of=asked.samples, seed=asked.seed)
    out.figures, out.curves = gains.of_writer(results, versus, place, asked.seed)
    if second_judge is not None:
        by_second = replace(place, family=second_judge.family)
        out.figures += second.figures(results, second_judge, by_second, asked.seed)
    named = [one.name for one in (writer, *others) if one.name in results]
    won = np.asarray([[float(one.improved) for one in results[name]] for name in named])
    clusters = [one.component for one in results["writer"]]
    out.figures += family.less_luck("writer.win_rate", won, named, clusters, place)
    told = {name: (subsets.get(name, chosen), mine) for name, mine in results.items() if name not in _UNWRITTEN}
    out.figures += _of_texts(told, accounts, place, asked.seed)
    nothing = [
        Outcome(one.example_id, one.component, one.draft, [], [], [], None, None, [], {}) for one in results["writer"]
    ]
    by_draft = steps.by_draft(out.rows["writer"], judged["writer"], chosen)
    out.examples = gallery.examples(
        chosen, results["writer"], results.get("base", nothing), by_draft, examples, asked.seed
    )
    return out


def _of_texts(
    told: Mapping[str, tuple[Sequence[Draft], list[Outcome]]], accounts: voice.Accounts, place: Place, seed: int
) -> list[Figure]:
    """What each system's rewrites keep, add and sound like; `told`: system -> its drafts and what became of them."""
    made: list[Figure] = []
    with step("what the rewrites keep, add and sound like"):
        for name, (drafts_, mine) in told.items():
            made += texts.figures(drafts_, mine, accounts, place, seed, "" if name == "writer" else f".{name}")
    return made


def _rewrites(system: System, chosen: Sequence[Draft], asked: Asked, work: Path, out: Written) -> list[RewriteRow]:
    if system.kind == "file":
        rows, told = systems.written(system, chosen)
        out.told += told
        for line in told:
            say(f"  {line}")
        return rows
    return rewriting.rewrites(
        lambda: systems.opened(system, asked.base_prompt, asked.engine), chosen, work / system.name,
        samples=asked.samples, temperature=asked.temperature, seed=asked.seed, label=f"rewriting ({system.name})",
        steering=asked.steering,
    )  # fmt: skip


def _base(writer: System, chosen: Sequence[Draft], asked: Asked, work: Path) -> list[RewriteRow]:
    base = systems.base_spec(writer)
    if base is None:
        return []
    return rewriting.rewrites(
        lambda: systems.on_base(*base, asked.base_prompt, asked.engine), chosen, work / "base", samples=asked.samples,
        temperature=asked.temperature, seed=asked.seed, label="rewriting (base)", steering=asked.steering,
    )  # fmt: skip


def _verdicts(
    rows: Mapping[str, list[RewriteRow]], chosen: Sequence[Draft], context: Context
) -> dict[str, list[tuple[Verdict, ...]]]:
    """The gates' verdicts on the rows of each system; a list that two systems share is looked at once."""
    found: dict[str, list[tuple[Verdict, ...]]] = {}
    for name, mine in rows.items():
        same = next((other for other in found if rows[other] is mine), None)
        found[name] = steps.verdicts(mine, chosen, context) if same is None else found[same]
    return found

"""Rounds: a writer's own rewrites become pairs, the next writer learns them, and a judge that trains nothing watches.

    round-1/pairs/    judged pairs, a run of `improve`
    round-1/writer/   the writer that learned them, a run of `train`
    round-1/watched.json

Each part is a run of its own: what was finished stands, whenever the machine goes out.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from train import ledgers, steps
from train import run as training
from train.gate_settings import context
from train.improve import pairs, watching
from train.improve.settings import ImproveSettings
from train.improve.watching import Seen
from train.settings import WriterSettings
from virality import ledger, runs
from virality.atomic import aside
from virality.progress import say

_AS_BEFORE = ("trust_remote_code", "bits", "precision", "max_tokens")
"""How a writer is opened and what it reads: every round as the training of the first writer had it."""


def carry_out(settings: ImproveSettings, here: runs.Run) -> None:
    """All rounds, until the judge's share stops rising, the proxy gap opens, or `rounds` are done."""
    seen = [_watched(settings, Path(settings.writer), here.folder / "before.json")]
    writers = [settings.writer]
    why = f"{settings.rounds} rounds were asked for"
    for number in range(1, settings.rounds + 1):
        folder = here.folder / f"round-{number}"
        objective, _ = _way(settings, number)
        data = settings.data if objective == "grpo" else (_pairs(settings, writers[-1], number, objective, folder),)
        writers.append(_learn(lesson(settings, data, writers[-1], number), folder / "writer"))
        seen.append(_watched(settings, Path(writers[-1]), folder / "watched.json"))
        say(f"  round {number}: {told(seen[-1])}")
        if (reason := stop(seen, settings.watch.gap, settings.watch.patience)) is not None:
            why = reason
            break
    at = best(seen, settings.watch.gap)
    here.write_json("rounds.json", {"chosen": writers[at], "stopped": why, "rounds": [one.about() for one in seen]})
    with here.file("ledger.parquet") as path:
        ledger.write(ledgers.adapter_entries(writers[at]), path)
    rights = steps.rights_with(steps.read_pairs(settings.data), asks=(settings.writer, settings.scorer))
    here.finish(rights=rights, chosen=writers[at], stopped=why)
    say(f"{here.folder}: stopped, as {why}; chosen: {writers[at]} ({told(seen[at])})")


def stop(seen: Sequence[Seen], gap: float, patience: int) -> str | None:
    """Why no round should follow, or None. The first of `seen` is the writer before all rounds.

    A round is judged by the share of drafts that the judge prefers rewritten: it stopped rising where `patience` rounds
    in a row brought no higher one. A proxy gap counts as open where it is beyond `gap` points and its whole interval is
    above 0 (Gao et al. 2023, arXiv:2210.10760).
    """
    last = seen[-1]
    if last.opened(gap):
        return f"the proxy gap opened ({last.gap.value:+.1f} points)"
    shares = [one.improved.value for one in seen]
    if len(shares) - 1 - shares.index(max(shares)) >= patience:
        return "the judge's share stopped rising"
    return None


def best(seen: Sequence[Seen], gap: float) -> int:
    """Number of the writer that the judge prefers in most drafts, among those whose proxy gap is closed."""
    held = [at for at, one in enumerate(seen) if not one.opened(gap)] or [0]
    return max(held, key=lambda at: (seen[at].improved.value, -at))


def told(seen: Seen) -> str:
    """A round in a line."""
    low, high = seen.improved.low, seen.improved.high
    ends = "" if low is None or high is None else f" [{low:.0%}, {high:.0%}]"
    return (f"a rewrite passes for {seen.passing.value:.0%} of drafts, the judge prefers it for "
            f"{seen.improved.value:.0%}{ends}, proxy gap {seen.gap.value:+.1f} points")  # fmt: skip


def _pairs(settings: ImproveSettings, writer: str, number: int, objective: str, folder: Path) -> str:
    """Folder of the round's judged pairs."""
    changed: dict[str, Any] = {"rounds": 0, "writer": writer, "turn": number - 1, "name": None, "out": None}
    if objective == "sft":
        changed["against"] = ("draft",)  # imitation sees the better one alone
    mine = settings.model_copy(update=changed)
    here = _open("improve", mine.model_dump(mode="json"), [*mine.data, mine.writer, mine.scorer], folder / "pairs",
                 mine.seed)  # fmt: skip
    if not here.finished:
        pairs.make(mine, here)
        gc.collect()
    return str(folder / "pairs")


def lesson(settings: ImproveSettings, data: Sequence[str], before: str, number: int) -> WriterSettings:
    """How the writer of a round learns: opened and read as the one before it, by the objective of the round."""
    how, base = settings.learn, runs.finished(Path(before), "train")
    objective, rate = _way(settings, number)
    values: dict[str, Any] = {
        "task": "writer", "data": list(data), "base": base["base"]["spec"], "prompt": base["prompt"]["name"],
        "objective": objective, "init": before, "batch_size": how.batch_size, "epochs": how.epochs,
        "learning_rate": rate, "seed": settings.seed,
        **{key: base["settings"][key] for key in _AS_BEFORE if key in base["settings"]},
    }  # fmt: skip
    if objective in ("dpo", "ipo", "simpo"):
        values["imitation"] = how.imitation
    if objective == how.then and objective in ("dpo", "ipo", "simpo", "orpo") and how.beta is not None:
        values["beta"] = how.beta
    if objective == "grpo":
        values |= {"max_pairs": settings.drafts, "seed": settings.seed + number}
        values["grpo"] = {"scorer": settings.scorer, "samples": settings.samples,
                          "temperature": settings.temperature[0], "gates": settings.gates}  # fmt: skip
    else:
        values |= {"kinds": ["judged"], "weighting": how.weighting}
    return WriterSettings.model_validate(values)


def _way(settings: ImproveSettings, number: int) -> tuple[str, float]:
    """Objective and learning rate of a round."""
    how = settings.learn
    return (how.first, how.learning_rate) if number == 1 else (how.then, how.later_rate)


def _learn(mine: WriterSettings, folder: Path) -> str:
    """Folder of the writer that learned so."""
    reads = [*mine.data, *training.others(mine)]
    here = _open("train", mine.model_dump(mode="json"), reads, folder, mine.seed)
    if not here.finished:
        training.carry_out(mine, here)
        gc.collect()
    return str(folder)


def _open(kind: str, values: dict[str, Any], reads: Sequence[str], folder: Path, seed: int) -> runs.Run:
    inputs = {name: runs.digest(Path(name)) for name in dict.fromkeys(reads)}
    return runs.start(kind, str(folder), settings=values, inputs=inputs, out=folder, seed=seed)


def _watched(settings: ImproveSettings, writer: Path, path: Path) -> Seen:
    """What guide and judge say of a writer, looked at once."""
    if path.is_file():
        return Seen.of(json.loads(path.read_text(encoding="utf-8")))
    found = watching.look(
        steps.load_writer(writer), steps.load_scorer(Path(settings.scorer)),
        steps.load_scorer(Path(str(settings.judge))), steps.read_pairs(settings.data).pairs,
        context(settings.gates, writer),
        drafts=settings.watch.drafts, samples=settings.watch.samples, temperature=settings.temperature,
        steering=settings.steering(), least_edit=settings.least_edit, seed=settings.seed,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with aside(path) as made:
        made.write_text(json.dumps(found.about(), indent=2) + "\n", encoding="utf-8")
    gc.collect()
    return found

"""Examples for the report: drawn at random within each outcome, failures left in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from data_prep.sources.table import identifier
from eval.outcomes import Outcome
from eval.records import Example, GateCount, GateVerdict
from eval.steps import Draft
from virality.gates import GATES, Verdict

Kind = Literal["good", "bad", "none_passed"]


def examples(
    chosen: Sequence[Draft],
    writer: Sequence[Outcome],
    base: Sequence[Outcome],
    verdicts: Sequence[Sequence[tuple[Verdict, ...]]],
    most: int,
    seed: int,
) -> list[Example]:
    """Up to `most` examples, in turn good, bad and none passed, each in an order that the seed decides.

    Args:
        chosen: the drafts.
        writer: what the writer did with each.
        base: what the base model did with each.
        verdicts: of the writer's rewrites of each draft, in order.
        most: how many.
        seed: of the draw.
    """
    order = sorted(range(len(chosen)), key=lambda at: identifier(seed, "example", chosen[at].example_id))
    kinds: dict[Kind, list[int]] = {"good": [], "bad": [], "none_passed": []}
    for at in order:
        kinds[_kind(writer[at])].append(at)
    drawn: list[tuple[Kind, int]] = []
    while len(drawn) < most and any(kinds.values()):
        drawn += [(kind, left.pop(0)) for kind, left in kinds.items() if left]
    return [_example(kind, chosen[at], writer[at], base[at], verdicts[at]) for kind, at in drawn[:most]]


def gate_counts(system: str, verdicts: Sequence[tuple[Verdict, ...]], langs: Sequence[str]) -> list[GateCount]:
    """How often each gate failed or did not look, over all rewrites of a system and over those of each language.

    Args:
        system: its name.
        verdicts: on each rewrite.
        langs: of the draft of each; where all are of one language, they are counted together alone.
    """
    names = sorted(set(langs))
    parts: list[str | None] = [None, *(names if len(names) > 1 else ())]
    return [one for lang in parts for one in _counted(system, verdicts, langs, lang)]


def _counted(
    system: str, verdicts: Sequence[tuple[Verdict, ...]], langs: Sequence[str], lang: str | None
) -> list[GateCount]:
    mine = [one for one, its in zip(verdicts, langs, strict=True) if lang in (None, its)]
    states = Counter((verdict.gate, verdict.state) for one in mine for verdict in one)
    return [
        GateCount(system=system, gate=gate, lang=lang, failed=states[gate, "fail"],
                  not_checked=states[gate, "not_checked"], n=len(mine))
        for gate in GATES
    ]  # fmt: skip


def _kind(outcome: Outcome) -> Kind:
    if outcome.judge is None:
        return "none_passed"
    return "good" if outcome.judge > 0.5 else "bad"


def _example(
    kind: Kind, draft: Draft, mine: Outcome, base: Outcome, verdicts: Sequence[tuple[Verdict, ...]]
) -> Example:
    at = mine.returned if mine.returned is not None else 0
    return Example(
        example_id=draft.example_id,
        component=draft.component,
        kind=kind,
        lang=draft.lang,
        draft=draft.text,
        rewrite=mine.rewrites[at],
        base_rewrite=None if base.returned is None else base.text,
        judge_p=mine.judge,
        scorer_p=mine.scorer[at],
        verdicts=[GateVerdict(gate=one.gate, state=one.state, reason=one.reason) for one in verdicts[at]],
    )

"""What stands beside a writer without another model: the better post, edits, chance, and the writer without gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from data_prep.records import Pair
from data_prep.sources.table import identifier
from eval.outcomes import Pick
from eval.steps import Draft, RewriteRow
from virality.text.edits import candidates

Rival = Literal["base", "human", "ungated", "edits", "random_edit"]
RIVALS: tuple[Rival, ...] = get_args(Rival)
UNGATED = ("human", "ungated")
"""Of these nothing had to pass a gate."""
PICKS: dict[str, Pick] = {"human": "given", "ungated": "ungated", "random_edit": "first"}
"""Who chooses among a system's rewrites, where it is not the guide behind the gates."""
SAID = {
    "human": "drafts that are the worse post of a pair, against the better one: how far the judge can be pleased",
    "ungated": "the writer's rewrite that the scorer likes best, whatever the gates say of it",
}


def human(chosen: Sequence[Draft], pairs: Sequence[Pair]) -> tuple[list[Draft], list[RewriteRow]]:
    """The drafts that are the worse post of a measured pair, and the better post of each."""
    better = {pair.worse_id: pair.better for pair in pairs}
    some = [draft for draft in chosen if draft.example_id in better]
    return some, [_row(draft, better[draft.example_id], "human", 0) for draft in some]


def edits(chosen: Sequence[Draft], samples: int, seed: int) -> list[RewriteRow]:
    """As many edits of each draft's own words as the writer has rewrites, in random order: no model is asked."""
    out = []
    for draft in chosen:
        made = candidates(draft.text, 4 * samples, seed)
        drawn = sorted(made, key=lambda text: identifier(seed, draft.example_id, text))[:samples]
        out += [_row(draft, text, "edits", seed) for text in drawn]
    return out


def _row(draft: Draft, text: str, model: str, seed: int) -> RewriteRow:
    return RewriteRow(draft.example_id, draft.component, draft.text, text, model, "", "", "", seed, 0.0, "given")

"""What stands beside a writer without another model: the better post, edits, chance, and the writer without gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from data_prep.records import Pair
from eval.outcomes import Pick
from eval.steps import Draft, RewriteRow
from train.search import Source, cuts, legal
from virality.gates import Context

Rival = Literal["base", "human", "ungated", "edits", "random_edit", "cuts"]
RIVALS: tuple[Rival, ...] = get_args(Rival)
UNGATED = ("human", "ungated")
"""Of these nothing had to pass a gate."""
PICKS: dict[str, Pick] = {"human": "given", "ungated": "ungated", "random_edit": "first", "cuts": "first"}
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


def edits(chosen: Sequence[Draft], samples: int, gates: Context, seed: int) -> list[RewriteRow]:
    """Legal edits of each draft's own words, as many as the writer has rewrites, by chance: no model is asked."""
    found = legal(_sources(chosen), gates, most=samples, seed=seed, least_edit=gates.min_edit)
    return [_row(draft, one.text, "edits", seed) for draft, mine in zip(chosen, found, strict=True) for one in mine]


def cutting(chosen: Sequence[Draft], gates: Context, seed: int) -> list[RewriteRow]:
    """The shortest legal wording of each draft that cutting and contracting alone give."""
    found = cuts(_sources(chosen), gates, seed=seed, least_edit=gates.min_edit)
    return [_row(draft, one.text, "cuts", seed) for draft, one in zip(chosen, found, strict=True) if one is not None]


def _sources(chosen: Sequence[Draft]) -> list[Source]:
    return [Source(draft.text, draft.platform, draft.lang) for draft in chosen]


def _row(draft: Draft, text: str, model: str, seed: int) -> RewriteRow:
    return RewriteRow(draft.example_id, draft.component, draft.text, text, model, "", "", "", seed, 0.0, "given")

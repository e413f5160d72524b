"""What one system did with each draft: something chooses among what passed, the judge says whether it won."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eval.metrics import Array
from eval.steps import Draft, RewriteRow
from train.candidates import LIKELY
from train.records import Score
from train.scorers import Scorer
from virality.gates import Verdict, passed

BEST_OF = (1, 2, 4, 8, 16)
Pick = Literal["guide", "ungated", "first", "given"]
"""Who chooses. guide: the scorer, among what passed, where it prefers it to the draft. ungated: the scorer, whatever
the gates say. first: nobody; the first that passed. given: there is one, and it is taken."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one system did with one draft.

    Fields:
        example_id: of the draft.
        component: of the draft.
        draft: the post.
        rewrites: generated, in order.
        passed: one a rewrite.
        scorer: the guide's P(rewrite beats draft), one a rewrite; None where it did not pass.
        returned: number of the passing rewrite that the guide likes best and prefers to the draft, or None.
        judge: P(returned beats draft), or None where nothing was returned.
        judged: the judge's P(rewrite beats draft), one a rewrite; None where it did not pass.
        first: for each best-of k the judge's P of what the first k give, or None.
    """

    example_id: str
    component: str
    draft: str
    rewrites: list[str]
    passed: list[bool]
    scorer: list[float | None]
    returned: int | None
    judge: float | None
    judged: list[float | None]
    first: dict[int, float | None]

    @property
    def improved(self) -> bool:
        """Whether the judge prefers what was returned; nothing returned is a loss."""
        return (self.judge or 0.0) > 0.5

    @property
    def text(self) -> str:
        """What a person gets: the returned rewrite, or the draft."""
        return self.draft if self.returned is None else self.rewrites[self.returned]


def outcomes(
    rows: Sequence[RewriteRow],
    judged: Sequence[tuple[Verdict, ...]],
    chosen: Sequence[Draft],
    guide: Scorer,
    judge: Scorer,
    pick: Pick = "guide",
) -> list[Outcome]:
    """What each draft came to; a draft without a row has nothing returned.

    Args:
        rows: rewrites of the drafts.
        judged: the gates' verdicts on each row.
        chosen: the drafts.
        guide: scorer that chooses, where `pick` says so.
        judge: says whether what was returned wins.
        pick: who chooses.
    """
    good = [passed(one) or pick in ("ungated", "given") for one in judged]
    chances = _only(guide, rows, good)
    verdict = _only(judge, rows, good)
    place: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        place.setdefault(row.example_id, []).append(at)
    most = max(map(len, place.values()), default=0)
    by_chance = pick in ("guide", "ungated")

    def best(of: list[int]) -> int | None:
        if not by_chance:
            return next((at for at in of if good[at]), None)
        known = [(chance, -at) for at in of if (chance := chances[at]) is not None and chance > LIKELY]
        return -max(known)[1] if known else None

    def outcome(draft: Draft) -> Outcome:
        mine = place.get(draft.example_id, [])
        firsts = {k: best(mine[:k]) for k in sorted({k for k in (*BEST_OF, most) if 1 <= k <= most})}
        returned = best(mine)
        return Outcome(
            example_id=draft.example_id,
            component=draft.component,
            draft=draft.text,
            rewrites=[rows[at].rewrite for at in mine],
            passed=[good[at] for at in mine],
            scorer=[chances[at] for at in mine],
            returned=None if returned is None else mine.index(returned),
            judge=None if returned is None else verdict[returned],
            judged=[verdict[at] for at in mine],
            first={k: None if at is None else verdict[at] for k, at in firsts.items()},
        )

    return [outcome(draft) for draft in chosen]


def versus(judge: Scorer, first: Sequence[Outcome], second: Sequence[Outcome]) -> Array:
    """Judge's P(what the first system gives beats what the second gives); 1/2 where both give the same: (N,)."""
    p = judge.probability([one.text for one in first], [one.text for one in second])
    same = np.asarray([one.text == two.text for one, two in zip(first, second, strict=True)])
    return np.where(same, 0.5, p)


def scores(system: str, chosen: Sequence[Draft], found: Sequence[Outcome], guide: str, judge: str) -> list[Score]:
    """The guide's and the judge's scores of one system as scores.parquet keeps them; `guide`, `judge`: versions."""
    out = []
    for draft, outcome in zip(chosen, found, strict=True):
        for at, value in enumerate(outcome.scorer):
            why = None if value is not None else "failed a gate"
            out.append(Score(f"{draft.example_id}:{system}:{at}", "scorer", guide, value, why))
        why = None if outcome.judge is not None else "nothing was returned"
        out.append(Score(f"{draft.example_id}:{system}:returned", "judge", judge, outcome.judge, why))
    return out


def _only(scorer: Scorer, rows: Sequence[RewriteRow], good: Sequence[bool]) -> list[float | None]:
    """P(rewrite beats draft) of the rows that are good; None for the others."""
    at = [index for index, fine in enumerate(good) if fine]
    p = scorer.probability([rows[index].rewrite for index in at], [rows[index].draft for index in at]).tolist()
    found = dict(zip(at, p, strict=True))
    return [found.get(index) for index in range(len(rows))]

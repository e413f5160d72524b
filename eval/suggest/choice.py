"""From rewrites of drafts to what is suggested: gates, then the scorer, then the likeliest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from eval.score.languages import unlearned
from eval.suggest.history import History
from eval.suggest.interval import intervals
from eval.suggest.records import Answer, Origin, Suggestion
from train.candidates import LIKELY, gates_of, judge_gates
from train.scorers import Scorer
from train.scorers.reasons import reasons as reasons_of
from virality.gates import Context, Verdict, passed
from virality.text.normalise import fold
from virality.text.similarity import edit_ratio


@dataclass(frozen=True, slots=True)
class Judge:
    """What decides: the scorer and how many pairs it was calibrated on, the gates' context, the author's posts."""

    scorer: Scorer | None = None
    validation: int | None = None
    context: Context = field(default_factory=gates_of)
    history: History | None = None

    def scores(self, draft: str) -> bool:
        """Whether there is a scorer that has learned from the draft's language."""
        return self.scorer is not None and unlearned(draft, self.scorer.languages) is None

    def verdicts(self, draft: str, rewrite: str, platform: str | None) -> tuple[Verdict, ...]:
        """Of every gate and, with posts of the author, of `voice`."""
        found = judge_gates(draft, rewrite, platform, None, self.context)
        return found if self.history is None else (*found, self.history.verdict(draft, rewrite))


def choose(
    asked: Sequence[Answer], rewrites: Sequence[Mapping[str, Origin]], judge: Judge, *, n: int, reasons: int = 0
) -> list[Answer]:
    """The answers for some drafts whose rewrites are there.

    Args:
        asked: an answer without suggestions for each draft.
        rewrites: of each draft, text -> where it comes from.
        judge: who decides.
        n: suggestions for a draft, at most.
        reasons: words a side, and features a side, that are named for each suggestion.
    """
    verdicts = [
        {text: judge.verdicts(one.draft, text, one.platform) for text in mine}
        for one, mine in zip(asked, rewrites, strict=True)
    ]
    open_ = [(at, text) for at, mine in enumerate(verdicts) for text, found in mine.items() if passed(found)]
    chances = _chances([(asked[at].draft, text) for at, text in open_], judge)
    found: list[list[Suggestion]] = [[] for _ in asked]
    for (at, text), (p, low, high) in zip(open_, chances, strict=True):
        edits = edit_ratio(asked[at].draft, text)
        found[at].append(Suggestion(text, p, edits, verdicts[at][text], low, high, rewrites[at][text]))
    rows = zip(asked, found, verdicts, strict=True)
    return [_explained(_answer(one, mine, all_, n), judge, reasons) for one, mine, all_ in rows]


def _chances(
    pairs: Sequence[tuple[str, str]], judge: Judge
) -> list[tuple[float, float, float] | tuple[float, None, None] | tuple[None, None, None]]:
    """P(the rewrite beats the draft) of each (draft, rewrite) with its interval; None where nothing can say."""
    out: list[tuple[float, float, float] | tuple[float, None, None] | tuple[None, None, None]]
    out = [(None, None, None)] * len(pairs)
    told = [at for at, (draft, _) in enumerate(pairs) if judge.scores(draft)]
    if judge.scorer is None or not told:
        return out
    drafts, texts = ([pairs[at][side] for at in told] for side in (0, 1))
    p = np.asarray(judge.scorer.probability(texts, drafts))
    for at, value, (low, high) in zip(told, p.tolist(), intervals(judge.scorer, p, texts, drafts, judge.validation),
                                      strict=True):  # fmt: skip
        out[at] = (value, None, None) if low is None or high is None else (value, low, high)
    return out


def _answer(asked: Answer, open_: list[Suggestion], judged: Mapping[str, tuple[Verdict, ...]], n: int) -> Answer:
    if not open_:
        return replace(asked, reason=_none_passed(list(judged.values())))
    open_ = sorted(open_, key=_rank)
    likely = _different(one for one in open_ if one.p_better is None or one.p_better > LIKELY)
    if likely:
        return replace(asked, suggestions=likely[:n])
    return replace(asked, reason=f"{len(open_)} of {len(judged)} rewrites passed the gates, and none is likely to do "
                                 f"better than the draft (the best: {open_[0].p_better or 0.0:.0%})")  # fmt: skip


def _rank(one: Suggestion) -> tuple[float, str]:
    """By chance, then by text; what no scorer can tell of stays in the order in which it was made."""
    return (-0.5, "") if one.p_better is None else (-one.p_better, one.text)


def _different(ranked: Iterable[Suggestion]) -> list[Suggestion]:
    """Of those that differ in marks and lines alone, the first."""
    kept: dict[str, Suggestion] = {}
    for one in ranked:
        kept.setdefault(fold(one.text), one)
    return list(kept.values())


def _none_passed(judged: Sequence[tuple[Verdict, ...]]) -> str:
    failed = [verdict for one in judged for verdict in one if verdict.state == "fail"]
    if not failed:
        return "no rewrite was made"
    counts = Counter(verdict.gate for verdict in failed).most_common()
    listed = ", ".join(f"{gate} {count}" for gate, count in counts)
    return f"none of {len(judged)} rewrites passed the gates: {listed} (e.g. {failed[0].reason})"


def _explained(answer: Answer, judge: Judge, most: int) -> Answer:
    if most < 1 or judge.scorer is None:
        return answer
    told = [
        replace(one, reasons=tuple(reasons_of(judge.scorer, answer.draft, one.text, most)))
        if one.p_better is not None
        else one
        for one in answer.suggestions
    ]
    return replace(answer, suggestions=told)

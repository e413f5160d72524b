"""What a writer makes of validation drafts while it learns: greedy rewrites, each with the verdicts of the gates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from data_prep.records import MEASURED, Pair
from data_prep.sources.table import identifier
from train.candidates import judge_gates, sample
from train.scorers import Scorer
from train.steps import Writer
from virality.gates import passed

_TOLD = ("ended", "passed", "failed", "not_checked", "score")
_TEXTS = ("draft", "rewrite")
_IN_PLACE = tuple(f"{which}_{what}" for which in _TEXTS for what in ("sha256", "characters"))


@dataclass(frozen=True, slots=True)
class Sample:
    """One rewrite.

    Fields:
        draft: the post.
        rewrite: greedy, with handles and links restored.
        ended: by the writer itself, not by the limit of length.
        passed: every gate.
        failed: names of the gates that it failed.
        not_checked: names of the gates that could not tell.
        score: P(rewrite beats draft) by the guide; None where there is none, or it did not pass.
    """

    draft: str
    rewrite: str
    ended: bool
    passed: bool
    failed: tuple[str, ...]
    not_checked: tuple[str, ...]
    score: float | None = None


def drafts(pairs: Sequence[Pair], most: int, seed: int) -> list[Pair]:
    """Up to `most` measured validation pairs whose worse posts are rewritten, one a draft; the seed draws."""
    own = {pair.worse_id: pair for pair in pairs if pair.kind in MEASURED and pair.split == "validation"}
    return sorted(own.values(), key=lambda pair: identifier(seed, pair.worse_id))[:most]


def rewrite(writer: Writer, pairs: Sequence[Pair], guide: Scorer | None = None) -> list[Sample]:
    """The writer's greedy rewrite of each pair's worse post. Draws no random number; leaves the model's mode as it was.

    Args:
        writer: with the model as it is now.
        pairs: as `drafts` gives them.
        guide: scores the rewrites that ended and passed.
    """
    training = writer.model.training
    writer.model.eval()
    try:
        made = sample(writer, [pair.worse for pair in pairs], samples=1, temperature=0, seed=0)
    finally:
        writer.model.train(training)
    found = []
    for pair, (one, *_) in zip(pairs, made, strict=True):
        verdicts = judge_gates(pair.worse, one.text, pair.platform, None)
        failed, not_checked = (
            tuple(verdict.gate for verdict in verdicts if verdict.state == state) for state in ("fail", "not_checked")
        )
        score = None
        if guide is not None and one.stopped == "eos" and passed(verdicts):
            score = float(guide.probability([one.text], [pair.worse])[0])
        found.append(Sample(pair.worse, one.text, one.stopped == "eos", passed(verdicts), failed, not_checked, score))
    return found


def table(samples: Sequence[Sample], *, text: bool) -> tuple[tuple[str, ...], list[list[str | int | float | None]]]:
    """Columns and rows for a tracker. Without `text`, hashes and lengths stand in the place of both posts.

    The reasons that gates give quote the posts, so only the gates' names are told.
    """
    rows: list[list[str | int | float | None]] = []
    for one in samples:
        posts = (one.draft, one.rewrite)
        place = posts if text else tuple(told for post in posts for told in (_hash(post), len(post)))
        rows.append([*place, _yes(one.ended), _yes(one.passed), ", ".join(one.failed), ", ".join(one.not_checked),
                     one.score])  # fmt: skip
    return (*(_TEXTS if text else _IN_PLACE), *_TOLD), rows


def figures(samples: Sequence[Sample]) -> dict[str, float]:
    """Shares of the rewrites that ended and that passed, mean length over the draft's, mean score of those scored."""
    told = {
        "ended": fmean(one.ended for one in samples),
        "passed": fmean(one.passed for one in samples),
        "length_ratio": fmean(len(one.rewrite) / max(1, len(one.draft)) for one in samples),
    }
    scores = [one.score for one in samples if one.score is not None]
    return told | ({"score": fmean(scores)} if scores else {})


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _yes(value: bool) -> str:
    return "yes" if value else "no"

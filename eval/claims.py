"""The first screen: questions, and answers that the figures support or do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from eval.records import Claim, Figure

Verdict = Literal["yes", "no", "unclear", "not_measured"]


def claims(figures: Sequence[Figure]) -> list[Claim]:
    """What a reader asks first, answered from the figures alone."""
    by_name = {figure.name: figure for figure in figures}
    asked: list[tuple[str, str, float, tuple[str, ...]]] = [
        ("Is the scorer better than chance?", "scorer.pair_accuracy", 0.5, ()),
        ("Is it better than 'the longer text wins'?", "scorer.gain_over.length_only", 0.0, ("scorer.pair_accuracy.length_only",)),
        ("Is it better than features of form alone?", "scorer.gain_over.features_only", 0.0, ("scorer.pair_accuracy.features_only",)),
        ("Does the writer beat leaving the draft alone?", "writer.win_rate", 0.5, ("writer.net_gain",)),
        ("Does the writer beat the base model asked nicely?", "writer.win_rate.versus_base", 0.5, ("writer.win_rate.base",)),
    ]  # fmt: skip
    out = []
    for question, name, null, beside in asked:
        figure = by_name.get(name)
        if figure is None:
            continue
        verdict = _verdict(figure, null)
        out.append(
            Claim(
                question=question,
                answer=_answer(verdict),
                verdict=verdict,
                figures=[name, *(b for b in beside if b in by_name)],
            )
        )
    return out


def summary(answers: Sequence[Claim]) -> str:
    """One plain sentence: what was shown, or that nothing was."""
    writer = {claim.question: claim.verdict for claim in answers if "writer" in claim.question}
    scorer = [claim.verdict for claim in answers if "writer" not in claim.question]
    parts = []
    if scorer:
        parts.append(
            "The scorer beats chance, length and features of form."
            if all(verdict == "yes" for verdict in scorer)
            else f"The scorer beats {_list([_BASELINES[i] for i, v in enumerate(scorer) if v == 'yes']) or 'none of its baselines'} only."
        )
    if writer:
        draft, base = (list(writer.values()) + ["not_measured"])[:2]
        if draft == "yes":
            parts.append("The writer's rewrites are preferred to the draft by a judge that trained neither.")
        elif draft == "no":
            parts.append("The writer shows no gain: more often than not a person is better off with the draft.")
        else:
            parts.append("The writer shows no gain over leaving the draft alone that this test can see.")
        if base == "yes":
            parts.append("It does better than the base model asked nicely.")
    return " ".join(parts) or "Nothing was measured."


_BASELINES = ("chance", "length", "features of form")


def _verdict(figure: Figure, null: float) -> Verdict:
    if figure.value is None:
        return "not_measured"
    if figure.low is None or figure.high is None:
        return "unclear"
    if figure.low > null:
        return "yes"
    return "no" if figure.high < null else "unclear"


def _answer(verdict: Verdict) -> str:
    return {
        "yes": "Yes: the whole interval lies above.",
        "no": "No: the whole interval lies below.",
        "unclear": "Not shown: the interval includes no difference.",
        "not_measured": "Not measured.",
    }[verdict]


def _list(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)

"""An answer as lines to read in a terminal, in either direction of writing."""

from __future__ import annotations

from eval.score.two import line, percent, shown
from eval.suggest.records import Answer, Suggestion
from virality.text.similarity import marked


def as_text(answer: Answer) -> str:
    """The suggestions, the best first: text, chance, checks, difference, reasons; or the draft and why it stands."""
    if answer.reason is not None:
        return f"{shown(answer.draft)}\n\nThe draft stands: {answer.reason}."
    return "\n\n".join(_block(answer.draft, one) for one in answer.suggestions)


def _block(draft: str, one: Suggestion) -> str:
    unseen = [verdict.gate for verdict in one.verdicts if verdict.state == "not_checked"]
    seen = len(one.verdicts) - len(unseen)
    gates = f"passed {seen} gate{'s' * (seen != 1)}" + (f", not checked: {', '.join(unseen)}" if unseen else "")
    made = "; an edit of the draft's own words" if one.origin == "edit" else ""
    told = [f"{_chance(one)}; {one.edits:.0%} edited; {gates}{made}", shown(marked(draft, one.text))]
    for title, side in (("for it", "second"), ("for the draft", "first")):
        mine = [reason for reason in one.reasons if reason.side == side]
        if mine:
            told += [f"{title}, in points on an even chance:", *map(line, mine)]
    return "\n".join([shown(one.text), *(f"    {part}" for part in told)])


def _chance(one: Suggestion) -> str:
    if one.p_better is None:
        return "not scored"
    sure = "" if one.low is None or one.high is None else f" ({percent(one.low)} to {percent(one.high)})"
    return f"beats the draft with {percent(one.p_better)}{sure}"

"""The first screen: questions, and answers that the figures support or do not, all tests of one report together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.family import Tested, family, in_words
from eval.records import Claim, Figure

Verdict = Literal["yes", "no", "unclear", "not_measured"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question: the figure that answers it, the value that means 'no difference', and what stands beside it."""

    question: str
    figure: str
    null: float
    null_in_words: str
    beside: tuple[str, ...] = ()
    p_value: str = ""
    """The figure that is its p; empty: taken from the interval."""


_SCORER = {  # what the scorer may beat -> how it is asked
    "chance": _Asked("Is the scorer better than chance?", "scorer.pair_accuracy", 0.5, "50%"),
    "length": _Asked("Is it better than 'the longer text wins'?", "scorer.gain_over.length_only", 0.0, "zero",
                     ("scorer.pair_accuracy.length_only",)),
    "features of form": _Asked("Is it better than features of form alone?", "scorer.gain_over.features_only", 0.0,
                               "zero", ("scorer.pair_accuracy.features_only",)),
}  # fmt: skip
_DRAFT = _Asked("Does the writer beat leaving the draft alone?", "writer.win_rate.versus_draft", 0.5, "50%",
                ("writer.win_rate",))  # fmt: skip
_NET = _Asked("Is that more than a change of form or of noise?", "writer.net_gain.regression", 0.0, "zero",
              ("writer.gain", "writer.net_gain.matched"))  # fmt: skip
_BASE = _Asked("Does the writer beat the base model asked nicely?", "writer.win_rate.versus_base", 0.5, "50%",
               ("writer.win_rate.base",))  # fmt: skip
_LIVE = _Asked("Did readers of a real test prefer the rewrites?", "live.lift", 0.0, "zero",
               ("live.odds_ratio", "live.tests"), "live.p_value")  # fmt: skip


_ERROR, _MOST, _SLOPE = "scorer.ece", "scorer.ece.by_chance_most", "scorer.calibration_slope"
_SHUFFLED = "scorer.pair_accuracy.shuffled"
_OFF = {"above": "above 50%, so something leaks",
        "below": "below 50%, which labels that say nothing should not give either"}  # fmt: skip


def claims(figures: Sequence[Figure], components: int | None = None) -> list[Claim]:
    """What a reader asks first, answered from the figures alone.

    Questions of gain are a family: a difference is shown where its p, adjusted for all of them, is below .05.

    Args:
        figures: of the report.
        components: of the test; None: very many.
    """
    by_name = {figure.name: figure for figure in figures}
    asked = [one for one in (*_SCORER.values(), _DRAFT, _NET, _BASE, _LIVE) if one.figure in by_name]
    own = {one.p_value: by_name[one.p_value].value for one in asked if one.p_value in by_name}
    found = family([(by_name[one.figure], one.null, own.get(one.p_value)) for one in asked], components)
    made = [_claim(one, by_name, tested) for one, tested in zip(asked, found, strict=True)]
    controls = [
        *([_of_chance(by_name[_SHUFFLED])] if _SHUFFLED in by_name else []),
        *([_of_calibration(by_name)] if _ERROR in by_name and _MOST in by_name else []),
    ]
    first = sum(one in _SCORER.values() for one in asked)
    return [*made[:first], *controls, *made[first:]]


def _of_chance(figure: Figure) -> Claim:
    """Whether what turned labels teach is nothing."""
    verdict: Verdict = "no"
    if figure.value is None:
        verdict, answer = "not_measured", f"Not measured: {figure.note}."
    elif figure.low is None or figure.high is None:
        verdict, answer = "unclear", "Not shown: too few independent examples for an interval."
    elif figure.low <= 0.5 <= figure.high:
        verdict, answer = "yes", "Yes: the interval includes 50%."
    else:
        answer = f"No: the whole interval lies {_OFF['above' if figure.low > 0.5 else 'below']}."
    question = "Do labels turned at random teach it nothing?"
    return Claim(question=question, answer=answer, verdict=verdict, figures=[figure.name])


def _of_calibration(by_name: dict[str, Figure]) -> Claim:
    """Whether the calibration error is more than a perfectly calibrated scorer shows by chance."""
    error, most = by_name[_ERROR].value, by_name[_MOST].value
    verdict: Verdict = "no"
    if error is None or most is None:
        verdict, answer = "not_measured", f"Not measured: {by_name[_ERROR].note}."
    elif error <= most:
        verdict, answer = "yes", "Yes: its calibration error is within what chance gives a perfectly calibrated scorer."
    else:
        answer = "No: its calibration error is more than chance gives a perfectly calibrated scorer."
    named = [name for name in (_ERROR, _MOST, _SLOPE) if name in by_name]
    return Claim(question="Is it as sure as it should be?", answer=answer, verdict=verdict, figures=named)


def summary(answers: Sequence[Claim]) -> str:
    """Plain sentences: what was shown, or that nothing was, and whether a gain may be one of form alone."""
    verdicts = {claim.figures[0]: claim.verdict for claim in answers}
    of_scorer = {name: verdicts[asked.figure] for name, asked in _SCORER.items() if asked.figure in verdicts}
    said = [_of_scorer(of_scorer)] if of_scorer else []
    if any(claim.figures[0] == _SHUFFLED and _OFF["above"] in claim.answer for claim in answers):
        said.append("Labels turned at random teach it something too, so part of what it seems to know leaks.")
    if verdicts.get(_ERROR) in ("yes", "no"):
        said.append(f"It is {'' if verdicts[_ERROR] == 'yes' else 'not '}as sure as it should be.")
    if _DRAFT.figure in verdicts:
        said.append(_AGAINST_DRAFT[verdicts[_DRAFT.figure]])
        if verdicts[_DRAFT.figure] == "yes":
            said.append(_NET_OF_FORM["yes" if verdicts.get(_NET.figure) == "yes" else "unclear"])
    if _BASE.figure in verdicts:
        said.append(_AGAINST_BASE[verdicts[_BASE.figure]])
    if _LIVE.figure in verdicts:
        said.append(_WITH_READERS[verdicts[_LIVE.figure]])
    return " ".join(said) or "Nothing was measured."


_NET_OF_FORM: dict[Verdict, str] = {
    "yes": "The gain stays where length, capitals, marks, emoji, hashtags, clickbait and outrage did not change.",
    "unclear": "Whether that is more than a change of form is not shown.",
}
_AGAINST_DRAFT: dict[Verdict, str] = {
    "yes": "What the writer returns is preferred to the draft, by a judge that trained neither.",
    "no": "The writer shows no gain: what it returns does worse than the draft, by a judge that trained neither.",
    "unclear": "The writer shows no gain over leaving the draft alone that this test can see.",
    "not_measured": "The writer was not measured against the draft.",
}
_AGAINST_BASE: dict[Verdict, str] = {
    "yes": "The writer does better than the base model asked nicely.",
    "no": "The writer does worse than the base model asked nicely.",
    "unclear": "The writer is not shown to do better than the base model asked nicely.",
    "not_measured": "The writer was not measured against the base model.",
}
_WITH_READERS: dict[Verdict, str] = {
    "yes": "In the live test that is given, readers preferred the rewrites.",
    "no": "In the live test that is given, the rewrites did worse than the drafts.",
    "unclear": "The live test that is given shows no lift.",
    "not_measured": "The live test that is given tells nothing of a lift.",
}
_VERBS: dict[Verdict, str] = {
    "yes": "beats",
    "unclear": "is not shown to beat",
    "no": "does worse than",
    "not_measured": "was not measured against",
}


def _of_scorer(verdicts: dict[str, Verdict]) -> str:
    """The sentence on the scorer: 'beats chance and length, but is not shown to beat features of form'."""
    parts = []
    for verdict, verb in _VERBS.items():
        named = [baseline for baseline, found in verdicts.items() if found == verdict]
        if named:
            parts.append(f"{verb} {_list(named, 'and' if verdict == 'yes' else 'or')}")
    joint = ", but " if "yes" in verdicts.values() else ", and "
    return f"The scorer {parts[0]}{joint * (len(parts) > 1)}{' and '.join(parts[1:])}."


def _claim(asked: _Asked, by_name: dict[str, Figure], tested: Tested) -> Claim:
    figure = by_name[asked.figure]
    verdict = _verdict(figure, asked.null, tested)
    answer = {
        "yes": f"Yes: the whole interval lies above {asked.null_in_words}.",
        "no": f"No: the whole interval lies below {asked.null_in_words}.",
        "unclear": f"Not shown: {_unclear(figure, asked, tested)}.",
        "not_measured": f"Not measured{f': {figure.note}' if figure.note else ''}.",
    }[verdict]
    named = [asked.figure, *(name for name in asked.beside if name in by_name)]
    return Claim(question=asked.question, answer=answer, verdict=verdict, figures=named,
                 p_value=tested.p, p_adjusted=tested.adjusted, smallest=tested.smallest,
                 tested=in_words(tested, figure.unit))  # fmt: skip


def _verdict(figure: Figure, null: float, tested: Tested) -> Verdict:
    if figure.value is None:
        return "not_measured"
    if not tested.holds:
        return "unclear"
    return "yes" if figure.value > null else "no"


def _unclear(figure: Figure, asked: _Asked, tested: Tested) -> str:
    if figure.low is None or figure.high is None:
        return "too few independent examples for an interval"
    if tested.p is None:
        return "the examples are too much alike to test it"
    if figure.low <= asked.null <= figure.high:
        return f"the interval includes {asked.null_in_words}"
    side = "above" if figure.low > asked.null else "below"
    among = f" for one of {tested.tests} questions" if tested.tests > 1 else ""
    return f"the interval lies {side} {asked.null_in_words}, but not clearly enough{among}"


def _list(words: Sequence[str], joint: str) -> str:
    return f" {joint} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)

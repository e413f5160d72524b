"""What the figures of a scorer say, a sentence each in plain words: its controls, its sureness, its learning."""

from __future__ import annotations

from eval.place import ACCURACY
from eval.records import Figure, Report
from eval.report.labels import GAIN, beginning, named

_WHAT = {
    "length_only": "The longer text wins; nothing is learned.",
    "clickbait_only": "The text with more clickbait formulas wins; nothing is learned.",
    "features_only": "A linear scorer that sees length, links, emoji, capitals and the like, and no word.",
    "metadata_only": "A linear scorer that sees time, account, audience and media, where they are known, and no word.",
    "shuffled": "The same training on labels turned at random.",
    "linear": "Words, characters and form, fitted in seconds on the same pairs.",
    "judge": "Another family, trained on the judge split alone.",
    "ceiling": "What a scorer that knew the truth would get: some of the winners won by luck.",
    "random_split": "Rows dealt at random, so that wordings of one test, and texts that recur, stand on both sides.",
}
CONTROLS = tuple(_WHAT)
"""Controls in the order in which they are shown, the leak last."""
_FITTED = CONTROLS.index("shuffled")
"""Baselines that a config names stand before the controls from here on."""


def controls_of(report: Report) -> list[str]:
    """Controls, and the report's baselines among them, in the order in which they are shown."""
    gains = (one.name.removeprefix(GAIN) for one in beginning(report, GAIN))
    baselines = [name for name in dict.fromkeys(gains) if name not in _WHAT]
    return [*CONTROLS[:_FITTED], *baselines, *CONTROLS[_FITTED:]]


def of_controls(report: Report) -> list[tuple[Figure, str]]:
    """Each control and baseline that the report has, and what it is and says."""
    out = []
    for control in controls_of(report):
        for figure in named(report, f"{ACCURACY}.{control}"):
            what = _WHAT.get(control) or f"{figure.note[:1].upper()}{figure.note[1:]}."
            said = _said(report, control, figure)
            out.append((figure, f"{what} {said}".strip()))
    return out


def of_curves(report: Report) -> dict[str, str]:
    """What calibration, abstention and learning say, by the name of their curve; empty where that is not measured."""
    return {
        "scorer.reliability": f"{_calibration(report)} {_slope(report)}".strip(),
        "scorer.coverage": f"{_surest(report)} {_abstains(report)}".strip(),
        "scorer.learning": _learning(report),
    }


def _said(report: Report, control: str, figure: Figure) -> str:
    if figure.value is None:
        return f"Not measured: {figure.note}."
    if control == "shuffled":
        return _at_chance(figure)
    if control == "random_split":
        return _leak(report, figure)
    gain = _figure(report, f"{GAIN}{control}")
    if gain is None or gain.low is None or gain.high is None:
        return ""
    if gain.low > 0:
        return "The scorer does better."
    return "The scorer does worse." if gain.high < 0 else "The scorer is not shown to do better."


def _at_chance(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    if figure.low <= 0.5 <= figure.high:
        return "At chance, as it should be."
    return "Above chance, where it should not be: something leaks." if figure.low > 0.5 else "Below chance, strangely."


def _leak(report: Report, figure: Figure) -> str:
    never = "This is never the scorer's figure."
    honest = next((one for name in (f"{ACCURACY}.linear", ACCURACY) if (one := _figure(report, name))
                   and one.family == figure.family), None)  # fmt: skip
    if honest is None or honest.high is None or figure.low is None:
        return never
    if figure.low > honest.high:
        return f"It lies above what the same family does on the honest split: the difference is the leak. {never}"
    return f"It is not clearly above what the same family does on the honest split: this corpus leaks little. {never}"


def _calibration(report: Report) -> str:
    error, most = _value(report, "scorer.ece"), _value(report, "scorer.ece.by_chance_most")
    if error is None or most is None:
        return ""
    if error <= most:
        return "Its probabilities come true as often as they say, as far as a test of this size can tell."
    return "Its probabilities do not come true as often as they say: the error is more than chance gives."


def _slope(report: Report) -> str:
    slope = _figure(report, "scorer.calibration_slope")
    if slope is None or slope.low is None or slope.high is None:
        return ""
    if slope.low <= 1 <= slope.high:
        return "The calibration slope includes one: it is not shown to be too sure, nor too unsure."
    return (
        "The slope lies below one: it is too sure." if slope.high < 1 else "The slope lies above one: it is too unsure."
    )


def _surest(report: Report) -> str:
    all_, quarter = _figure(report, ACCURACY), _figure(report, f"{ACCURACY}.confident_quarter")
    if all_ is None or all_.high is None or quarter is None or quarter.low is None:
        return ""
    if quarter.low > all_.high:
        return "Where it is surest it is right clearly more often, so it pays to let it abstain."
    return "Where it is surest it is not shown to be right more often than elsewhere."


def _abstains(report: Report) -> str:
    answered = _value(report, "scorer.answered")
    if answered is None:
        return ""
    if answered == 0:
        return "At its own threshold it abstains from every pair."
    return "" if answered < 1 else "At its own threshold it answers every pair."


def _learning(report: Report) -> str:
    last = _figure(report, "scorer.learning.last_doubling")
    if last is None or last.low is None:
        return ""
    if last.low > 0:
        return "Twice the pairs still helped the linear family: more data should help."
    return "The last doubling of the pairs is not shown to have helped the linear family."


def _figure(report: Report, name: str) -> Figure | None:
    return next(iter(named(report, name)), None)


def _value(report: Report, name: str) -> float | None:
    found = _figure(report, name)
    return None if found is None else found.value

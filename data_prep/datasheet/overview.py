"""The first screen: what the corpus is, what can be learned from it and tested on it, and how far to believe it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_prep.datasheet.certainty import ceiling_of
from data_prep.datasheet.expectations import visible
from data_prep.datasheet.labels import (
    NOT_COUNTED,
    accounts_of,
    count,
    pairs_in,
    percent,
    rests_on_model,
    stated,
)
from data_prep.datasheet.pairs import by_split
from data_prep.datasheet.splits import warnings
from data_prep.rights import NOT_FOR_TRAINING
from virality.page import bdi, escape

_FEW = 50
"""Fewer pairs than this teach no scorer anything."""


def overview(name: str, facts: Mapping[str, Any]) -> str:
    """Title, corpus in two lines, what is wrong with it in red, five answers and the pairs."""
    said = facts.get("expectations")
    return (
        f'<header>\n<h1>{escape(f"Data sheet: {name}")}</h1>\n<p class="corpus">{_rows(facts)}<br>{_kinds(facts)}</p>\n'
        + (f'<p class="summary">{escape(said)}.</p>\n' if said else "")
        + f"{_alarms(facts)}</header>\n"
        f'<section class="overview" aria-label="In short"><ul class="claims">\n{_claims(facts)}</ul>\n'
        f"{by_split(facts)}</section>"
    )


def _rows(facts: Mapping[str, Any]) -> str:
    rows, kept, reasons = facts.get("rows"), facts.get("kept"), facts.get("dropped")
    read = "rows not counted"
    if rows is not None and kept is not None and reasons is not None:
        read = f"{rows:,} rows read = {kept:,} kept + {sum(reasons.values()):,} dropped"
    number = accounts_of(facts)
    accounts = "no accounts" if number == 0 else count(number, "accounts")
    first, last = facts.get("first_post"), facts.get("last_post")
    dates = f"{first} to {last}" if first and last else "no dates" if "first_post" in facts else f"dates {NOT_COUNTED}"
    return f"{read}; {accounts}; {escape(dates)}."


def _kinds(facts: Mapping[str, Any]) -> str:
    mix = f"A mix of {len(facts['corpora'])} corpora. " if facts.get("corpora") else ""
    return f"{mix}{_shares('Languages', facts.get('languages'))}; {_shares('rights', facts.get('rights'))}."


def _shares(what: str, counts: Mapping[str, int] | None) -> str:
    if not counts:
        return f"{what} {NOT_COUNTED}"
    whole = sum(counts.values())
    shown = [f"{bdi(name)} {percent(n, whole)}" for name, n in list(counts.items())[:5]]
    more = f" and {len(counts) - 5} more" if len(counts) > 5 else ""
    return f"{what}: {', '.join(shown)}{more}"


def _alarms(facts: Mapping[str, Any]) -> str:
    said = []
    if facts.get("research_only"):
        said.append(
            "<strong>Research only: not for distribution.</strong> Measure and compare with it. Nothing that is "
            "trained on it may be published."
        )
    if trouble := (facts.get("model") or {}).get("trouble"):
        words = escape("; ".join(trouble))
        said.append(f"<strong>The model of confounders fits badly: {words}.</strong> {_consequence(facts)}")
    loud = "".join(f'<p class="alarm">{one}</p>\n' for one in said)
    return loud + "".join(f'<p class="alarm mild">{escape(warning)}</p>\n' for warning in warnings(facts))


def _consequence(facts: Mapping[str, Any]) -> str:
    kinds = rests_on_model(facts)
    if not kinds:
        return "No pair here rests on that model."
    return (
        f"For the pairs of kind {', '.join(map(escape, kinds))} this means: part of a lift may be the hour, the age "
        "or another circumstance and not the wording, and the stated certainty may be too high."
    )


def _claims(facts: Mapping[str, Any]) -> str:
    return "".join((_rights(facts), _enough(facts), _certain(facts), _fits(facts)))


def _claim(state: str, verdict: str, question: str, answer: str, figure: str = "", beside: str = "") -> str:
    shown = f'<p><span class="figure">{escape(figure)}</span><span class="beside">{escape(beside)}</span></p>'
    shown = f'<div class="evidence">{shown}</div>' if figure else ""
    return (
        f'<li class="{state}"><strong class="verdict">{escape(verdict)}</strong><div><p class="question">'
        f'{escape(question)}</p><p class="answer">{escape(answer)}</p></div>{shown}</li>\n'
    )


def _rights(facts: Mapping[str, Any]) -> str:
    question = "May a model be trained on it?"
    bases = facts.get("rights")
    if facts.get("research_only"):
        return _claim("no", "research only", question, "To measure and compare only; what comes of it stays here.")
    if not bases:
        return _claim("not_measured", NOT_COUNTED, question, "Nothing says on what ground these rows may be used.")
    barred = sum(rows for basis, rows in bases.items() if basis in NOT_FOR_TRAINING)
    if barred:
        answer = "Training refuses rows of unknown rights or from the X API unless the run is marked research only."
        return _claim("no", "no", question, answer, count(barred), "rows bar it")
    answer = "Every row has a basis that allows training. Passing its texts on is another matter: see Rights."
    return _claim("yes", "yes", question, answer, count(sum(bases.values())), "rows with a basis")


def _enough(facts: Mapping[str, Any]) -> str:
    question = "Are there pairs to learn from and to test on?"
    learned, tested = pairs_in(facts, "train"), pairs_in(facts, "test")
    if learned is None or tested is None:
        return _claim("not_measured", NOT_COUNTED, question, "")
    groups = (facts.get("components_of") or {}).get("test")
    answer = f"{learned:,} measured pairs to learn from, {tested:,} to test on"
    if tested:
        answer += f" in {groups:,} independent groups" if groups is not None else "; independent groups not counted"
    only_test = (facts.get("splits") or {}).get("mode") == "test_only"
    if only_test:
        state, verdict = ("said", "test only") if tested else ("no", "none")
    elif learned < _FEW or not tested:
        state, verdict = ("no", "no") if learned < _FEW and not tested else ("no", "too few" if tested else "no test")
    else:
        state, verdict = ("unclear", "with care") if warnings(facts) else ("yes", "yes")
    answer += "."
    if tested:
        answer += f" The smallest difference such a test shows: {visible(facts)}."
    return _claim(state, verdict, question, answer, f"{learned:,} / {tested:,}", "train / test")


def _certain(facts: Mapping[str, Any]) -> str:
    question = "How certain are the labels?"
    ceiling = ceiling_of(facts)
    if ceiling is None:
        return _claim("not_measured", NOT_COUNTED, question, "No pair has a probability that its label is right.")
    if all(stated(facts, kind) for kind in facts["certainty"]):
        answer = f"The corpus says which post did better, without counts. {percent(ceiling)} is assumed, not measured."
        return _claim("unclear", "assumed", question, answer)
    answer = (
        f"If the stated probabilities are right, a perfect scorer would be right on {percent(ceiling)} of the pairs."
    )
    return _claim("said", percent(ceiling), question, answer)


def _fits(facts: Mapping[str, Any]) -> str:
    question = "Does the model of confounders (hour, weekday, age and the like) fit?"
    found = facts.get("model")
    if found is None:
        return _claim("not_measured", NOT_COUNTED, question, "Nothing is said of a model.")
    if not found.get("coefficients"):
        rows = found.get("rows")
        answer = "Nothing was taken out of the engagement" + (
            f": {rows:,} differences to fit" if rows is not None else ""
        )
        return _claim("not_measured", "not fitted", question, answer + ".")
    before, after = found.get("before"), found.get("after")
    figure = percent(max(0.0, 1 - after / before)) if before and after is not None else ""
    beside = "of variance taken out" if figure else ""
    if found.get("trouble"):
        return _claim("no", "fits badly", question, "What speaks against it stands above.", figure, beside)
    answer = "None of its checks speaks against it. That is no proof that nothing else is mixed up with the wording."
    if not rests_on_model(facts):
        answer += " No pair here rests on it."
    return _claim("yes", "no trouble", question, answer, figure, beside)

"""The page of `virality serve` in English and Arabic, and an answer as the page shows it. All text is escaped here."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from importlib import resources
from string import Template
from typing import Any

from eval.score.two import percent
from eval.serve.desk import MOST_SHOWN
from eval.suggest.records import TONES, Answer, Suggestion
from train.scorers.calibration import sigmoid_of
from train.scorers.reasons import Reason
from virality.gates import Verdict
from virality.page import bdi, escape, fold, marked_changes, post
from virality.text.platforms import LIMITS, length

LANGUAGES = ("en", "ar")
_USUAL = 3


def spoken(accepted: str) -> str:
    """Which of the page's languages a browser would rather have, by its Accept-Language; English where it says none."""
    wanted = [part.strip().split(";")[0].split("-")[0].lower() for part in accepted.split(",")]
    return next((lang for lang in wanted if lang in LANGUAGES), LANGUAGES[0])


def page_html(lang: str, name: str) -> str:
    """The whole page in a language of `LANGUAGES`; `name` is the writer's."""
    words = _words(lang)
    filled = {key: escape(said) for key, said in words.items() if isinstance(said, str)} | {
        "lang": lang,
        "dir": "rtl" if lang == "ar" else "ltr",
        "other_lang": next(one for one in LANGUAGES if one != lang),
        "name": escape(name),
        "platforms": _options((one, words["platforms"].get(one, one)) for one in LIMITS),
        "tones": _options((one, words["tones"][one]) for one in TONES),
        "counts": _options(((str(n), str(n)) for n in range(1, MOST_SHOWN + 1)), str(_USUAL)),
    }
    return Template(_file("serve.html")).substitute(filled)


def answer_html(answer: Answer, lang: str) -> str:
    """An answer as the page shows it: each suggestion with its odds, changes, reasons and checks; or why none."""
    words = _words(lang)
    if not answer.suggestions:
        return (
            f'<h2>{words["answers"]}</h2><article class="stands"><div class="top"><h3>{words["stands"]}</h3></div>'
            f'{post(escape(answer.draft))}<p class="odds" dir="auto">{escape(answer.reason or "")}</p></article>'
        )
    blocks = (_suggestion(answer, one, at, words) for at, one in enumerate(answer.suggestions, start=1))
    keep = f'<button type="button" id="keep">{words["keep"]}</button>'
    return f"<h2>{words['answers']}</h2>{''.join(blocks)}<p>{keep}</p>"


def _suggestion(answer: Answer, one: Suggestion, at: int, words: dict[str, Any]) -> str:
    head = escape(words["suggestion"].format(n=at))
    copy = f'<button type="button" data-copy="text-{at}" hidden>{words["copy"]}</button>'
    shown = post(escape(one.text)).replace("<p ", f'<p id="text-{at}" ', 1)
    diff = post(marked_changes(answer.draft, one.text))
    return (
        f'<article aria-labelledby="name-{at}"><div class="top"><h3 id="name-{at}">{head}</h3>{copy}</div>{shown}'
        f"{_odds(answer, one, words)}{fold(words['changes'], diff).replace('<details', '<details open', 1)}"
        f"{_reasons(one, words)}{_checks(one.verdicts, words)}</article>"
    )


def _odds(answer: Answer, one: Suggestion, words: dict[str, Any]) -> str:
    said = [words["unscored"] if one.p_better is None else words["beats"].format(p=_chance(one))]
    said.append(words["edited"].format(p=f"{one.edits:.0%}"))
    if one.origin == "edit":
        said.append(words["own"])
    if answer.platform in LIMITS:
        platform = str(answer.platform)
        said.append(words["length"].format(
            n=f"{length(one.text, platform):,}", most=f"{LIMITS[platform]:,}",
            platform=words["platforms"].get(platform, platform),
        ))  # fmt: skip
    return f'<p class="odds">{"".join(f"<span>{escape(part)}</span>" for part in said)}</p>'


def _chance(one: Suggestion) -> str:
    """A probability with its interval, from left to right in either language."""
    ends = "" if one.low is None or one.high is None else f" ({percent(one.low)} – {percent(one.high)})"
    return f"\N{LEFT-TO-RIGHT ISOLATE}{percent(one.p_better or 0.0)}{ends}\N{POP DIRECTIONAL ISOLATE}"


def _reasons(one: Suggestion, words: dict[str, Any]) -> str:
    parts = []
    for side, title in (("second", words["for"]), ("first", words["against"])):
        mine = [reason for reason in one.reasons if reason.side == side]
        if mine:
            parts.append(fold(title, f'<ul class="reasons">{"".join(_reason(reason, words) for reason in mine)}</ul>'))
    return "".join(parts)


def _reason(reason: Reason, words: dict[str, Any]) -> str:
    """A word or feature, and by how many points it moves an even chance."""
    points = max(round(100 * (sigmoid_of(abs(reason.moves)) - 0.5)), 1)
    what = bdi(reason.what)
    if reason.kind == "word":
        what = f"“{what}”"
        if reason.stands_in not in (reason.side, "both"):
            what = f"{words['absent']} {what}"
    return f'<li><span class="figure" dir="ltr">+{points}</span>{what}</li>'


def _checks(verdicts: tuple[Verdict, ...], words: dict[str, Any]) -> str:
    unseen = sum(verdict.state == "not_checked" for verdict in verdicts)
    title = words["some_unseen" if unseen else "all_seen"].format(n=len(verdicts) - unseen, unseen=unseen)
    listed = "".join(_check(verdict, words) for verdict in sorted(verdicts, key=lambda one: one.state == "pass"))
    return fold(title, f'<ul class="verdicts">{listed}</ul>')


def _check(verdict: Verdict, words: dict[str, Any]) -> str:
    name = words["gate_names"].get(verdict.gate, verdict.gate.replace("_", " "))
    why = f": {bdi(verdict.reason)}" if verdict.reason else ""
    mark = "✓ " if verdict.state == "pass" else ""
    state = "" if verdict.state == "pass" else f" {words[verdict.state]}"
    return f'<li class="{verdict.state}">{mark}<b>{escape(name)}</b>{state}{why}</li>'


def _options(pairs: Iterable[tuple[str, str]], chosen: str = "") -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(name)}</option>'
        for value, name in pairs
    )


@functools.cache
def _words(lang: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_file("words.json"))[lang]
    return found


@functools.cache
def _file(name: str) -> str:
    return resources.files("eval.serve").joinpath(name).read_text(encoding="utf-8")

"""No cause that the draft does not give: 'because', 'thanks to', 'لأن', 'بسبب' link what the draft links too.

A measure of link words, English and Arabic with its dialects. A cause told without one ('With prices this high, ...')
is left to the claims gate.
"""

from __future__ import annotations

import re
from functools import lru_cache

from virality.gates.alignment import aligned, is_free
from virality.gates.lexicon import data
from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, language_of, stem
from virality.text.normalise import fold

GATE = "causes"
_NEAR = 5
_THEREFORE = frozenset(("so", "therefore", "hence", "thus", "لذلك", "لذا", "ولذلك", "فلذلك", "ولهذا", "لهذا", "لهيك"))
"""Words before which the cause stands."""

LISTS = data("causes")


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where the rewrite names a cause more often than the draft, and what stands beside it is new."""
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"no list for {lang or 'an unknown language'}")
    plain, weak = _patterns(lang)
    after = fold(rewrite)
    found = [m for m in plain.finditer(after)]
    had = len(plain.findall(fold(draft)))
    if len(found) <= had:
        return Verdict(GATE, "pass")
    free = is_free(draft, rewrite, lang, context.max_free_words)
    fresh = set(aligned(draft, rewrite, lang).new)
    least = 2 if free else 1
    causes = [
        m[0]
        for m in found
        if _leads_to(after[m.end() :], fresh, least + (weak.fullmatch(m[0]) is not None), lang)
        or (m[0] in _THEREFORE and not free and _leads_to(_reversed(after[: m.start()]), fresh, 2, lang))
    ]
    if causes:
        return failed(GATE, f"a cause that the draft does not give: {listed(causes)}", *causes)
    return Verdict(GATE, "pass")


def _leads_to(rest: str, fresh: set[str], least: int, lang: str) -> bool:
    """Whether at least so many of the words right after are new."""
    return sum(stem(key, lang) in fresh for key in rest.split()[:_NEAR]) >= least


def _reversed(text: str) -> str:
    return " ".join(reversed(text.split()))


@lru_cache(maxsize=2)
def _patterns(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Words that name a cause, and those of them ('so', 'after', 'بعد') that tell a time as well."""
    before = "(?:و|ف)?" if lang == "ar" else ""
    plain, weak = (f"{before}(?:{'|'.join(data('small_words')['causes'][kind][lang])})" for kind in ("plain", "weak"))
    return re.compile(rf"(?<!\w)(?:{plain})(?!\w)"), re.compile(weak)

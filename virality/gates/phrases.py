"""Lists of phrases, matched on folded text: which kinds does a post use, and in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.gates.wording import KNOWN, language_of
from virality.text.normalise import fold

PhraseList = Mapping[str, re.Pattern[str]]


def phrase_list(rows: Mapping[str, tuple[str, ...]]) -> dict[str, re.Pattern[str]]:
    """The phrases of each kind as one pattern over `fold`ed text, whole words only."""
    return {kind: re.compile(rf"(?<!\w)(?:{'|'.join(row)})(?!\w)") for kind, row in rows.items()}


def new_phrases(gate: str, what: str, known: PhraseList, draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of phrase that the rewrite has and the draft has not; `what` names it in the reason.

    The lists are English and Arabic: another language without a match is 'not_checked'.
    """
    after = _found(known, rewrite)
    before = _found(known, draft) if after else {}
    if new := [phrase for kind, phrase in after.items() if kind not in before]:
        return failed(gate, f"{what} that the draft does not have: {listed(new)}", *new)
    lang = language_of(rewrite, draft, context.lang)
    if lang not in KNOWN:
        return not_checked(gate, f"no list for {lang or 'an unknown language'}")
    return Verdict(gate, "pass")


def _found(known: PhraseList, text: str) -> dict[str, str]:
    folded = fold(text)
    return {kind: match[0].strip() for kind, pattern in known.items() if (match := pattern.search(folded))}

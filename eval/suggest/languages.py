"""Whether a writer should be asked for a draft's language: it has learned from it, and its base can write it."""

from __future__ import annotations

from collections.abc import Mapping

from eval.score.languages import LEAST
from eval.suggest.fluency import Fluency
from virality.text.lang import detect


def unlearned(draft: str, languages: Mapping[str, int]) -> str | None:
    """Why a trained writer should not be asked: the draft is in a language that it has not learned from.

    Args:
        draft: normalised.
        languages: language -> pairs it was trained on; empty for a base, which is never refused by this.

    Returns:
        One line; None: it may be asked, or the language cannot be told.
    """
    lang = detect(draft)
    if lang is None or not languages or languages.get(lang, 0) >= LEAST * sum(languages.values()):
        return None
    known = ", ".join(sorted(languages, key=lambda code: -languages[code]))
    return f"it is in '{lang}', and this writer has learned from {known} alone; train one on posts in '{lang}'"


def refusal(draft: str, languages: Mapping[str, int], fluency: Fluency | None, base: str) -> str | None:
    """Both reasons, as far as they are there, in one line; None: the writer may be asked."""
    cannot = None if fluency is None or fluency.able else fluency.why_not(base)
    return "; ".join(filter(None, (unlearned(draft, languages), cannot))) or None

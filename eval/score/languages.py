"""Whether a post is in a language that a scorer learned from. Where it is not, no probability is stated for it."""

from __future__ import annotations

from collections.abc import Mapping

from virality.text.lang import detect

LEAST = 0.01
"""Share of the training pairs from which a language counts as learned, as for writers: a few pairs of another language
are in most corpora, and often they are a detector's mistake."""
_UNKNOWN = "unknown"
_NAMES = {
    "ar": "Arabic", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "pt": "Portuguese", "ru": "Russian", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "zh": "Chinese",
}  # fmt: skip


def unlearned(text: str, languages: Mapping[str, int]) -> str | None:
    """The language of a normalised text, if a scorer has not learned from it.

    Args:
        text: a post.
        languages: language -> training pairs; `unknown` where none could be told.

    Returns:
        ISO 639-1. None: it is learned, cannot be told, or the scorer's own languages could not.
    """
    if not languages.keys() - {_UNKNOWN}:
        return None
    lang = detect(text)
    return None if lang is None or languages.get(lang, 0) >= LEAST * sum(languages.values()) else lang


def why(lang: str, languages: Mapping[str, int]) -> str:
    """`language ar never seen`, as a column of a file says it."""
    return f"language {lang} {'hardly' if lang in languages else 'never'} seen"


def sentence(lang: str, languages: Mapping[str, int]) -> str:
    """`in Arabic, a language it never saw: learned from en (8,530)`."""
    saw = f"in which it saw {languages[lang]:,} pairs" if lang in languages else "a language it never saw"
    known = sorted(languages.items(), key=lambda item: (-item[1], item[0]))
    listed = ", ".join(f"{code} ({pairs:,})" for code, pairs in known[:5] if code != _UNKNOWN)
    return f"in {_NAMES.get(lang, lang)}, {saw}: learned from {listed}"

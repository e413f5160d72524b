"""What an edit changed."""

from __future__ import annotations

import difflib


def edit_ratio(before: str, after: str) -> float:
    """Share of words that an edit touched: 0 = the same words in the same order, 1 = nothing in common.

    Word-level: 1 - Ratcliff/Obershelp similarity of the word sequences, case and punctuation counted.
    """
    matcher = difflib.SequenceMatcher(a=before.split(), b=after.split(), autojunk=False)
    return 1.0 - matcher.ratio()


def reworded(before: str, after: str) -> float:
    """As `edit_ratio`, but capitals do not count: whoever only writes words large or small has not reworded them."""
    return edit_ratio(before.casefold(), after.casefold())


def marked(before: str, after: str) -> str:
    """`after` for a terminal, with `[-words left out-]` and `{+words added+}` against `before`."""
    old, new = before.split(), after.split()
    parts: list[str] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts += new[k:m]
            continue
        if j > i:
            parts.append(f"[-{' '.join(old[i:j])}-]")
        if m > k:
            parts.append(f"{{+{' '.join(new[k:m])}+}}")
    return " ".join(parts)

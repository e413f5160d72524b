"""Returned rewrites as tests need them."""

from __future__ import annotations

from collections.abc import Sequence

from eval.place import Place
from eval.records import Figure
from eval.returned import Returned

PLACE = Place(corpus="hand", source="rewrites.parquet", family="linear", best_of=4, seed=0)


def returned(
    pairs: Sequence[tuple[str, str]],
    lang: str | None = "en",
    components: Sequence[str] | None = None,
    suffix: str = "",
) -> Returned:
    """(draft, rewrite) pairs of one language, each a component of its own where none are given."""
    own = [str(at) for at in range(len(pairs))]
    return Returned(
        drafts=[draft for draft, _ in pairs],
        rewrites=[rewrite for _, rewrite in pairs],
        components=own if components is None else components,
        langs=[lang] * len(pairs),
        place=PLACE,
        suffix=suffix,
    )


def by_name(figures: Sequence[Figure]) -> dict[str, Figure]:
    """The figures by name without 'writer.'; no name stands twice."""
    found = {figure.name.removeprefix("writer."): figure for figure in figures}
    assert len(found) == len(figures)
    return found

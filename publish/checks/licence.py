"""The licence of the base: whether what is made of it may be published, and what must go along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from publish.checks import Refusal
from publish.evidence import Evidence
from virality.errors import ViralityError
from virality.models.base import Found
from virality.models.named import licence_of
from virality.models.terms import Terms, terms, with_rows

_NAMES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENSE-MODEL")


def of_all(found: Found, evidence: Evidence) -> Terms:
    """What the licence of the base asks, and those of the rows of every stage."""
    every = (evidence.writer, *evidence.learned_from().values())
    bases = dict.fromkeys(basis for one in every for basis in (one.get("rights") or {}).get("basis", {}))
    return with_rows(terms(licence_of(found)), bases)


def check(
    evidence: Evidence, found: Found, asked: Terms, repo: str, *, private: bool, text: Path | None, needed: bool
) -> Iterator[Refusal]:
    """Refuse what the licence of the base does not allow.

    Args:
        evidence: what is to be published.
        found: the base.
        asked: what its licence asks.
        repo: where it would go.
        private: whether only its owner may see it.
        text: the licence's own text; None: it is not at hand.
        needed: whether others need the base for what is published: an adapter does.
    """
    spec = evidence.writer["base"]["spec"]
    where = f"base = {spec}"
    if asked.forbidden:
        way_out = "train on another base" if asked.licence != "unknown" else (
            "say `license:` in the README.md that lies with it, or train on another base")  # fmt: skip
        yield Refusal(where, asked.forbidden, way_out, firm=True)
    if not asked.commercial and not private:
        what = f"comes of what is for non-commercial use ({asked.licence}), and a public repository is for any"
        yield Refusal(where, what, "private=true, or train on another base", firm=True)
    if asked.named and not repo.rpartition("/")[2].startswith(asked.named):
        what = f"does not begin with {asked.named}, as the licence of {spec} ({asked.licence}) asks"
        mine = f"{repo.rpartition('/')[0]}/{asked.named}-{repo.rpartition('/')[2]}"
        yield Refusal(f"repo = {repo}", what, f"repo={mine}", firm=True)
    if asked.copied and text is None:
        what = f"its licence ({asked.licence}) asks that its text goes along, which is not at hand ({asked.link})"
        yield Refusal(where, what, "licence_file=PATH", firm=True)
    if needed and found.kind in ("tiny", "folder"):
        what = "lies on this machine alone, so nobody else can load the adapter"
        yield Refusal(where, what, "train on a base of the hub or of a package, or export=merged")


def text_of(found: Found, named: str | None) -> Path | None:
    """The file with the text of the base's licence: that which is named, or one that lies with the base.

    Raises:
        ViralityError: the file that is named is not there.
    """
    if named is not None:
        if not Path(named).is_file():
            raise ViralityError(f"licence_file = {named}: no such file; name the text of the base's licence")
        return Path(named)
    if found.kind in ("folder", "pypi"):
        return next((path for name in _NAMES if (path := Path(found.place) / name).is_file()), None)
    if found.kind == "hub":
        from huggingface_hub import try_to_load_from_cache

        for name in _NAMES:
            kept = try_to_load_from_cache(found.place, name, revision=found.revision)
            if isinstance(kept, str):
                return Path(kept)
    return None

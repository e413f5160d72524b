"""What the licence of a base, or of rows, asks of what is made from it: carried over, named, or not to be published.

A reading of the licences' texts for people who publish adapters, not legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_OPEN = {
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "bsl-1.0", "isc", "cc0-1.0", "cc-by-4.0", "cc-by-3.0",
    "cc-by-sa-4.0", "cc-by-sa-3.0", "odc-by", "pddl", "odbl", "unlicense", "openrail", "bigscience-openrail-m",
    "creativeml-openrail-m", "openrail++",
}  # fmt: skip
"""Licences, as the hub names them, under which what is made of something may be published."""
_SPDX = {"odbl-1.0": "odbl", "odc-by-1.0": "odc-by", "pddl-1.0": "pddl"}
"""Of these, those that rows name otherwise: by their SPDX identifier."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a licence asks of what is made from the licensed thing.

    Fields:
        licence: as the hub names it.
        tag: `license` of a card; `other` where the hub knows it by no name.
        link: to its text; empty where its name says enough.
        notice: what must stand beside what is passed on; empty: nothing.
        named: how the name of what is made must begin; empty: as one likes.
        copied: its text must go with what is passed on.
        commercial: whether what is made may be used commercially.
        forbidden: why nothing made of it may be published; empty: it may.
    """

    licence: str
    tag: str
    link: str = ""
    notice: str = ""
    named: str = ""
    copied: bool = False
    commercial: bool = True
    forbidden: str = ""


def terms(licence: str | None) -> Terms:
    """What `licence` asks; of one that is not known, nothing may be published."""
    if not licence:
        return Terms("unknown", "unknown", forbidden="no licence is known of it")
    name = licence.strip().lower()
    name = _SPDX.get(name, name)
    if found := re.fullmatch(r"llama-?([34](?:\.\d)?)", name):
        return _llama(licence, found[1])
    if name == "gemma":
        return Terms(licence, "gemma", "https://ai.google.dev/gemma/terms",
                     "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms",
                     copied=True)  # fmt: skip
    if name == "deepseek":
        return Terms(licence, "other", "https://github.com/deepseek-ai/DeepSeek-V2/blob/main/LICENSE-MODEL",
                     "The use restrictions in Attachment A of the DeepSeek License Agreement hold for it too.",
                     copied=True)  # fmt: skip
    if re.search(r"(^|-)nd(-|$)", name):
        return Terms(licence, name, forbidden="its licence allows nothing that is derived from it (no derivatives)")
    if re.search(r"proprietary|all.rights.reserved|research.only", name):
        return Terms(licence, "other", forbidden="its licence does not allow publishing what is made of it")
    if re.search(r"(^|-)nc(-|$)|non-?commercial", name):
        return Terms(licence, name if name.startswith("cc-") else "other", commercial=False)
    if name in _OPEN:
        return Terms(licence, name)
    return Terms(licence, "other", forbidden=f"what its licence ({licence}) asks is not known here")


def slug(name: str) -> str:
    """A name as metadata of the hub may hold it: small letters, digits, dots and dashes."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-")


def with_rows(base: Terms, bases: Iterable[str]) -> Terms:
    """What the licence of a base asks, and those of the rows that were learned from: their rights bases."""
    licences = (basis.removeprefix("licence:") for basis in bases if basis.startswith("licence:"))
    barred = [one for one in map(terms, licences) if not one.commercial]
    if not barred or base.forbidden:
        return base
    tag = barred[0].tag if base.tag in _OPEN else "other"
    return replace(base, licence=f"{base.licence}; rows: {barred[0].licence}", tag=tag, commercial=False)


def _llama(licence: str, version: str) -> Terms:
    link = f"https://www.llama.com/llama{version.replace('.', '_')}/license/"
    name, built = ("Meta Llama 3", "Meta Llama 3") if version == "3" else (f"Llama {version}", "Llama")
    notice = (f"Built with {built}. {name} is licensed under the {name} Community License, Copyright \u00a9 Meta "
              "Platforms, Inc. All Rights Reserved.")  # fmt: skip
    return Terms(licence, f"llama{version}", link, notice, named="Llama", copied=True)

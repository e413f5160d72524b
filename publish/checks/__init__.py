"""Checks that refuse: what must hold before anything is pushed. Each refusal names the file and the way out.

`--force` with a reason overrides those that speak of quality and places, and the card then says so. It never overrides
rights, research_only, opt-outs, secrets, post text or a licence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from virality.errors import ViralityError


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason not to publish.

    Fields:
        where: file, folder or setting.
        what: is wrong with it.
        way_out: how to mend it.
        firm: no `--force` overrides it.
    """

    where: str
    what: str
    way_out: str
    firm: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.way_out}"


def forced(found: Iterable[Refusal], reason: str | None) -> list[Refusal]:
    """Refusals that a reason overrides.

    Raises:
        ViralityError: a line for each one that stands: those that are firm, and without a reason all of them.
    """
    found = list(dict.fromkeys(found))
    standing = [one for one in found if one.firm or reason is None]
    if standing:
        raise ViralityError("\n".join(told(standing)))
    return found


def told(found: Sequence[Refusal]) -> list[str]:
    """A line for each, those first that nothing overrides."""
    return [f"{one}{'' if one.firm else ' (or --force REASON)'}" for one in sorted(found, key=lambda one: not one.firm)]

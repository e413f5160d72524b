"""What the gates catch of the slips of a sampled rewrite: `python -m benchmarks.slips [--part held]`.

Hand-written drafts, each with an honest near copy and one that slips: by kind, with the usual gates and with
`accounted`, which a writer that learned from edits is held to. The part `held` is for the last look alone.
"""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Literal

from benchmarks.gate_tables import share
from tests.virality.gates.labelled import LANGUAGES, PLATFORM, slips
from virality.gates import Context, check_all, passed
from virality.text.normalise import normalise

Part = Literal["open", "held"]


def measure(lang: str, part: Part, accounted: bool) -> Counter[tuple[str, bool]]:
    """(kind of slip, or 'fine' of honest near copies; whether it passed) -> how many."""
    context = Context(platform=PLATFORM, lang=lang, paraphrase=True, accounted=accounted)
    out: Counter[tuple[str, bool]] = Counter()
    for row in slips(lang, part):
        draft = normalise(row.text)
        for kind, text in (("fine", row.fine), (row.kind, row.slip)):
            out[kind, passed(check_all(draft, normalise(text), context))] += 1
    return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slips", description=__doc__)
    parser.add_argument("--part", choices=("open", "held"), default="open")
    part: Part = parser.parse_args().part
    found = {
        f"{lang}, {'accounted' if accounted else 'usual'}": measure(lang, part, accounted)
        for lang in LANGUAGES
        for accounted in (False, True)
    }
    kinds = sorted({kind for counts in found.values() for kind, _ in counts} - {"fine"})
    print(f"| {part} | {' | '.join(found)} |", f"| --- |{' --- |' * len(found)}", sep="\n")
    for kind in kinds:
        cells = (f"{c[kind, False]} of {c[kind, False] + c[kind, True]}" for c in found.values())
        print(f"| caught: {kind} | {' | '.join(cells)} |")
    totals = [[sum(c[kind, good] for kind in kinds) for good in (False, True)] for c in found.values()]
    print(f"| caught | {' | '.join(share(caught, caught + missed) for caught, missed in totals)} |")
    fine = (share(c["fine", True], c["fine", True] + c["fine", False]) for c in found.values())
    print(f"| passed: honest near copies | {' | '.join(fine)} |")


if __name__ == "__main__":
    main()

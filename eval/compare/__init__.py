"""`virality compare RUN RUN ...`: evaluation runs side by side, paired on the same examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from eval import pages
from eval.compare.differing import differing
from eval.compare.html import render_html
from eval.compare.markdown import render_markdown
from eval.compare.measures import measures
from eval.compare.reading import Evaluated, read
from eval.compare.records import Compared, Comparison, Measure
from virality import runs
from virality.errors import ViralityError
from virality.progress import say

__all__ = ["command", "compare"]

_HOW = "virality compare RUN RUN [RUN ...] [name=NAME] [out=DIR]"


def command(words: Sequence[str], *, fresh: bool = False) -> int:
    """`virality compare`. Returns the exit code.

    Args:
        words: folders of evaluation runs, and among them `name=NAME` or `out=DIR`, as runs/compare/NAME or DIR.
        fresh: replace what an earlier comparison left there.

    Raises:
        ViralityError: fewer than two runs, one twice, a setting that there is not; or as `compare`.
    """
    folders, settings = list[Path](), dict[str, str]()
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or Path(word).is_dir():
            folders.append(Path(word))
        elif key not in ("name", "out") or not value:
            raise ViralityError(f"{word}: is no folder, and no setting of this command; {_HOW}")
        else:
            settings[key] = value
    if len(folders) < 2:
        named = f"{len(folders)} is named" if folders else "none is named"
        raise ViralityError(f"RUN: two evaluation runs or more are compared, and {named}; {_HOW}")
    twice = next((one for at, one in enumerate(folders) if one.resolve() in [o.resolve() for o in folders[:at]]), None)
    if twice is not None:
        raise ViralityError(f"{twice}: is named twice; name another run beside it")
    out = Path(settings["out"]) if "out" in settings else None
    compare(folders, name=settings.get("name"), out=out, fresh=fresh)
    return 0


def compare(folders: Sequence[Path], *, name: str | None = None, out: Path | None = None, fresh: bool = False) -> Path:
    """Write compare.json, and compare.html and compare.md rendered from it, to `out` or runs/compare/NAME.

    By default the name is that of all runs, joined.

    Raises:
        ViralityError: a folder holds no finished evaluation, or the runs have no example in common.
    """
    inputs = {str(folder): runs.digest(folder) for folder in folders}
    read_runs = read(folders)
    name = name or "-".join(folder.name for folder in folders)[:100]
    found, told = measures(read_runs)
    here = runs.start("compare", name, settings={"runs": list(inputs)}, inputs=inputs, out=out, fresh=fresh)
    if not here.finished:
        made = _comparison(read_runs, found, told, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
        made = pages.write(here, "compare", made, render_html, render_markdown)
        here.finish(rights=pages.rights_of(folders))
        say(f"  {made.summary}")
    say(f"comparison: {here.folder / 'compare.html'}")
    return here.folder


def _comparison(read_runs: Sequence[Evaluated], found: list[Measure], told: list[str], created: str) -> Comparison:
    samples = {one.document["settings"].get("samples") for one in read_runs if one.drafts}
    more = ["The runs made different numbers of rewrites a draft to choose from: more of them win more often."]
    return Comparison(
        title=f"Comparison: {', '.join(one.name for one in read_runs)}",
        created=created,
        summary=_summary(found),
        runs=[
            Compared(
                name=one.name,
                folder=str(one.folder),
                data=str(one.document["settings"]["data"]),
                system=one.system,
                judge=one.judge,
                commit=f"{one.document['commit']}{' (dirty)' if one.document['dirty'] else ''}",
            )
            for one in read_runs
        ],
        settings=differing([one.document for one in read_runs]),
        measures=found,
        warnings=[*told, *(more if len(samples) > 1 else [])],
    )


def _summary(found: Sequence[Measure]) -> str:
    """The first measure on drafts and the first on pairs: who does better than whom."""
    said = []
    for examples in ("drafts", "pairs"):
        for measure in [one for one in found if one.examples == examples][:1]:
            shown = [f"{one.better} does better than {one.second if one.better == one.first else one.first}"
                     for one in measure.differences if one.better is not None]  # fmt: skip
            n, none = measure.values[0].figure.n, "no run is shown to do better than another"
            said.append(f"{measure.title}, on the same {n:,} {examples}: {', '.join(shown) or none}.")
    return " ".join(said)

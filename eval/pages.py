"""What was found as JSON, HTML and Markdown; the pages are made of what the JSON says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from virality import runs

T = TypeVar("T")


def write(here: runs.Run, name: str, found: T, as_html: Callable[[T], str], as_markdown: Callable[[T], str]) -> T:
    """Write `name.json`, `.html` and `.md` into a run. Returns what the JSON holds."""
    adapter = TypeAdapter(type(found))
    source = adapter.dump_json(found, indent=2).decode() + "\n"
    kept = adapter.validate_json(source)
    for ending, text in (("json", source), ("html", as_html(kept)), ("md", as_markdown(kept))):
        with here.file(f"{name}.{ending}") as path:
            path.write_text(text, encoding="utf-8")
    return kept


def rights_of(folders: Iterable[Path]) -> dict[str, Any]:
    """Rights of what was made of finished runs, as run.json keeps them."""
    folders = list(folders)
    basis: dict[str, int] = {}
    for folder in folders:
        basis |= runs.finished(folder)["rights"]["basis"]
    return {"basis": basis, "research_only": runs.research_only(folders)}

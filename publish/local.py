"""Paths of this machine in what is passed on: of a path that is absolute, its last part alone is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.records import Report
from virality.config import flat

_ABSOLUTE = re.compile(r"(?<![\w/.:<-])(?:~|/[\w.~-]+|[A-Za-z]:\\[\w.~-]+)(?:[/\\][\w.~@+-]+)+")


def cut(value: Any) -> Any:
    """Nested values without the folders of this machine."""
    if isinstance(value, str):
        return _ABSOLUTE.sub(lambda found: re.split(r"[/\\]", found[0])[-1], value)
    if isinstance(value, Mapping):
        return {cut(key): cut(one) for key, one in value.items()}
    return [cut(one) for one in value] if isinstance(value, list | tuple) else value


def absolute(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings that name a path of this machine, and the path."""
    for key, value in flat(dict(settings)).items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and (Path(one).is_absolute() or one.startswith("~/")):
                yield key, one


def shown(report: Report) -> Report:
    """The report as it is passed on: without drafts and rewrites, and without the folders of this machine."""
    told = report.model_copy(update={"examples": []}).model_dump(mode="json")
    return Report.model_validate(cut(told))

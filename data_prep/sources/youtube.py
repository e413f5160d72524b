"""Videos of a channel: `Table data.csv` of YouTube Studio's advanced mode. The post is the title."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.sources import About, Block, Item, Row
from data_prep.sources.cells import BadValue, count
from data_prep.sources.platform_files import check_rows, members_named
from data_prep.sources.platform_rows import cells, made, of_objects, words

_KNOWN = {
    "post_id": ("Content", "Video"),
    "text": ("Video title",),
    "posted_at": ("Video publish time",),
    "impressions": ("Impressions", "Thumbnail impressions"),
    "rate": ("Impressions click-through rate (%)", "Thumbnail click-through rate (%)"),
    "likes": ("Likes",),
    "replies": ("Comments added", "Comments"),
    "shares": ("Shares",),
}
FIELDS = tuple(_KNOWN)


def check(path: Path, about: About) -> None:
    """See `data_prep.sources`."""
    expected = ("Content", "Video title", *about.columns.values())
    check_rows(path, about, FIELDS, blocks, expected, "'Table data.csv' of YouTube Studio")


def blocks(path: Path, about: About) -> Iterator[Block]:
    """Videos as they come; of the export's zip the table only, not the chart's data or the totals."""
    return members_named(path, ("*Table data.csv",))


@of_objects("youtube")
def items(row: Row, about: About) -> Iterator[Item]:
    """One video. `impressions` are the times its thumbnail was shown, `clicks` those times its rate.

    Views come from everywhere and are not kept. Drops: `total_row`.
    """
    found = cells(row, _KNOWN, about.columns)
    total = words(found["post_id"]) == "Total" or (words(found["text"]) is None and words(found["posted_at"]) is None)
    yield made(about, "youtube", found | {"clicks": _clicks(found)}, "total_row" if total else None)


def _clicks(found: dict[str, Any]) -> object:
    """Clicks; None where impressions or rate are missing; the rate itself, which is no count, where it is wrong."""
    rate = str(found["rate"] if found["rate"] is not None else "").strip().removesuffix("%").replace(",", ".")
    try:
        shown = count(found["impressions"])
    except BadValue:
        return None
    if shown is None or not rate:
        return None
    try:
        share = float(rate) / 100
    except ValueError:
        return found["rate"]
    return round(shown * share) if 0 <= share <= 1 else f"{found['rate']} %"

"""The posts of a corpus: what was dropped and why, who wrote when (without names), and by what right they are here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_prep.datasheet.labels import NOT_COUNTED, accounts_of, basis_of, count, listed, percent
from virality.page import Axis, Column, bars, bdi, escape, fold, scale, section, table

_DECILES = ("least", *(f"{ten}% of the accounts have at most" for ten in range(10, 100, 10)), "most")
REASONS = {
    "no_text": "there is no text",
    "too_short": "it has too few words",
    "too_long": "it is an article, not a post",
    "reply": "it is a reply",
    "repost": "it repeats somebody else's post",
    "repeated_id": "its id was seen before",
    "opted_out": "its account must not be used",
    "intent": "its account says no to generative AI",
    "too_big": "the row is too big to read",
    "bad_json": "it is no JSON",
    "bad_row": "it is no row of this format",
    "bad_file": "the file cannot be read",
    "no_test": "it belongs to no test",
    "sample_ratio": "its test was shown more unevenly than chance allows",
    "no_image": "its test names an image and it has none",
    "not_randomised": "its test was probably not randomised",
}


def dropped(facts: Mapping[str, Any]) -> str:
    """Rows that were not kept, by reason, and where the first unreadable one of each sort stands."""
    reasons = facts.get("dropped")
    if reasons is None:
        return section("dropped", "Dropped, and why", f"<p>Dropped rows: {NOT_COUNTED}.</p>")
    whole = facts.get("rows")
    if not reasons:
        parts = ["<p>None: every row that was read was kept.</p>"]
    else:
        named = {f"{reason}: {REASONS[reason]}" if reason in REASONS else reason: n for reason, n in reasons.items()}
        parts = [listed("Dropped rows by reason, as shares of all rows read", "because", "rows", named, whole)]
    if places := facts.get("bad"):
        rows = [
            [bdi(str(row.get("reason") or "")), bdi(str(row.get("field") or "")), *_place(row), count(row.get("rows"))]
            for row in places
        ]
        head = ["reason", "field", "file of the first", "its value", "its row", "rows like it"]
        parts.append(table("Rows that could not be read, and where the first of each sort stands", head, rows, 4))
    return section("dropped", "Dropped, and why", "\n".join(parts))


def _place(row: Mapping[str, Any]) -> list[str]:
    value = row.get("value")
    shown = '<span class="missing">nothing</span>' if value is None else f"<code>{bdi(str(value))}</code>"
    return [bdi(str(row.get("file") or "")), shown, count(row.get("row"))]


def who_and_when(facts: Mapping[str, Any]) -> str:
    """Posts a month, languages, platforms, and how unequal the accounts are."""
    parts = [_mix(facts), '<div class="columns">', _months(facts.get("months")), _accounts(facts)]
    for key, what in (("languages", "language"), ("platforms", "platform"), ("communities", "community")):
        counts = facts.get(key)
        if counts:
            parts.append(listed(f"Posts by {what}", what, "posts", counts, facts.get("kept")))
        elif key not in facts:
            parts.append(f"<p>Posts by {what}: {NOT_COUNTED}.</p>")
    return section("who", "Who and when", "\n".join(part for part in [*parts, "</div>"] if part))


def _mix(facts: Mapping[str, Any]) -> str:
    corpora = facts.get("corpora")
    if not corpora:
        return ""
    rows = [
        [bdi(str(one.get("name", ""))), f"{one['weight']:g}" if one.get("weight") is not None else NOT_COUNTED,
         _pairs_of(one.get("pairs"))]
        for one in corpora
    ]  # fmt: skip
    said = (
        "<p>A mix of prepared corpora. The weight is what a pair of the corpus counts for in training. "
        "What is not counted here stands in the sheets of the corpora.</p>"
    )
    return said + table("Corpora of the mix", ["corpus", "weight", "pairs"], rows)


def _pairs_of(pairs: Any) -> str:
    if isinstance(pairs, Mapping):
        pairs = sum(sum(each.values()) if isinstance(each, Mapping) else each for each in pairs.values())
    return count(pairs)


def _months(months: Mapping[str, int] | None) -> str:
    if not months:
        return "<p>No post has a date.</p>" if months is not None else f"<p>Posts a month: {NOT_COUNTED}.</p>"
    at = {month: int(month[:4]) * 12 + int(month[5:7]) - 1 for month in months}
    first, last = min(at.values()), max(at.values()) + 1
    columns = [Column(at[month], at[month] + 1, n, f"{month}: {n:,} posts") for month, n in months.items()]
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if (last - first) / step <= 6), 120)
    ticks = sorted({first, last, *(tick for tick in range(first, last) if tick % step == 0)})
    names = tuple(f"{tick // 12}-{tick % 12 + 1:02d}" if tick % step == 0 and tick < last else "" for tick in ticks)
    x = Axis("month (UTC)", [float(tick) for tick in ticks], names=names if any(names) else (min(months), ""))
    drawn = bars("Posts a month", f"{sum(months.values()):,} posts with a date.", columns, x, _height(months))
    rows = [[escape(month), count(n)] for month, n in months.items()]
    numbers = fold("The bars as numbers", table("Posts a month", ["month", "posts"], rows))
    return f'<div class="curve">{drawn}{numbers}</div>'


def _height(counts: Mapping[str, int]) -> Axis:
    return Axis("posts", scale([0.0, *map(float, counts.values())]), "count")


def _accounts(facts: Mapping[str, Any]) -> str:
    number, found = accounts_of(facts), facts.get("accounts")
    if number is None:
        return f"<p>Accounts: {NOT_COUNTED}.</p>"
    if number == 0:
        return "<p>No post names its account, so nothing is compared within accounts.</p>"
    posts = found.get("posts") if isinstance(found, Mapping) else None
    followers = found.get("followers") if isinstance(found, Mapping) else None
    if not posts or number == 1:
        return f"<p>{count(number, 'accounts')}{'; posts an account: ' + NOT_COUNTED if number > 1 else ''}.</p>"
    rows = [
        [name, count(posts[at]), count(followers[at]) if followers else NOT_COUNTED] for at, name in enumerate(_DECILES)
    ]
    title = f"Posts and followers of the {number:,} accounts (followers: the highest number seen)"
    return table(title, ["", "posts", "followers"], rows)


def rights(facts: Mapping[str, Any]) -> str:
    """Rows by rights basis, what each means, and whether anything may be published."""
    bases = facts.get("rights")
    if not bases:
        return section("rights", "Rights", f"<p>Rights of the rows: {NOT_COUNTED}.</p>")
    whole = sum(bases.values())
    rows = [[bdi(basis), escape(basis_of(basis)), count(n), percent(n, whole)] for basis, n in bases.items()]
    mark = (
        "<p><strong>Research only.</strong> Nothing that is trained on it may be published; publishing refuses it.</p>"
        if facts.get("research_only")
        else "<p>Not marked research only.</p>"
    )
    head = ["basis", "which means", "posts", "share"]
    return section(
        "rights", "Rights", mark + f'<div class="kinds">{table("Posts by rights basis", head, rows, 2)}</div>'
    )

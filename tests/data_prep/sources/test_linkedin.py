"""LinkedIn: Shares.csv, a page's posts, a creator's top posts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from data_prep.sources import linkedin
from tests.data_prep.sources.exports import dropped, read


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_shares_come_without_the_quotes_that_linkedin_puts_round_each_line() -> None:
    [post], reasons = read(linkedin, "linkedin_Shares.csv")
    assert post.text == 'Three things I learned about "slow" bread:\n\n1. Wait. 2. Wait.'
    assert (post.content_key, post.likes) == ("https://bakery.example/slow", None)
    assert reasons == {"no_text": 1}


def test_a_page_s_posts_are_read_below_the_note_and_bought_reach_is_dropped() -> None:
    [post], reasons = read(linkedin, "linkedin_all_posts.csv")
    assert post.text == "We hire two bakers for the early shift"
    assert (post.impressions, post.clicks, post.likes, post.replies, post.reposts) == (1500, 60, 31, 4, 2)
    assert post.posted_at == dt.datetime(2024, 3, 31, tzinfo=dt.UTC)
    assert reasons == {"sponsored": 1}


def test_a_workbook_is_read_from_the_sheet_of_posts(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "page.xlsx",
        {
            "Metrics": [["A note"], ["Date", "Impressions (organic)"], ["03/31/2024", 5]],
            "All posts": [
                ["A note"],
                ["Post title", "Post link", "Created date", "Impressions", "Clicks", "Likes", "Comments", "Reposts"],
                ["We bake before dawn, every day", "https://www.linkedin.com/x", "03/31/2024", 90, 7, 3, 0, None],
            ],
        },
    )
    [post], _ = read(linkedin, path)
    assert (post.text, post.impressions, post.clicks, post.likes) == ("We bake before dawn, every day", 90, 7, 3)
    assert (post.replies, post.reposts) == (0, None)


def test_a_creator_s_top_posts_are_joined_by_link_and_end_without_text(tmp_path: Path) -> None:
    head = ["Post URL", "Post publish date", "Engagements", None, "Post URL", "Post publish date", "Impressions"]
    path = workbook(
        tmp_path / "creator.xlsx",
        {
            "DISCOVERY": [["Overall Performance", "x"]],
            "TOP POSTS": [
                ["Maximum of 50 posts available to list"], [], head,
                ["https://l.example/1", "3/31/2024", 30, None, "https://l.example/2", "3/30/2024", 800],
                ["https://l.example/2", "3/30/2024", 20, None, "https://l.example/1", "3/31/2024", 700],
            ],
        },
    )  # fmt: skip
    found = dropped(linkedin, path)
    assert [(drop.reason, drop.post.post_id, drop.post.impressions) for drop in found] == [
        ("no_text", "https://l.example/1", 700),
        ("no_text", "https://l.example/2", 800),
    ]

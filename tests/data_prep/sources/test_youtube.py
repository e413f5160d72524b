"""YouTube Studio's table."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

from data_prep.sources import youtube
from tests.data_prep.sources.exports import FIXTURES, read


def test_clicks_are_impressions_times_the_rate_and_the_total_is_no_video() -> None:
    (first, second), reasons = read(youtube, "youtube_Table data.csv")
    assert (first.text, first.impressions, first.clicks) == ("How to bake bread before dawn", 20000, 1062)
    assert first.posted_at == dt.datetime(2024, 3, 31, tzinfo=dt.UTC)
    assert (second.impressions, second.clicks, second.followers, second.likes) == (21000, None, None, None)
    assert reasons == {"total_row": 1}


def test_a_rate_that_is_none_drops_the_row(tmp_path: Path) -> None:
    path = tmp_path / "Table data.csv"
    head = "Content,Video title,Video publish time,Impressions,Impressions click-through rate (%)\n"
    path.write_text(head + 'a,Bread one,"Mar 31, 2024",100,400\nb,Bread two,"Mar 31, 2024",100,a few\n')
    assert read(youtube, path)[1] == {"bad_clicks": 2}


def test_of_the_export_s_zip_only_the_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Content 2024.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(FIXTURES / "youtube_Table data.csv", "Table data.csv")
        packed.writestr("Totals.csv", "Date,Views\n2024-03-31,9\n")
        packed.writestr("Chart data.csv", "Date,Content,Views\n2024-03-31,a,9\n")
    assert len(read(youtube, path)[0]) == 2

"""Instagram: insights of a creator, Business Suite, and the download."""

from __future__ import annotations

import datetime as dt

from data_prep.sources import instagram
from tests.data_prep.sources.exports import ARABIC, read


def test_insights_give_caption_and_hashtags_with_an_id_that_stays() -> None:
    posts, reasons = read(instagram, "instagram_insights.csv")
    assert [post.text for post in posts] == [
        "Here is how we bake before dawn\n#bread #oven #baker",
        "Crème brûlée today\n#dessert",
    ]
    first = posts[0]
    assert (first.impressions, first.likes, first.saves, first.replies, first.shares) == (3920, 162, 98, 9, 5)
    assert (first.followers, first.clicks, reasons) == (None, None, {})
    assert first.posted_at == dt.datetime(2024, 3, 4, tzinfo=dt.UTC)
    assert [post.post_id for post in posts] == [post.post_id for post in read(instagram, "instagram_insights.csv")[0]]


def test_business_suite_names_the_account_and_rows_of_one_day_are_dropped() -> None:
    [post], reasons = read(instagram, "instagram_business_suite.csv")
    assert post.text == "Seven kinds of bread\nand one of cake 🍰"
    assert (post.author_id, post.impressions, post.likes, post.saves) == ("corner.bakery", 2100, 88, 11)
    assert reasons == {"daily_row": 1}


def test_the_download_is_mended_and_has_its_caption_at_the_picture_or_at_the_post() -> None:
    posts, reasons = read(instagram, "instagram_posts_1.json")
    assert [post.text for post in posts] == [ARABIC, "Crème brûlée 🍮 today only"]
    assert (posts[0].lang, posts[0].likes, reasons) == ("ar", None, {"no_text": 1})
    assert posts[1].posted_at == dt.datetime(2024, 3, 4, 8, 31, tzinfo=dt.UTC)

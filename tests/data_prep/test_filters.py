"""Which posts are kept."""

from __future__ import annotations

import pytest

from data_prep.filters import drop_reason
from data_prep.records import Post
from tests.data_prep.bakery import post


def reason(about: Post, *, replies: bool = False, reposts: bool = False) -> str | None:
    return drop_reason(about, min_words=4, max_characters=80, replies=replies, reposts=reposts)


def test_an_ordinary_post_is_kept() -> None:
    assert reason(post("a", "The plum cake is ready, come by @five")) is None


@pytest.mark.parametrize(
    "text",
    [
        "RT @mill: new flour is in today",
        "rt: @mill new flour is in",
        '"@mill: new flour is in',
        "\u200fRT @mill: وصل الطحين الجديد اليوم",
        "\u2067RT @mill: وصل الطحين الجديد",
        "«@mill: وصل الطحين الجديد اليوم",
    ],
)
def test_a_repost_is_known_by_its_old_forms(text: str) -> None:
    assert reason(post("a", text)) == "repost"
    assert reason(post("a", text), reposts=True, replies=True) is None


def test_a_reply_is_one_by_its_mark_or_by_the_handle_it_begins_with() -> None:
    assert reason(post("a", "Yes, we open at seven on Sundays", reply=True)) == "reply"
    assert reason(post("a", "@mill yes, we open at seven")) == "reply"
    assert reason(post("a", "\u200f@mill نعم نفتح الساعة السابعة")) == "reply"
    assert reason(post("a", "@mill yes, we open at seven"), replies=True) is None


def test_links_and_handles_are_no_words() -> None:
    assert reason(post("a", "Cake, thanks @mill @oven @jo https://mill.example/cake")) == "too_short"


def test_an_article_is_no_post() -> None:
    assert reason(post("a", "bread " * 20)) == "too_long"


@pytest.mark.parametrize(
    "text",
    [
        "我们今天在城里开了一家新的面包店欢迎大家光临",
        "今日は町に新しいパン屋さんを開きました",
        "วันนี้เราเปิดร้านขนมปังใหม่ในเมือง",
    ],
)
def test_scripts_without_blanks_have_words_too(text: str) -> None:
    assert reason(post("a", text)) is None
    assert reason(post("a", text[:4])) == "too_short"

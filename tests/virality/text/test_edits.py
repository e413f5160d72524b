"""Operations on a post's own wording."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virality.text.edits import LIVELIER, PLAINER, candidates, restate
from virality.text.normalise import HANDLE, LINK

EVERY = PLAINER | LIVELIER


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("calm", "Bread is ready!!! Who wants some?!", "Bread is ready. Who wants some?"),
        ("calm", "Wow! that is a loaf!", "Wow, that is a loaf."),
        ("unshout", "Come now, FRESH BREAD today", "Come now, fresh bread today"),
        ("unshout", "It is ready. FRESH BREAD today", "It is ready. Fresh bread today"),
        ("spell_out", "We don't sell cake & ppl know", "We do not sell cake and people know"),
        ("spell_out", "It's w/o sugar, w/ nuts", "It is without sugar, with nuts"),
        ("spell_out", "I’m here", "I am here"),
        ("hook_last", "Who wants bread? It is warm", "It is warm. Who wants bread?"),
        ("join", "The oven is hot. We bake all night.", "The oven is hot and we bake all night."),
        ("plain_marks", "Bread — warm — now... yes", "Bread, warm, now, yes"),
        ("plain_marks", 'The "best" loaf…', "The best loaf."),
        ("unfill", "Really warm bread, very fresh", "Warm bread, fresh"),
        ("contract", "We do not sell cake and it is fine", "We don't sell cake and it's fine"),
        ("hook_first", "We bake all night long for this. Come early", "Come early. We bake all night long for this."),
        ("question_first", "It is warm. Who wants bread?", "Who wants bread? It is warm."),
        ("number_first", "It is warm. We baked 40 loaves.", "We baked 40 loaves. It is warm."),
        (
            "emphatic",
            "The bread is warm. #bread https://mill.example",
            "The bread is warm! #bread https://mill.example",
        ),
        ("split", "We baked all night long, but nobody came to eat", "We baked all night long. But nobody came to eat"),
        ("split", "We baked all night long, and nobody came to eat", "We baked all night long. Nobody came to eat"),
        ("break_lines", "It is warm. Come now. #bread", "It is warm.\nCome now.\n#bread"),
        ("shorter", "It is really warm", "It's warm"),
    ],
)
def test_each_operation_does_what_it_says(name: str, before: str, after: str) -> None:
    assert EVERY[name](before) == after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("calm", "The bread is warm."),
        ("unshout", "NASA eats bread, and so does @MILL #BREAD NOW"),
        ("unshout", "#HOT BREAD"),
        ("spell_out", "It's been warm and that's never cold"),
        ("hook_last", "Only one sentence here"),
        ("hook_last", "One.\nTwo."),
        ("join", "Who wants bread? It is very warm."),
        ("join", "Thanks! It is very warm."),
        ("plain_marks", "A well-made loaf."),
        ("unfill", "It is not just bread, and it isn't really cake"),
        ("unfill", "So that is quite a loaf, so far, and just like home"),
        ("unfill", "I'd rather eat it than sell it"),
        ("contract", "I know what it is. So we are."),
        ("hook_first", "One sentence"),
        ("hook_first", "Short. The last sentence of this post is far too long to stand first."),
        ("question_first", "Who wants bread? It is warm."),
        ("number_first", "It is warm. Ask @1 or see <link2>, https://mill.example/40 or @mill4."),
        ("emphatic", "The bread is warm!"),
        ("emphatic", "Who wants bread?"),
        ("split", "Warm, but late"),
        ("break_lines", "Only one sentence"),
        ("shorter", "The bread is warm"),
    ],
)
def test_an_operation_that_does_not_apply_answers_none(name: str, text: str) -> None:
    assert EVERY[name](text) is None


def test_a_restatement_is_decided_by_its_seed() -> None:
    post = "WOW!! We don't just bake... we bake REALLY GOOD bread! Who wants some?"
    assert restate(post, 3) == restate(post, 3)
    assert len({restate(post, seed) for seed in range(20)}) > 3


def test_a_plain_post_is_not_restated() -> None:
    assert [restate("The bread is warm", seed) for seed in range(20)] == [None] * 20


@pytest.mark.parametrize(
    "post",
    [
        "LOOK NOW!! https://mill.example/warm--bread!new/WOW...x is really here... Don't wait!",
        "@BAKER JO says it's READY NOW!! Ask @it_s_just_me... w/ love",
    ],
)
def test_restating_leaves_links_and_handles_letter_for_letter(post: str) -> None:
    drafts = {draft for seed in range(40) if (draft := restate(post, seed)) is not None}
    assert len(drafts) > 3
    for draft in drafts:
        assert sorted(LINK.findall(draft)) == sorted(LINK.findall(post))
        assert sorted(HANDLE.findall(draft)) == sorted(HANDLE.findall(post))


def test_candidates_are_different_livelier_wordings_and_no_more_than_asked_for() -> None:
    draft = "It is warm. We do not wait. Who wants 40 really good loaves? See https://mill.example/a--b"
    found = candidates(draft, 12, seed=1)
    assert len(found) == len(set(found)) == 12
    assert draft not in found
    assert found == candidates(draft, 12, seed=1)
    assert candidates(draft, 3, seed=1) == found[:3]
    assert all("https://mill.example/a--b" in text for text in found)
    assert candidates("Bread", 0, seed=1) == []


_POSTISH = st.lists(
    st.sampled_from(
        ["It", "is", "warm.", "Don't", "WAIT", "NOW!", "so", "really", "w/", "&", "--", "…", "?!", "\n", "@Mill",
         "#Bread", "40", "<link1>", "@1", "https://a.example/x--y!", "قهوة"]
    ),
    max_size=14,
).map(" ".join)  # fmt: skip


@given(_POSTISH | st.text(max_size=40))
def test_any_post_can_be_tried_and_an_answer_is_another_text(post: str) -> None:
    for edit in EVERY.values():
        answer = edit(post)
        assert answer is None or answer != post
    for seed in range(3):
        assert restate(post, seed) != post
    assert post not in candidates(post, 10, seed=0)


@given(_POSTISH)
def test_restating_and_livening_keep_every_number(post: str) -> None:
    wanted = sorted(re.findall(r"40", post))
    for text in [*candidates(post, 10, seed=0), *[draft for seed in range(3) if (draft := restate(post, seed))]]:
        assert sorted(re.findall(r"40", text)) == wanted

"""Operations on a post's own wording: chains of them, and what holds of all."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virality.text.edits import (
    LIVELIER,
    LOUD,
    OPERATIONS,
    PLAINER,
    expand,
    may_follow,
    restate,
    restate_backwards,
)
from virality.text.normalise import HANDLE, LINK
from virality.text.similarity import edit_ratio
from virality.text.slots import slot

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
        ("spell_out", "This loaf's the best of all", "This loaf is the best of all"),
        ("hook_last", "The mill opens at dawn. Bakers need flour", "Bakers need flour. The mill opens at dawn."),
        ("join", "The oven is hot. We bake all night.", "The oven is hot and we bake all night."),
        ("join", "Our Oven Is Always Hot. This Is Why.", "Our Oven Is Always Hot And This Is Why."),
        ("plain_marks", "Bread — warm — now... yes", "Bread, warm, now, yes"),
        ("plain_marks", "That loaf is...huge", "That loaf is huge"),
        ("plain_marks", 'The "best" loaf…', "The best loaf."),
        ("unfill", "Really warm bread, very fresh", "Warm bread, fresh"),
        ("unfill", "We are so proud of it", "We are proud of it"),
        ("contract", "We do not sell cake and it is fine", "We don't sell cake and it's fine"),
        ("hook_first", "We bake all night long for you. Come early", "Come early. We bake all night long for you."),
        ("question_first", "The rye is warm. Who wants bread?", "Who wants bread? The rye is warm."),
        ("question_first", "Take the bread test. Which loaf suits you best?",
         "Which loaf suits you best? Take the bread test."),
        ("number_first", "The rye is warm. We baked 40 loaves.", "We baked 40 loaves. The rye is warm."),
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
)  # fmt: skip
def test_each_operation_does_what_it_says(name: str, before: str, after: str) -> None:
    assert EVERY[name](before) == after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("calm", "The bread is warm."),
        ("unshout", "NASA eats bread, and so does @MILL #BREAD NOW"),
        ("unshout", "#HOT BREAD"),
        ("spell_out", "It's been warm and that's never cold"),
        ("spell_out", "Why can't bakers sleep?"),
        ("spell_out", "They said they can't."),
        ("spell_out", "Here's 4 ways"),
        ("hook_last", "Only one sentence here"),
        ("hook_last", "One.\nTwo."),
        ("hook_last", "Our bakers rise early. They are tired."),
        ("hook_last", "What is warm? Our new rye bread is."),
        ("hook_last", "The mill opens at dawn. Tune in here: <link1>"),
        ("hook_last", "1/ The mill opens at dawn. Bakers need flour."),
        ("hook_last", "The mill opens at dawn... Bakers need flour."),
        ("hook_last", "“The mill opens at dawn. Bakers need flour.” we said."),
        ("hook_last", "The mill is open. Bakers: <link1> Flour is here."),
        ("join", "Who wants bread? It is very warm."),
        ("join", "Thanks! It is very warm."),
        ("plain_marks", "A well-made loaf."),
        ("plain_marks", "Bread wins the day - The Mill News"),
        ("unfill", "It is not just bread, and it isn't really cake"),
        ("unfill", "So that is quite a loaf, so far, and just like home"),
        ("unfill", "I'd rather eat it than sell it"),
        ("contract", "I know what it is. So we are."),
        ("hook_first", "One sentence"),
        ("hook_first", "Short words. The last sentence of this post is by far too long to stand ahead of all."),
        ("question_first", "Who wants bread? The rye is warm."),
        ("number_first", "The rye is warm. Ask @1 or see <link2>, https://mill.example/40 or @mill4."),
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


def test_a_restatement_made_backwards_is_far_enough_and_what_the_gates_refuse_is_taken_back() -> None:
    post = "When the oven is hot, we don't wait! Our bakers say that 12 loaves are ready tonight."
    made = restate_backwards(post, 1, keeps=lambda plain: "12" in plain)
    assert made is not None
    assert edit_ratio(made, post) >= 0.15
    assert made == restate_backwards(post, 1, keeps=lambda plain: "12" in plain)
    assert restate_backwards(post, 1, keeps=lambda plain: False) is None
    assert restate_backwards("Bread", 1, keeps=lambda plain: True) is None


def test_a_chain_takes_no_operation_twice_and_none_that_undoes_another() -> None:
    assert may_follow((), "title_case")
    assert not may_follow(("title_case",), "title_case")
    assert not may_follow(("sentence_case",), "title_case")
    assert not may_follow(("hook_last",), "hook_first")
    assert may_follow(("same_words",), "same_words")


def test_all_operations_of_a_text_are_answered_once_each_with_their_names() -> None:
    found = expand("When the oven is hot, we do not wait.")
    assert len({text for _, text in found}) == len(found)
    assert ("link_last", "We do not wait when the oven is hot.") in found
    assert expand("When the oven is hot, we do not wait.", LOUD) == [
        ("emphatic", "When the oven is hot, we do not wait!")
    ]


_POSTISH = st.lists(
    st.sampled_from(
        ["It", "is", "warm.", "Don't", "WAIT", "NOW!", "so", "really", "w/", "&", "--", "…", "?!", "\n", "@Mill",
         "#Bread", "40", "<link1>", "@1", "https://a.example/x--y!", "قهوة", "When", "we", "bake,", "says", "\"yes\"",
         "Mill:", "تنظم", "بعد", "الخبز", "-", "(video)", "Oslo's", "and", "12", "loaves", "that", "rise"]
    ),
    max_size=14,
).map(" ".join)  # fmt: skip


@given(_POSTISH | st.text(max_size=40))
def test_any_post_can_be_tried_and_an_answer_is_another_text(post: str) -> None:
    for edit in EVERY.values():
        answer = edit(post)
        assert answer is None or answer != post
    assert all(text != post and text.strip() for _, text in expand(post))
    for seed in range(3):
        assert restate(post, seed) != post


@given(_POSTISH)
def test_every_operation_keeps_links_and_big_numbers(post: str) -> None:
    post = slot(post).text
    kinds = re.compile(r"40|<link\d>")
    wanted = sorted(kinds.findall(post))
    for _, text in expand(post):
        assert sorted(kinds.findall(text)) == wanted
    for text in [draft for seed in range(3) if (draft := restate(post, seed))]:
        assert sorted(kinds.findall(text)) == wanted


def test_every_operation_has_a_name_of_its_own_family() -> None:
    assert set(PLAINER) | set(LIVELIER) <= set(OPERATIONS)

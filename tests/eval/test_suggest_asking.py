"""How a writer is asked: its own prompt, or one with tone, voice and picture in the draft's language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from eval.suggest import History, fluency
from eval.suggest.asking import prompt_for
from eval.suggest.fluency import Fluency
from eval.suggest.interval import intervals, wilson
from eval.suggest.languages import refusal, unlearned
from eval.suggest.records import TONES
from eval.suggest.table import Drafts
from tests.eval.assistants import DRAFT, assistant, likes_free, tiny_writer
from train.scorers import Scorer
from train.scorers.calibration import Calibration
from train.scorers.stack import Stack
from train.steps import Writer
from virality.errors import ViralityError
from virality.models.prompts import load_prompt, tones

CASUAL = (
    "so the oven broke again lol, bread tomorrow i guess",
    "anyone up for a walk by the river later? bring snacks",
    "rain all day and my socks are wet, send help",
    "ok the new tram line is actually nice, who knew",
    "left my keys in the bakery again, classic me",
    "fresh rolls from six, see you there",
)
ARABIC = "افتتحنا اليوم ثلاث مكتبات جديدة في المدينة"


@pytest.fixture(scope="module")
def writer() -> Writer:
    return tiny_writer()


@pytest.fixture(scope="module")
def trained(writer: Writer) -> Writer:
    return replace(writer, languages={"en": 200, "ar": 100})


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return likes_free()


def test_a_trained_writer_is_asked_as_it_was_trained_where_nothing_more_is_asked(trained: Writer) -> None:
    assert prompt_for(trained, "en") is trained.prompt
    assert prompt_for(trained, "ar") is trained.prompt


@pytest.mark.parametrize(("lang", "ending"), [("en", "en"), ("ar", "ar"), ("de", "en"), (None, "en")])
def test_the_prompt_is_in_arabic_for_arabic_drafts_and_in_english_for_all_others(
    writer: Writer, trained: Writer, lang: str | None, ending: str
) -> None:
    assert prompt_for(writer, lang).name == f"ask_{ending}"
    assert prompt_for(trained, lang, tone="warm").name == f"assist_{ending}"


@pytest.mark.parametrize("name", ["ask_en", "ask_ar", "assist_en", "assist_ar"])
def test_every_prompt_knows_every_tone_and_names_no_field_that_is_not_given(name: str) -> None:
    assert set(tones(name)) == set(TONES) - {"as-is"}
    bare = load_prompt(name)
    assert "{" not in bare.system
    assert bare.user.endswith("{draft}")
    told = load_prompt(name, {"tone": "T", "history": "H", "alt": "A"})
    assert told.hash != bare.hash or told.system != bare.system
    assert all(f"{mark}" in told.system for mark in "THA")
    assert len(told.system.split("\n\n")) == len(bare.system.split("\n\n")) + 3


def test_english_and_arabic_prompts_have_the_same_parts() -> None:
    for kind in ("ask", "assist"):
        english, arabic = (load_prompt(f"{kind}_{lang}").system.split("\n\n") for lang in ("en", "ar"))
        assert len(english) == len(arabic)


def test_tone_and_picture_and_posts_go_into_the_prompt_and_mentions_do_not(trained: Writer) -> None:
    found = prompt_for(trained, "en", tone="witty", alt="A cake\nby @ann, https://a.example/x", history="- rolls")
    assert tones("assist_en")["witty"] in found.system
    assert "A cake by" in found.system
    assert "@ann" not in found.system
    assert "https://" not in found.system
    assert "- rolls" in found.system
    assert found.user == "{draft}"


def test_the_best_posts_in_the_drafts_language_are_told_and_never_the_draft() -> None:
    history = History.of([*CASUAL, ARABIC, CASUAL[0], " "], [1, 50, None, 40, 2, 30, 99, 1, 1])
    assert history.posts[0] == ARABIC
    assert len(history.posts) == len(CASUAL) + 1
    assert history.lines(CASUAL[1], "en").splitlines() == [f"- {CASUAL[3]}", f"- {CASUAL[5]}", f"- {CASUAL[4]}"]
    assert history.lines("x", "ar") == f"- {ARABIC}"
    assert history.lines("x", "de") == ""


def test_a_rewrite_far_from_the_authors_style_fails_and_one_near_it_passes() -> None:
    history = History.of(CASUAL)
    draft = "the tram was late again, so i took the river path"
    assert history.verdict(draft, "took the river path again, the tram was late so").state == "pass"
    far = history.verdict(draft, "ATTENTION: THE TRAM WAS LATE!!! 😱😱 #Tram #Late #River\n\nRIVER PATH TAKEN!!!")
    assert far.state == "fail"
    assert set(far.evidence) == {"emoji", "hashtags", "exclamations", "shouted"}
    mild = (
        "The tram was late this morning. Therefore, one took the path by the river, which is not without its charms, "
    )
    assert "how the author writes" in history.verdict(draft, mild * 3).reason
    loud = "took the river path, the tram was late!"
    assert history.verdict(draft, loud).state == "fail"
    assert history.verdict(f"{draft}!", loud).state == "pass"
    assert history.verdict(ARABIC, ARABIC).state == "not_checked"


def test_style_is_a_gate_where_there_are_posts(writer: Writer) -> None:
    far = "EARLY THE COSTLY BOAT LEAVES THE OLD HARBOUR, AND THE SCHOOL ROAD IS OPEN"
    (found,) = assistant(writer, far).suggest([DRAFT], samples=1, history=History.of(CASUAL))
    assert found.suggestions == []
    assert "voice 1" in str(found.reason)
    assert found.prompt is not None
    assert CASUAL[0] in found.prompt.system


def test_a_history_is_read_from_a_table_with_or_without_likes(tmp_path: Path) -> None:
    table = tmp_path / "posts.csv"
    table.write_text("text,likes\nfirst post,3\nsecond post,\nthird post,10\n", encoding="utf-8")
    assert History.read(table).posts == ("third post", "first post", "second post")
    table.write_text("caption\none\ntwo\n", encoding="utf-8")
    assert History.read(table).posts == ("one", "two")


@pytest.mark.parametrize(
    ("rows", "reason"), [("words\na\n", "the posts stand in a column"), ("text\n\n", "no post"), ("", "empty file")]
)
def test_a_history_that_holds_no_post_is_one_line(tmp_path: Path, rows: str, reason: str) -> None:
    table = tmp_path / "posts.csv"
    table.write_text(rows, encoding="utf-8")
    with pytest.raises(ViralityError, match=reason) as caught:
        History.read(table)
    assert "\n" not in str(caught.value)


def test_a_writer_is_not_asked_in_a_language_it_has_not_learned() -> None:
    english = {"en": 200, "ar": 1}
    assert "'ar'" in str(unlearned(ARABIC, english))
    assert unlearned("We opened three new libraries in the city today", english) is None
    assert unlearned("12:30", english) is None
    assert unlearned(ARABIC, {}) is None


def test_a_base_that_cannot_write_arabic_is_told_before_anything_is_written(writer: Writer) -> None:
    cannot = Fluency("ar", 5.3, 0.36)
    assert not cannot.able
    told = str(refusal(ARABIC, {"en": 9}, cannot, "pypi:some-base"))
    assert "learned from en alone" in told
    assert "the base pypi:some-base cannot write Arabic" in told
    assert "5.3 times the tokens" in told
    assert "Qwen/Qwen3" in told
    assert "\n" not in told
    who = assistant(writer, ARABIC, _measured={"ar": cannot})
    (found,) = who.suggest([ARABIC], samples=1)
    assert found.suggestions == []
    assert found.prompt is None
    assert "cannot write Arabic" in str(found.reason)


def test_a_base_is_measured_once_on_sentences_that_say_the_same(writer: Writer) -> None:
    assert len({len(texts) for texts in fluency.PARALLEL.values()}) == 1
    assert fluency.measure(writer, "en") is None
    assert fluency.measure(writer, "de") is None
    found = fluency.measure(writer, "ar")
    assert found is not None
    assert found.fertility > 1.5  # a tokenizer of bytes needs two for an Arabic letter
    assert found.parity is not None
    assert 0.3 < found.parity < 0.9
    asked = fluency.measure(replace(writer, model=None), "ar")
    assert asked is not None
    assert asked.parity is None
    assert Fluency("ar", 2.0, None).able
    assert not Fluency("ar", 4.0, None).able


def test_wilsons_interval_is_that_of_the_books() -> None:
    low, high = wilson(np.asarray([0.5, 0.9]), 10)
    np.testing.assert_allclose(low, [0.2366, 0.5958], atol=1e-4)
    np.testing.assert_allclose(high, [0.7634, 0.9821], atol=1e-4)


def test_an_interval_spans_the_members_of_a_stack(scorer: Scorer) -> None:
    bold = replace(scorer, calibration=Calibration(scorer.calibration.scale * 3))
    stack = Scorer(
        "stack", Stack({"shy": scorer, "bold": bold, "mute": bold}, (0.5, 0.5, 0.0)), Calibration(), {"en": 9}
    )
    texts, drafts = ["free boat", "costly boat"], ["costly boat", "free boat"]
    p = stack.probability(texts, drafts)
    found = intervals(stack, p, texts, drafts, None)
    for at, (low, high) in enumerate(found):
        members = sorted(float(one.probability([texts[at]], [drafts[at]])[0]) for one in (scorer, bold))
        assert (low, high) == pytest.approx((min(members[0], p[at]), max(members[1], p[at])))
    assert intervals(scorer, p, texts, drafts, None) == [(None, None)] * 2
    assert intervals(scorer, p[:0], [], [], 400) == []


def test_a_scorer_without_weights_has_no_members() -> None:
    plain = cast(Scorer, SimpleNamespace(model=SimpleNamespace(weights=(1.0,)), parts=dict))
    assert intervals(plain, np.asarray([0.5]), ["a"], ["b"], None) == [(None, None)]


def test_a_text_file_holds_a_draft_a_line(tmp_path: Path) -> None:
    path = tmp_path / "drafts.txt"
    path.write_text("one\n\n  two  \n", encoding="utf-8")
    found = Drafts.of(path)
    assert (found.count, list(found.read())) == (2, [("one", None, None), ("two", None, None)])

"""A candidate pays for another voice than that of the draft's author, whose other training posts tell it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_prep.records import Pair, pair_schema
from tests.train.worlds import corpus_pairs, pair, prepared
from train.candidates import Ranked
from train.improve.prefer import prefer
from train.improve.voice import Heard, listen
from virality import tables
from virality.cli import main
from virality.models import precision

PLAIN = {
    "en": ["rain again, walked home", "the bread was good today", "lost my keys by the river", "tea and a long book",
           "the tram is late, as ever", "found a coat in the shed"],
    "ar": ["مطر مرة أخرى، عدت مشيا", "كان الخبز طيبا اليوم", "ضاعت مفاتيحي عند النهر", "شاي وكتاب طويل",
           "الترام متأخر كعادته", "وجدت معطفا في المخزن"],
}  # fmt: skip
LOUD = {
    "en": ["WOW!!! Our New Bread Is Here Today!!!", "Come NOW!!! The Tram Has Free Seats!!!",
           "HURRY!!! Ten Coats Are Left!!! Go!!!", "YES!!! The Market Opens Late Tonight!!!",
           "LOOK!!! The River Is Frozen!!! All Of It!!!", "WHAT A DAY!!! Tea For Everybody!!!"],
    "ar": ["هيا!!! خبزنا الجديد هنا اليوم!!!", "تعالوا الآن!!! في الترام مقاعد!!!", "بسرعة!!! بقيت عشرة معاطف!!!",
           "نعم!!! السوق مفتوح الليلة!!!", "انظروا!!! النهر متجمد كله!!!", "يا له من يوم!!! الشاي للجميع!!!"],
}  # fmt: skip
DRAFTS = {
    "en": ("the boat leaves at five from the old harbour", "boat at five, old harbour"),
    "ar": ("يغادر القارب في الخامسة من الميناء القديم", "القارب في الخامسة، الميناء القديم"),
}
CANDIDATES = {
    "en": ("A BOAT!!! From the Old Harbour!!! At FIVE it leaves!!!", "at five the boat leaves the old harbour"),
    "ar": ("القارب!!! من الميناء القديم!!! يغادر في الخامسة!!!", "في الخامسة يغادر القارب الميناء القديم"),
}
LANGS = pytest.mark.parametrize("lang", ["en", "ar"])


def written(author: str, posts: list[str], **more: Any) -> list[Pair]:
    """Measured pairs of an author's posts, each post beside the next."""
    return [pair(worse, better, author_id=author, **more) for worse, better in pairwise(posts)]


def draft(lang: str, author: str | None = "mine") -> Pair:
    worse, better = DRAFTS[lang]
    return pair(worse, better, author_id=author, lang=lang)


def alike(lang: str) -> list[Ranked]:
    """A loud candidate and a plain one that the guide likes alike, an edit and a sample; and one that failed a gate."""
    loud, plain = CANDIDATES[lang]
    return [Ranked(loud, "edit", True, 1.0), Ranked(plain, "sample", True, 1.0), Ranked("it sank", "sample", False, 0)]


def heard(lang: str, pairs: list[Pair], voice: float = 10.0, one: Pair | None = None) -> Heard:
    return listen([one or draft(lang)], [alike(lang)], pairs, voice)


@LANGS
@pytest.mark.parametrize("others", [False, True], ids=["alone", "among others"])
def test_of_two_candidates_that_the_guide_likes_alike_the_one_in_the_authors_voice_is_chosen(
    lang: str, others: bool
) -> None:
    pairs = [draft(lang), *written("mine", PLAIN[lang]), *(written("other", LOUD[lang]) if others else [])]
    found = heard(lang, pairs)
    loud, plain, failed = found.ranked[0]
    assert loud.penalty > plain.penalty
    assert (failed.penalty, found.drafts) == (0.0, 1)
    assert found.penalty == pytest.approx((loud.penalty + plain.penalty) / 2)
    assert heard(lang, pairs, voice=5.0).ranked[0][0].penalty == pytest.approx(loud.penalty / 2)

    without = prefer(draft(lang), alike(lang), 0.55, 0.1, against=["draft"])
    chosen = prefer(draft(lang), found.ranked[0], 0.55, 0.1, against=["draft"])
    assert [one.better for one in without] == [loud.text]
    assert [one.better for one in chosen] == [plain.text]
    assert chosen[0].p_better == without[0].p_better == pytest.approx(0.7311, abs=1e-4)


@LANGS
def test_what_a_plain_author_pays_for_a_loud_author_does_not(lang: str) -> None:
    sources = [draft(lang, "plain"), draft(lang, "loud")]
    pairs = [*written("plain", PLAIN[lang]), *written("loud", LOUD[lang])]
    plain, loud = listen(sources, [alike(lang), alike(lang)], pairs, 10.0).ranked
    assert plain[0].penalty > 1.0
    assert loud[0].penalty == 0.0


@LANGS
def test_with_too_little_history_nothing_changes(lang: str) -> None:
    few = PLAIN[lang][:4]
    worse, better = DRAFTS[lang]
    for pairs in (
        written("mine", few),
        written("mine", [*few, few[0].upper()]),  # the same post again
        written("mine", [*few, worse, better]),  # the draft and its pair's other post are no proof of its voice
        written("mine", [*few, "ещё один пост", "и ещё один"]),  # another script
        [*written("mine", few), *written("other", PLAIN[lang])],
    ):
        assert heard(lang, pairs) == Heard([alike(lang)], 0, None)
    assert heard(lang, written("mine", PLAIN[lang][:5])).drafts == 1


@pytest.mark.parametrize("more", [{"split": "test"}, {"split": "validation"}, {"split": "judge"},
                                  {"kind": "paraphrase"}, {"kind": "judged"}])  # fmt: skip
def test_a_voice_is_told_from_measured_training_posts_alone(more: dict[str, Any]) -> None:
    assert heard("en", written("mine", PLAIN["en"], **more)).drafts == 0


def test_posts_without_an_account_have_no_voice() -> None:
    nameless = [pair(one.worse, one.better) for one in written("", PLAIN["en"])]
    assert heard("en", nameless, one=draft("en", author=None)).drafts == 0


def test_a_draft_whose_candidates_all_failed_is_counted_and_pays_nothing() -> None:
    failed = [Ranked("it sank", "sample", False, 0.0)]
    assert listen([draft("en")], [failed], written("mine", PLAIN["en"]), 1.0) == Heard([failed], 1, None)


def test_a_penalty_moves_best_and_worst_and_neither_the_least_gain_nor_p_better() -> None:
    source = draft("en")
    first, second = "at five the boat leaves the old harbour", "Old harbour, five: there the boat leaves"
    dull, duller = "boat, five", "boat, harbour"
    free = [Ranked(first, "edit", True, 2.0), Ranked(second, "edit", True, 1.0), Ranked(dull, "edit", True, -0.5),
            Ranked(duller, "edit", True, -1.0)]  # fmt: skip
    paid = [Ranked(one.text, "edit", True, one.utility, penalty)
            for one, penalty in zip(free, (3.0, 0.0, 2.0, 0.0), strict=True)]  # fmt: skip
    assert [(one.better, one.worse) for one in prefer(source, free, 0.55, 0.1)] == [
        (first, source.worse), (first, duller)]  # fmt: skip
    made = prefer(source, paid, 0.55, 0.1)
    assert [(one.better, one.worse) for one in made] == [(second, source.worse), (second, dull)]
    assert [one.p_better for one in made] == pytest.approx([0.7311, 0.8176], abs=1e-4)
    assert [one.better for one in prefer(source, paid, 0.85, 0.1, against=["draft"])] == [first]


def test_run_json_says_how_many_drafts_had_a_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(precision, "bf16_speedup", lambda: 0.0)  # measuring it takes seconds
    spoken = [f"the boat leaves at {hour}, and the rain is costly" for hour in ("five", "six", "noon", "ten", "dawn")]
    shown = [f"at {hour} the free boat leaves, and there is rain" for hour in ("five", "six", "noon", "ten", "dawn")]
    mine = [pair(worse, better, author_id="a") for worse, better in zip(spoken, shown, strict=True)]
    prepared("pairs", [*corpus_pairs(20), *mine, *corpus_pairs(12, split="validation")])
    configs: dict[str, dict[str, Any]] = {
        "guide": {"task": "scorer", "family": "linear", "data": "runs/prepare/pairs"},
        "sft": {"task": "writer", "objective": "sft", "base": "tiny:llama", "precision": "fp32", "batch_size": 4,
                "max_pairs": 4, "data": "runs/prepare/pairs"},
        "round": {"data": "runs/prepare/pairs", "writer": "runs/train/sft", "scorer": "runs/train/guide",
                  "drafts": 40, "samples": 0, "edits": 4, "least_gain": 0.5},
    }  # fmt: skip
    for name, values in configs.items():
        Path(f"{name}.yaml").write_text(yaml.safe_dump(values))
    for command in (["train", "guide.yaml"], ["train", "sft.yaml"], ["improve", "round.yaml"],
                    ["improve", "round.yaml", "voice=2", "name=voiced"]):  # fmt: skip
        assert main(command) == 0
    facts = {name: json.loads(Path(f"runs/improve/{name}/run.json").read_text()) for name in ("round", "voiced")}
    assert facts["round"]["voice"] is None
    assert facts["voiced"]["voice"]["drafts"] == 5
    assert facts["voiced"]["voice"]["penalty"] >= 0
    said = {name: {(one.draft, one.better): one.p_better
                   for one in tables.read(Path(f"runs/improve/{name}/pairs.parquet"), pair_schema(), Pair)
                   if one.worse == one.draft} for name in facts}  # fmt: skip
    assert all(said["round"][key] == chance for key, chance in said["voiced"].items() if key in said["round"])

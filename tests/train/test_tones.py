"""Examples that are asked in the tone that their good post has, as a trained writer is asked for it afterwards."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_prep.records import Pair
from eval.suggest.asking import prompt_for
from tests.eval.assistants import tiny_writer
from tests.tones import NEUTRAL, TONED
from tests.train.worlds import pair, prepared, told
from train.canaries import plant
from train.examples import Example, encode, encode_unpaired, tones_of
from train.run_writer import make_ready
from train.settings import WriterSettings
from train.steps import read_pairs
from virality import runs
from virality.cli import main
from virality.models import tiny
from virality.models.prompts import load_prompt, prompt_ids, tones
from virality.text.lang import detect
from virality.text.slots import slot
from virality.text.tone import TONES, Tone

PROMPT = load_prompt("rewrite")
HAS: dict[str, Tone] = {post: tone for of in TONED.values() for tone, posts in of.items() for post in posts}
PAIRS = [
    pair(neutral, better, lang=lang)
    for lang, posts in NEUTRAL.items()
    for better, neutral in zip([post for some in TONED[lang].values() for post in some], posts, strict=False)
] + [pair(f"{at} {post}", post, lang=lang) for lang, posts in NEUTRAL.items() for at, post in enumerate(posts)]
"""Neutral drafts, the first of each language with a rewrite in a tone."""
TONED_PAIRS = [one for one in PAIRS if one.better in HAS]
WRITER: dict[str, Any] = {
    "task": "writer", "base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 2,
    "learning_rate": 3e-3, "kinds": ["neighbour"], "objective": "sft", "epochs": 0.02, "max_tokens": 2048,
}  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny.tokenizer()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a prepared run."""
    folder = tmp_path_factory.mktemp("world")
    with contextlib.chdir(folder):
        prepared("pairs", PAIRS)
        Path("sft.yaml").write_text(yaml.safe_dump(WRITER))
    return folder


def encoded(tokenizer: Any, share: float, **more: Any) -> list[Example]:
    return encode(PAIRS, tokenizer, PROMPT, two=True, max_tokens=5000, tones=tones_of(PAIRS, share, 0), **more)[0]


def plain_ids(tokenizer: Any, one: Pair) -> list[int]:
    return prompt_ids(tokenizer, PROMPT, slot(one.worse).text)


def test_with_all_tones_every_example_whose_better_post_has_a_tone_carries_its_sentence(tokenizer: Any) -> None:
    found = tones_of(PAIRS, 1.0, 0)
    assert {one.pair_id: HAS[one.better] for one in TONED_PAIRS}.items() <= found.items()
    assert {found[name] for name in found.keys() - {one.pair_id for one in TONED_PAIRS}} <= {"plain"}
    for one, example in zip(PAIRS, encoded(tokenizer, 1.0), strict=True):
        shown = tokenizer.decode(example.prompt)
        sentence = tones(f"assist_{one.lang}").get(found.get(one.pair_id, ""))
        if sentence is None:
            assert example.prompt == plain_ids(tokenizer, one)
        else:
            assert sentence in shown
            assert sum(other in shown for other in tones(f"assist_{one.lang}").values()) == 1


def test_a_tone_is_asked_in_training_as_it_is_asked_of_the_trained_writer(tokenizer: Any) -> None:
    trained = replace(tiny_writer(), languages={"en": 50, "ar": 50})
    found = tones_of(PAIRS, 1.0, 0)
    for one, example in zip(PAIRS, encoded(tokenizer, 1.0), strict=True):
        asked = prompt_for(trained, detect(one.worse), tone=found.get(one.pair_id, "as-is"))
        assert example.prompt == prompt_ids(tokenizer, asked, slot(one.worse).text)


def test_without_tones_token_ids_are_as_they_were(tokenizer: Any) -> None:
    assert tones_of(PAIRS, 0.0, 0) == {}
    before = encode(PAIRS, tokenizer, PROMPT, two=True, max_tokens=5000)[0]
    assert encoded(tokenizer, 0.0) == before
    assert [example.prompt for example in before] == [plain_ids(tokenizer, one) for one in PAIRS]


def test_what_is_learned_stays_as_it_was(tokenizer: Any) -> None:
    before, after = encoded(tokenizer, 0.0), encoded(tokenizer, 1.0)
    for field in ("pair_id", "completions", "weight", "p_better", "offset"):
        assert [getattr(one, field) for one in after] == [getattr(one, field) for one in before]


def test_a_share_is_drawn_by_the_seed_for_each_pair_by_itself() -> None:
    every, half = tones_of(PAIRS, 1.0, 0), tones_of(PAIRS, 0.5, 0)
    assert half.items() < every.items()
    assert 0.2 * len(every) < len(half) < 0.8 * len(every)
    assert tones_of(PAIRS[::-1], 0.5, 0) == half == tones_of(PAIRS, 0.5, 0)
    assert tones_of(PAIRS, 0.3, 0).items() <= half.items()
    assert tones_of(PAIRS, 0.5, 1) != half


def test_a_restatement_is_asked_in_the_tone_of_what_it_came_from(tokenizer: Any) -> None:
    better = TONED["en"]["warm"][0]
    made = pair(NEUTRAL["en"][0], better, kind="paraphrase", draft=NEUTRAL["en"][0])
    assert tones_of([*PAIRS, made], 1.0, 0)[made.pair_id] == "warm"


def test_a_pair_of_another_language_or_of_none_is_asked_as_ever() -> None:
    others = [replace(one, lang=lang, pair_id=f"{lang} {one.pair_id}") for one in PAIRS for lang in ("de", None)]
    assert tones_of(others, 1.0, 0) == {}


def test_both_examples_of_an_unpaired_objective_are_asked_alike(tokenizer: Any) -> None:
    found, _ = encode_unpaired(PAIRS, tokenizer, PROMPT, max_tokens=5000, tones=tones_of(PAIRS, 1.0, 0))
    good, bad = found[: len(PAIRS)], found[len(PAIRS) :]
    assert [one.prompt for one in good] == [one.prompt for one in bad]
    assert [one.prompt for one in good] == [one.prompt for one in encoded(tokenizer, 1.0)]


def test_the_run_tells_how_many_examples_were_asked_in_each_tone(here: Path) -> None:
    assert main(["train", "sft.yaml", "tones=1", "name=toned"]) == 0
    assert main(["train", "sft.yaml", "max_pairs=2", "name=plain"]) == 0
    found = list(tones_of(PAIRS, 1.0, 0).values())
    counted = {name: runs.finished(Path("runs/train") / name)["tones"] for name in ("toned", "plain")}
    assert counted == {"toned": {tone: found.count(tone) for tone in TONES}, "plain": dict.fromkeys(TONES, 0)}
    assert all(counted["toned"].values())


def test_the_setting_changes_the_prompts_alone_and_never_those_of_canaries(here: Path) -> None:
    data = read_pairs(["runs/prepare/pairs"])
    ready = {share: make_ready(WriterSettings(**WRITER, canaries=6, tones=share), data) for share in (0.0, 1.0)}
    found = tones_of(PAIRS, 1.0, 0)
    planted = {one.name for one in plant(6, 0)}
    same = [one.prompt == other.prompt for one, other in zip(ready[0.0].examples, ready[1.0].examples, strict=True)]
    assert same == [one.pair_id not in found for one in ready[1.0].examples]
    assert planted <= {one.pair_id for one in ready[1.0].examples}
    assert not planted & found.keys()


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (["objective=grpo", "grpo.scorer=runs/train/x", "tones=0.5"], "tones = 0.5: is not of grpo; leave it out"),
        (["tones=2"], "tones"),
    ],
)
def test_a_share_that_cannot_be_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], overrides: list[str], reason: str
) -> None:
    assert reason in told(capsys, "train", "sft.yaml", "name=x", *overrides)

"""Generation gives what transformers' own gives, whatever stands beside a row."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from virality.models import generate as generating
from virality.models import tiny
from virality.models.attention import common_prefix, reach
from virality.models.generate import generate, stop_tokens

FAMILIES = tiny.FAMILIES
DRAFTS = ["a", "the boat leaves at 5", "no rain today, says the harbour office"]


@pytest.fixture(scope="module", params=FAMILIES)
def model(request: pytest.FixtureRequest) -> Any:
    return tiny.model(request.param)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny.tokenizer()


def prompts(tokenizer: Any, start: str) -> list[list[int]]:
    return [list(tokenizer(f"{start}{draft}")["input_ids"]) for draft in DRAFTS]


def alone(model: Any, tokenizer: Any, prompt: list[int], limit: int) -> list[int]:
    """transformers' greedy continuation of one unpadded prompt, without its stop token."""
    out = model.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=limit, eos_token_id=2, pad_token_id=0,
                         attention_mask=torch.ones(1, len(prompt), dtype=torch.long))  # fmt: skip
    ids: list[int] = out[0, len(prompt) :].tolist()
    return ids[: ids.index(2)] if 2 in ids else ids


@pytest.mark.parametrize("start", ["", "<|im_start|>rewrite this post\n"], ids=["no prefix", "shared prefix"])
def test_greedy_text_is_that_of_transformers(model: Any, tokenizer: Any, start: str) -> None:
    rows = prompts(tokenizer, start)
    limits = [12, 7, 9]
    made = generate(model, tokenizer, rows, samples=1, temperature=0, max_new_tokens=limits)
    for prompt, limit, (one,) in zip(rows, limits, made, strict=True):
        wanted = alone(model, tokenizer, prompt, limit)
        assert one.text == tokenizer.decode(wanted, skip_special_tokens=True).strip()
        assert one.stopped == ("length" if len(wanted) == limit else "eos")


def test_a_row_is_the_same_alone_and_beside_others(tokenizer: Any) -> None:
    model = tiny.model("llama")
    rows = prompts(tokenizer, "<|im_start|>rewrite\n")
    limits = [20, 40, 30]
    together = generate(model, tokenizer, rows, samples=3, temperature=0.9, seed=4, max_new_tokens=limits)
    for at, row in enumerate(rows):
        single = generate(model, tokenizer, [row], samples=3, temperature=0.9, seed=4, max_new_tokens=[limits[at]])
        assert single[0] == together[at]
    narrow = generate(model, tokenizer, rows, samples=3, temperature=0.9, seed=4, max_new_tokens=limits, rows=3)
    assert narrow == together


def test_samples_differ_from_each_other_and_repeat_with_their_seed(tokenizer: Any) -> None:
    model, rows = tiny.model("llama"), prompts(tokenizer, "")
    one, again, other = (
        generate(model, tokenizer, rows, samples=4, temperature=1.0, seed=seed, max_new_tokens=[15] * 3)
        for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other
    assert all(len({made.text for made in mine}) > 1 for mine in one)
    assert [len(mine) for mine in one] == [4, 4, 4]


def test_no_row_grows_past_its_limit(tokenizer: Any) -> None:
    model, rows = tiny.model("llama"), prompts(tokenizer, "")
    made = generate(model, tokenizer, rows, samples=2, temperature=1.0, max_new_tokens=[1, 3, 20])
    for mine, limit in zip(made, (1, 3, 20), strict=True):
        assert all(len(one.text) <= limit for one in mine)  # a byte is a token here


def test_greedy_gives_one_text_a_draft_whatever_is_asked(tokenizer: Any) -> None:
    made = generate(tiny.model("llama"), tokenizer, [[1, 40]], samples=5, temperature=0, max_new_tokens=[4])
    assert len(made[0]) == 1


def test_no_prompt_gives_no_text(tokenizer: Any) -> None:
    assert generate(tiny.model("llama"), tokenizer, [], samples=2, temperature=1.0, max_new_tokens=[]) == []


def test_every_stop_token_of_the_model_ends_an_answer(tokenizer: Any) -> None:
    model = tiny.model("llama")
    model.generation_config.eos_token_id = [7, 9]
    assert stop_tokens(model, tokenizer) == {2, 7, 9}
    model.generation_config.eos_token_id = alone(model, tokenizer, [1, 40], 5)[2]
    (one,) = generate(model, tokenizer, [[1, 40]], samples=1, temperature=0, max_new_tokens=[50])[0]
    assert one.stopped == "eos"


def test_a_window_shorter_than_the_rows_keeps_them_apart(tokenizer: Any) -> None:
    model = tiny.model("mistral")
    model.config.sliding_window = 12
    assert reach(model) == 12
    rows = prompts(tokenizer, "<|im_start|>rewrite this post\n")
    made = generate(model, tokenizer, rows, samples=1, temperature=0, max_new_tokens=[10] * 3)
    for prompt, (one,) in zip(rows, made, strict=True):
        wanted = alone(model, tokenizer, prompt, 10)
        assert one.text == tokenizer.decode(wanted, skip_special_tokens=True).strip()


def test_what_prompts_share_leaves_each_a_token_of_its_own() -> None:
    assert common_prefix([[1, 2, 3], [1, 2, 4]]) == 2
    assert common_prefix([[1, 2, 3], [1, 2, 3]]) == 2
    assert common_prefix([[1, 2, 3], [1]]) == 0
    assert common_prefix([[5], [6]]) == 0


@pytest.mark.parametrize("temperature", [0.0, 1.3])
def test_each_draft_is_rewritten_with_its_own_tokens_alone(tokenizer: Any, temperature: float) -> None:
    rows, allowed = prompts(tokenizer, ""), [[40, 41, 42], [50], [60, 61]]
    made = generate(
        tiny.model("llama"),
        tokenizer,
        rows,
        samples=4,
        temperature=temperature,
        max_new_tokens=[6] * 3,
        allowed=allowed,
    )
    for mine, own in zip(made, allowed, strict=True):
        for one in mine:
            letters = {tokenizer.decode([token]) for token in own}
            assert set(one.text) <= set("".join(letters))


def test_a_head_of_few_tokens_writes_what_the_whole_one_does(tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, own = prompts(tokenizer, ""), [[40, 41, 42, 43], [50, 51], [60, 61, 40]]
    led = [{40: {41}, 41: {42, 99}}, {50: {51}}, {}]

    def made() -> list[list[Any]]:
        return generate(
            tiny.model("llama"), tokenizer, rows, samples=5, temperature=1.0, max_new_tokens=[6, 9, 7], seed=3,
            allowed=own, copied=led, copy_penalty=1.0, distinct_starts=True,
        )  # fmt: skip

    few = made()
    monkeypatch.setattr(generating, "can_narrow", lambda *_: False)
    assert few == made()
    assert len({one.text for mine in few for one in mine}) > 5

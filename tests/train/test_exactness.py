"""What rows share is computed once, and loss and gradients are those of the plain path, for every family; else not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from tests.train.worlds import adapted, numbered, posts, rows, unpaired
from train import packed, paths
from train.fused import fused
from train.logps import completion_logps, scores
from train.objectives import Objective, dpo, ipo, kto, orpo, pairwise, sft, simpo
from virality.models import tiny

EXACT = 1e-5
Rows = Sequence[dict[str, Any]]
PAIRS = functools.partial(rows, preferences=True, reference=True)
OBJECTIVES: dict[str, tuple[Objective, Callable[[int], Rows]]] = {
    "sft": (sft(), functools.partial(rows, preferences=False)),
    "dpo": (dpo(0.1, imitation=0.2), PAIRS),
    "ipo": (ipo(0.5), PAIRS),
    "simpo": (simpo(2.0, 0.5), PAIRS),
    "orpo": (orpo(0.3), PAIRS),
    "kto": (kto(0.1), unpaired),
    "pairwise": (pairwise(), posts),
}
MODEL = functools.cache(adapted)


def head(name: str) -> Any:
    return "score" if name == "pairwise" else "lm"


def overlapping(made: Rows) -> list[dict[str, Any]]:
    """The rows, and two more: leaves and drafts come again, not next to each other."""
    again, turned = ({**made[0], "row": len(made) + at, "weight": 0.3 + at} for at in range(2))
    if len(made[0]["completions"]) == 2:
        again["completions"] = [made[0]["completions"][1], made[-1]["completions"][0]]
        turned["completions"] = made[0]["completions"][::-1]
    return [*made, again, turned]


def difference(model: Any, objective: Objective, made: Rows) -> float:
    """Largest relative difference of shared and fused from plain: of the loss, and of each trainable tensor."""
    named = [(name, one) for name, one in model.named_parameters() if one.requires_grad]
    found = []
    for shared in (True, False):
        batch = objective.lay(made, 0, shared=shared)
        with fused(model) if shared else torch.enable_grad():
            loss = objective.loss(objective.values(model, batch), batch)
            gradients = torch.autograd.grad(loss, [one for _, one in named])
        found.append((float(loss.detach()), gradients))
    (mine, gradients), (plain, expected) = found
    assert all(float(one.norm()) > 0 for one in expected)
    apart = [float((a - b).norm() / b.norm()) for a, b in zip(gradients, expected, strict=True)]
    return max(abs(mine - plain) / abs(plain), *apart)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_shared_and_fused_gives_loss_and_gradients_of_the_plain_path(family: str, name: str) -> None:
    objective, make = OBJECTIVES[name]
    made = overlapping(make(4))
    levels = objective.lay(made, 0)["levels"]
    assert levels[0]["mask"].sum() == 20
    assert len(levels) == (3 if name in ("dpo", "ipo", "simpo", "orpo") else 2)
    assert difference(MODEL(family, head=head(name)), objective, made) < EXACT


@pytest.mark.parametrize("name", ["sft", "dpo", "pairwise"])
@pytest.mark.parametrize("kind", ["rslora", "dora", "pissa"])
def test_other_kinds_of_adapter_are_exact_too(kind: str, name: str) -> None:
    objective, make = OBJECTIVES[name]
    assert difference(adapted(kind=kind, head=head(name)), objective, overlapping(make(4))) < EXACT


@pytest.mark.parametrize("name", ["sft", "dpo", "pairwise"])
def test_a_base_in_bf16_is_within_its_rounding(name: str) -> None:
    objective, make = OBJECTIVES[name]
    model = adapted(head=head(name), dtype=torch.bfloat16)
    assert paths.largest_difference(model, objective, make(4), 0) < paths.ALLOWED["bfloat16"]


def test_drafts_without_an_instruction_are_shared_too() -> None:
    made = rows(4, preferences=True, instruction=1, reference=True)
    for at, row in enumerate(made):
        row["prompt"][0] = 3 + at
    objective, _ = OBJECTIVES["dpo"]
    levels = objective.lay(made, 0)["levels"]
    assert [len(level["ids"]) for level in levels] == [4, 8]
    assert difference(MODEL(), objective, made) < EXACT


@pytest.mark.parametrize("prompt", [[7], [7, 8, 9]], ids=["one token", "identical"])
def test_prompts_of_one_token_and_identical_prompts_are_exact(prompt: list[int]) -> None:
    made = [row | {"prompt": prompt} for row in rows(3, preferences=False)]
    assert difference(MODEL(), sft(), made) < EXACT


def alone(model: Any, prompt: list[int], completion: list[int]) -> float:
    """Log-probability of one completion, without batch, mask, positions or anything of ours."""
    ids = torch.tensor([prompt + completion])
    with torch.no_grad():
        logps = model(input_ids=ids).logits.log_softmax(-1)[0, :-1].gather(1, ids[0, 1:, None])[:, 0]
    return float(logps[-len(completion) :].sum())


@pytest.mark.parametrize("shared", [True, False])
def test_a_batch_is_the_sum_of_its_rows_alone(shared: bool) -> None:
    made = overlapping(rows(4, preferences=True))
    found = completion_logps(MODEL(), dpo(0.1).lay(made, 0, shared=shared))
    expected = [[alone(MODEL(), row["prompt"], row["completions"][which]) for row in made] for which in (0, 1)]
    torch.testing.assert_close(found.total.detach(), torch.tensor(expected), rtol=1e-5, atol=0)
    assert found.tokens.tolist() == [[len(row["completions"][which]) for row in made] for which in (0, 1)]
    torch.testing.assert_close(found.mean, found.total / found.tokens)


@pytest.mark.parametrize("shared", [True, False])
def test_a_post_is_scored_as_if_alone(shared: bool) -> None:
    model, made = MODEL(head="score"), posts(4)
    found = scores(model, pairwise().lay(made, 0, shared=shared))
    expected = [[float(model(input_ids=torch.tensor([row["completions"][which]])).logits.detach()) for row in made]
                for which in (0, 1)]  # fmt: skip
    torch.testing.assert_close(found.detach(), torch.tensor(expected), rtol=1e-5, atol=1e-6)


def test_only_trained_positions_meet_the_vocabulary_head() -> None:
    model, made = adapted(), rows(4, preferences=True)
    seen: list[int] = []
    model.get_base_model().lm_head.register_forward_hook(lambda _, given, made: seen.append(made[..., 0].numel()))
    completion_logps(model, dpo(0.1).lay(made, 0))
    trained = sum(len(one) for row in made for one in row["completions"])
    assert seen == [trained]


def test_an_exact_shared_path_is_used_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    path = paths.choose(adapted(), PAIRS(8), dpo(0.1), 0, 4, shared=True)
    assert path.shared
    assert path.difference is not None
    assert path.difference < EXACT
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "shared prefix of 20 tokens verified" in said


@pytest.mark.parametrize("name", OBJECTIVES)
def test_paths_are_compared_whatever_the_objective_and_the_adapter_is_left_as_it_was(name: str) -> None:
    objective, make = OBJECTIVES[name]
    model = adapted(head=head(name))
    with torch.no_grad():
        for key, one in model.named_parameters():
            if "lora_B" in key:
                one.zero_()
    before = {key: one.detach().clone() for key, one in model.named_parameters()}
    made = [{key: value for key, value in row.items() if key != "reference"} for row in make(6)]
    path = paths.choose(model, made, objective, 0, 4, shared=True)
    assert path.shared
    assert all(torch.equal(one, before[key]) for key, one in model.named_parameters())
    assert all(one.grad is None for one in model.parameters())


@pytest.mark.parametrize(("prompt", "tokens"), [([7], 0), ([7, 8, 9], 2)], ids=["nothing", "two tokens"])
def test_what_is_said_to_be_shared_is_what_all_rows_begin_with(
    prompt: list[int], tokens: int, capsys: pytest.CaptureFixture[str]
) -> None:
    made = [row | {"prompt": prompt} for row in rows(4, preferences=False)]
    paths.choose(adapted(), made, sft(), 0, 4, shared=True)
    assert f"shared prefix of {tokens} tokens verified" in capsys.readouterr().err


@pytest.mark.parametrize("family", ["mistral", "gemma3_text", "phi3", "gpt_oss"])
def test_a_window_shorter_than_a_row_falls_back_with_one_line(family: str, capsys: pytest.CaptureFixture[str]) -> None:
    model = adapted(family)
    model.get_base_model().config.sliding_window = 24
    path = paths.choose(model, rows(8, preferences=False), sft(), 0, 4, shared=True)
    assert path == paths.PLAIN
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "attention reaches 24 tokens" in said


def test_a_window_is_measured_against_the_longest_row_for_padding_is_nowhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = [numbered(0, list(range(3, 43)), [[5, 2]]), numbered(1, [3, 4, 5], [[*range(10, 29), 2]])]
    model = adapted("mistral")
    for window, shared in ((42, True), (41, False)):
        model.get_base_model().config.sliding_window = window
        assert paths.choose(model, made, sft(), 0, 4, shared=True).shared is shared
    said = capsys.readouterr().err
    assert "verified" in said
    assert "the longest row has 42" in said


def test_a_model_that_attends_in_its_own_way_falls_back_with_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def own(*_: Any, **__: Any) -> None:
        raise KeyError("no such attention")

    monkeypatch.setattr(packed, "_usual", own)
    assert paths.choose(adapted(), rows(4, preferences=False), sft(), 0, 4, shared=True) == paths.PLAIN
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "cannot be used with this model" in said


def test_paths_that_differ_fall_back_with_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "reach", lambda model: None)  # as if nothing were known of the window
    model = adapted("mistral")
    model.get_base_model().config.sliding_window = 24
    weightless = [row | {"weight": 0.0} for row in rows(8, preferences=False)]  # compared all the same
    path = paths.choose(model, weightless, sft(), 0, 4, shared=True)
    assert not path.shared
    assert path.difference is not None
    assert path.difference > paths.ALLOWED["float32"]
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "differs from the plain path" in said


def test_dropout_uses_the_plain_path(capsys: pytest.CaptureFixture[str]) -> None:
    assert paths.choose(adapted(dropout=0.1), rows(4, preferences=False), sft(), 0, 4, shared=True) == paths.PLAIN
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "dropout" in said


def test_activation_checkpointing_uses_the_plain_path(capsys: pytest.CaptureFixture[str]) -> None:
    model = adapted()
    model.get_base_model().activation_checkpointing_enable()
    assert paths.choose(model, rows(4, preferences=False), sft(), 0, 4, shared=True) == paths.PLAIN
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "activation checkpointing" in said


def test_the_plain_path_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert paths.choose(adapted(), rows(4, preferences=False), sft(), 0, 4, shared=False) == paths.PLAIN
    assert capsys.readouterr().err == ""


def test_rows_that_are_compared_are_the_longest_the_shortest_one_between_and_a_neighbour() -> None:
    made = rows(9, preferences=False)
    order = sorted(made, key=lambda row: row["length"])
    found = paths.spread(made, 16)
    assert found[:3] == [order[0], order[4], order[8]]
    assert len(found) == 4
    assert found[3]["group"] in {row["group"] for row in found[:3]}
    assert len({row["row"] for row in found}) == 4
    assert [len(paths.spread(made, most)) for most in (1, 2, 3)] == [1, 2, 3]
    assert paths.spread(made, 1) == [order[8]]
    assert paths.spread(made[:1], 16) == made[:1]

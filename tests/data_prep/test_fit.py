"""How well constant effects and ordinary chance describe the pairs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from data_prep.fit import MOST_HETEROGENEOUS, MOST_KURTOSIS, Fit, fit, trouble

PAIRS, ACCOUNTS = 6000, 200


def pairs(*, differ: float = 0.0, heavy: bool = False, seed: int = 0) -> pa.RecordBatch:
    """Gaps of pairs in which a question gains 0.4 nats, in some accounts more and in others less by `differ`."""
    random = np.random.default_rng(seed)
    account = random.integers(0, ACCOUNTS, PAIRS)
    question = random.integers(0, 2, (2, PAIRS))
    effect = 0.4 + differ * np.where(account % 2 == 0, 1, -1)
    chance = random.standard_t(3, PAIRS) if heavy else random.normal(size=PAIRS)
    return pa.RecordBatch.from_pydict(
        {
            "gap": effect * (question[1] - question[0]) + chance, "sampling": np.full(PAIRS, 0.01),
            "form_a": question[0], "form_b": question[1], "cluster": account,
        }
    )  # fmt: skip


def test_constant_effects_and_normal_chance_fit() -> None:
    found = fit(lambda: [pairs()])
    assert found.heterogeneity == pytest.approx(1, abs=0.4)
    assert found.kurtosis == pytest.approx(0, abs=0.3)
    assert trouble(found, {"instability": 1.0}) == []


def test_wording_that_works_for_some_accounts_only_is_said() -> None:
    found = fit(lambda: [pairs(differ=0.9)])
    assert found.heterogeneity > MOST_HETEROGENEOUS
    [said] = trouble(found, {})
    assert said.startswith("the same wording does not work alike for all accounts")


def test_heavy_tails_are_said() -> None:
    found = fit(lambda: [pairs(heavy=True)])
    assert found.kurtosis > MOST_KURTOSIS
    assert any(said.startswith("a few posts decide the means") for said in trouble(found, {}))


def test_an_unstable_curve_is_said() -> None:
    [said] = trouble(Fit(), {"instability": 9.0})
    assert "not the same in the two halves" in said


def test_neither_the_order_nor_the_size_of_batches_matters() -> None:
    whole = pairs()
    turned = whole.take(pa.array(np.random.default_rng(1).permutation(PAIRS)))
    assert fit(lambda: [whole]) == fit(lambda: [turned.slice(0, 1000), turned.slice(1000)])


def test_few_pairs_tell_nothing() -> None:
    assert fit(lambda: [pairs().slice(0, 100)]) == Fit(pairs=100)
    assert fit(lambda: []) == Fit()

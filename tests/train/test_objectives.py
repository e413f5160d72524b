"""Objectives: what enters them by hand, and how weights, labels and the order of the two enter all of them alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from tests.train.test_exactness import MODEL, OBJECTIVES, head
from tests.train.worlds import adapted
from train import reference
from train.logps import Logps
from train.objectives import REFERRED, TWO, Objective, dpo, ipo, kto, orpo, pairwise, sft, simpo

Row = dict[str, Any]


def batch(weights: list[float], **more: Any) -> dict[str, Any]:
    """A batch without tokens: K completions of N examples."""
    made = {"weights": torch.tensor(weights), "p_better": torch.ones(len(weights)), "offset": torch.zeros(len(weights))}
    return made | {name: torch.tensor(value) for name, value in more.items()}


def logps(total: list[list[float]], tokens: list[list[int]]) -> Logps:
    return Logps(torch.tensor(total), torch.tensor(tokens))


def mean(objective: Objective, values: Any, laid: dict[str, Any]) -> float:
    return float(objective.loss(values, laid).detach()) / objective.mass(laid)


def of_rows(name: str, made: Sequence[Row], **fields: Any) -> tuple[float, list[Any]]:
    """Weighted mean loss of some rows under a tiny model, and the gradient of every trainable tensor."""
    objective, _ = OBJECTIVES[name]
    model = MODEL(head=head(name))
    laid = objective.lay([dict(row) | fields for row in made], 0)
    loss = objective.loss(objective.values(model, laid), laid) / objective.mass(laid)
    return float(loss.detach()), list(
        torch.autograd.grad(loss, [one for one in model.parameters() if one.requires_grad])
    )


def assert_same(one: tuple[float, list[Any]], two: tuple[float, list[Any]]) -> None:
    assert one[0] == pytest.approx(two[0], rel=1e-5)
    assert all(float((a - b).norm() / b.norm()) < 1e-5 for a, b in zip(one[1], two[1], strict=True))


def test_imitation_is_averaged_over_tokens_with_the_weight_of_their_example() -> None:
    labels = [[5, 6, 2], [-1, -1, 2]]
    laid = batch([2.0, 0.5], labels=labels, leaf=[[0, 1]])
    found = mean(sft(), logps([[-6.0, -4.0]], [[3, 1]]), laid)
    assert found == pytest.approx((2 * 6 + 0.5 * 4) / (2 * 3 + 0.5 * 1))


def test_preferences_are_averaged_over_pairs_with_their_weights() -> None:
    laid = batch([1.0, 3.0], reference=[[-10.0, -10.0], [-10.0, -10.0]])
    found = mean(dpo(0.1, imitation=0.5), logps([[-8.0, -10.0], [-12.0, -10.0]], [[4, 5], [4, 5]]), laid)
    # margins 0.1 * ((-8 + 10) - (-12 + 10)) = 0.4 and 0; imitation is per token
    first = math.log1p(math.exp(-0.4)) + 0.5 * 8 / 4
    second = math.log(2) + 0.5 * 10 / 5
    assert found == pytest.approx((first + 3 * second) / 4)


def test_ipo_compares_log_ratios_per_token() -> None:
    laid = batch([1.0], reference=[[-10.0], [-10.0]], offset=[0.5])
    # (-8 + 10) / 4 - (-12 + 10) / 5 = 0.9; aim 1 / (2 * 0.25) + 0.5 = 2.5
    assert mean(ipo(0.25), logps([[-8.0], [-12.0]], [[4], [5]]), laid) == pytest.approx((0.9 - 2.5) ** 2)


def test_simpo_compares_log_probabilities_per_token_and_knows_no_reference() -> None:
    # 2 * (-8 / 4 + 12 / 5) = 0.8 against a margin of 0.3 + 0.1
    laid = batch([1.0], offset=[0.1])
    found = mean(simpo(2.0, 0.3, imitation=0.5), logps([[-8.0], [-12.0]], [[4], [5]]), laid)
    assert found == pytest.approx(math.log1p(math.exp(-0.4)) + 0.5 * 2)


def test_orpo_imitates_beside_the_odds_ratio() -> None:
    # per token -8 / 4 = -2 and -12 / 5 = -2.4
    odds = [math.exp(one) / (1 - math.exp(one)) for one in (-2, -2.4)]
    expected = 2 + 0.3 * math.log1p(odds[1] / odds[0])
    assert mean(orpo(0.3), logps([[-8.0], [-12.0]], [[4], [5]]), batch([1.0])) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("others", "baseline"), [([-6.0, -9.0], 2.5), ([-12.0, -13.0], 0.0)], ids=["above", "never below 0"]
)
def test_kto_weighs_good_and_bad_against_the_mean_of_the_others(others: list[float], baseline: float) -> None:
    laid = batch([1.0, 3.0], reference=[[-10.0, -10.0]], p_better=[1.0, 0.0])
    laid["others"] = batch([1.0, 3.0], reference=[[-10.0, -10.0]])
    both = (logps([[-7.0, -11.0]], [[4, 4]]), logps([others], [[4, 4]]))
    # log-ratios 3 (good) and -1 (bad); the reference point is the mean of the others' log-ratios
    good = 1 - 1 / (1 + math.exp(-0.5 * (3 - baseline)))
    bad = 1 - 1 / (1 + math.exp(-0.5 * (baseline + 1)))
    assert mean(kto(0.5), both, laid) == pytest.approx((good + 3 * bad) / 4)


def test_the_reference_point_of_kto_has_no_gradient_and_is_above_0_here() -> None:
    objective, make = OBJECTIVES["kto"]
    laid = objective.lay(make(3), 0)
    own, others = objective.values(MODEL(), laid)
    assert own.total.requires_grad
    assert not others.total.requires_grad
    assert float((others.total - laid["others"]["reference"]).mean()) > 0


def test_rows_that_fill_up_do_not_move_the_reference_point_of_kto() -> None:
    made = OBJECTIVES["kto"][1](3)
    assert_same(of_rows("kto", [*made, made[0] | {"weight": 0.0}]), of_rows("kto", made))


def test_a_scorers_loss_is_of_the_difference_of_two_values() -> None:
    laid = batch([1.0, 3.0], p_better=[0.75, 1.0], offset=[0.0, 0.5])
    found = mean(pairwise(), torch.tensor([[1.5, -2.0], [0.5, -2.5]]), laid)
    first = 0.75 * math.log1p(math.exp(-1)) + 0.25 * math.log1p(math.exp(1))
    assert found == pytest.approx((first + 3 * math.log(2)) / 4)


def test_preferences_start_at_log_2_where_the_model_is_its_own_reference() -> None:
    objective, make = OBJECTIVES["dpo"]
    made = [row | {"offset": 0.0} for row in make(4)]
    for row, values in zip(made, reference.logps(MODEL(), made, 0, 4, shared=True), strict=True):
        row["reference"] = values
    laid = objective.lay(made, 0)
    found = mean(dpo(0.1), dpo(0.1).values(MODEL(), laid), laid)
    assert found == pytest.approx(math.log(2), rel=1e-5)


def test_a_scorer_whose_head_is_zero_starts_at_log_2() -> None:
    _, make = OBJECTIVES["pairwise"]
    model, laid = adapted(head="score"), pairwise().lay([row | {"offset": 0.0} for row in make(4)], 0)
    torch.nn.init.zeros_(model.base_model.model.score.modules_to_save["default"].weight)
    assert mean(pairwise(), pairwise().values(model, laid), laid) == pytest.approx(math.log(2))


def exchanged(made: Sequence[Row]) -> list[Row]:
    """Better and worse in each other's place, and the label turned with them."""
    return [dict(row) | {"completions": row["completions"][::-1], "p_better": 1 - row["p_better"]}
            | ({"reference": row["reference"][::-1]} if "reference" in row else {}) for row in made]  # fmt: skip


@pytest.mark.parametrize("name", ["ipo", "simpo", "pairwise"])
def test_exchanging_the_two_with_the_label_changes_nothing(name: str) -> None:
    made = OBJECTIVES[name][1](4)
    assert_same(of_rows(name, made), of_rows(name, exchanged(made)))


@pytest.mark.parametrize("name", ["dpo", "orpo"])
def test_exchanging_the_two_with_the_label_changes_the_imitation_alone(name: str) -> None:
    objective, make = (dpo(0.1), OBJECTIVES["dpo"][1]) if name == "dpo" else OBJECTIVES["orpo"]
    made = make(4)
    laid, turned = (objective.lay(some, 0) for some in (made, exchanged(made)))
    values, other = (objective.values(MODEL(), one) for one in (laid, turned))
    # the imitation beside orpo is of whatever comes first
    beside = [
        -float((one.mean[0] * laid["weights"]).sum().detach()) if name == "orpo" else 0.0 for one in (values, other)
    ]
    one, two = (float(objective.loss(found, some).detach()) for found, some in ((values, laid), (other, turned)))
    assert one - beside[0] == pytest.approx(two - beside[1], rel=1e-4)


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name != "kto"])
def test_a_row_of_weight_2_is_the_row_twice(name: str) -> None:
    """KTO aside: its reference point is the mean over rows, whatever they weigh."""
    first, *rest = [dict(row) | {"weight": 1.0} for row in OBJECTIVES[name][1](3)]
    assert_same(of_rows(name, [first | {"weight": 2.0}, *rest]), of_rows(name, [first, first | {"row": 9}, *rest]))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_row_of_weight_0_teaches_nothing(name: str) -> None:
    made = list(OBJECTIVES[name][1](4))
    assert_same(of_rows(name, [*made[:3], made[3] | {"weight": 0.0}]), of_rows(name, made[:3]))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_rows_of_no_weight_alone_are_no_error_and_log_nothing(name: str) -> None:
    objective, make = OBJECTIVES[name]
    laid = objective.lay([dict(row) | {"weight": 0.0} for row in make(2)], 0)
    values = objective.values(MODEL(head=head(name)), laid)
    loss = objective.loss(values, laid)
    loss.backward()
    assert float(loss.detach()) == 0
    assert objective.mass(laid) == 0
    assert objective.metrics(values, laid) == {}
    MODEL(head=head(name)).zero_grad()


@pytest.mark.parametrize("name", [*TWO, "kto"])
def test_a_soft_label_is_the_mixture_of_the_hard_ones(name: str) -> None:
    made = OBJECTIVES[name][1](3)
    (soft, gradients), (sure, of_sure), (wrong, of_wrong) = (of_rows(name, made, p_better=p) for p in (0.7, 1.0, 0.0))
    assert soft == pytest.approx(0.7 * sure + 0.3 * wrong, rel=1e-5)
    for mixed, a, b in zip(gradients, of_sure, of_wrong, strict=True):
        torch.testing.assert_close(mixed, 0.7 * a + 0.3 * b, rtol=1e-4, atol=1e-5)


def test_what_is_logged_says_how_often_the_better_one_wins() -> None:
    laid = batch([1.0, 1.0, 0.0], reference=[[-10.0] * 3, [-10.0] * 3])  # the third fills up
    numbers = dpo(0.1).metrics(logps([[-8.0, -11.0, -1.0], [-12.0, -10.0, -99.0]], [[4, 5, 4], [4, 5, 4]]), laid)
    assert numbers == {"pair_accuracy": 0.5, "margin": pytest.approx(0.1 * (4 - 1) / 2)}


def test_what_is_logged_of_imitation_is_of_the_rows_that_are_learned_from() -> None:
    laid = batch([2.0, 0.5, 0.0])
    numbers = sft().metrics(logps([[-6.0, -4.0, -50.0]], [[3, 1, 2]]), laid)
    assert numbers == {"nats_per_token": pytest.approx(10 / 4)}


def test_what_is_logged_of_kto_is_the_reward_with_the_sign_of_its_label() -> None:
    laid = batch([1.0, 1.0, 0.0], reference=[[-10.0] * 3], p_better=[1.0, 0.0, 1.0])
    own = logps([[-7.0, -11.0, -1.0]], [[4, 4, 4]])
    assert kto(0.5).metrics((own, own), laid) == {"reward": pytest.approx(0.5 * (3 + 1) / 2)}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_pairs_are_judged_by_the_reward_of_the_objective(name: str) -> None:
    """Whatever it learns from, pairs judge it; a pair with two completions alike is a draw."""
    objective, _ = OBJECTIVES[name]
    made = OBJECTIVES["pairwise" if name == "pairwise" else "dpo"][1](3)
    made[2]["completions"] = [made[2]["completions"][0]] * 2
    for row in made if name != "pairwise" else ():
        row["reference"] = [-50.0, -50.0]
    found = objective.judge(MODEL(head=head(name)), made, 0)
    assert found.shape == (2, 3)
    assert not found.requires_grad
    assert found[0, 2] == found[1, 2]
    if name in ("sft", *REFERRED) and name != "ipo":
        scale = 1.0 if name == "sft" else 0.1
        total = OBJECTIVES["dpo"][0].values(MODEL(), dpo(0.1).lay(made, 0)).total.detach()
        torch.testing.assert_close(found, scale * (total + 50.0))

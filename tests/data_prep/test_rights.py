"""Who may train on what."""

from __future__ import annotations

import pytest

from data_prep.rights import count, is_basis, refuse_training
from virality.errors import ViralityError


@pytest.mark.parametrize("basis", ["own_export", "opt_in", "own_ab_test", "consent", "x_api", "unknown", "licence:MIT",
                                   "licence:CC-BY-4.0"])  # fmt: skip
def test_every_basis_of_the_list_and_any_licence_is_known(basis: str) -> None:
    assert is_basis(basis)


@pytest.mark.parametrize("basis", ["", "mine", "licence:", "licence:MIT\n", "licence:MIT and more"])
def test_any_other_basis_is_not(basis: str) -> None:
    assert not is_basis(basis)


@pytest.mark.parametrize("basis", ["x_api", "unknown"])
def test_rows_of_x_or_of_unknown_origin_are_not_trained_on(basis: str) -> None:
    with pytest.raises(ViralityError, match=f"runs/x: 7 rows with rights basis {basis}"):
        refuse_training({"own_export": 3, basis: 7}, research_only=False, place="runs/x")


def test_they_are_where_nothing_that_comes_of_it_is_published() -> None:
    refuse_training({"x_api": 3, "unknown": 7}, research_only=True, place="runs/x")


def test_rows_that_were_given_are_trained_on() -> None:
    refuse_training({"own_export": 3, "licence:MIT": 2}, research_only=False, place="runs/x")


def test_rows_are_counted_by_basis_most_first() -> None:
    assert list(count(["x_api", "consent", "consent"]).items()) == [("consent", 2), ("x_api", 1)]

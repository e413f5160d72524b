"""The known answer through the whole of `virality prepare`: planted effects of wording come back out of its pairs.

Worlds 0-18 are confounded, one beside them is not, and broken ones are against the model's assumptions. The slow tests
end with a table of all errors; docs/known-answer.md quotes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from data_prep.prepare import SIMULATED
from data_prep.simulation import Effects, raw, recover, relative_error, save, wordings, world
from data_prep.simulation.world import Kind
from virality.cli import main

POSTS = 20_000
FOR_RAW = 150_000
"""Posts that raw likes need to be right where nothing confounds them."""
CONFIG = {
    "world": "confounded",
    "source": {"kind": "simulated"},
    "rights": {"basis": "licence:CC0-1.0"},
    "filters": {"min_words": 1, "replies": True, "reposts": True},
    "pairs": {"kinds": ["neighbour"], "least_gap": 0, "per_post": 50},
    "splits": {"mode": "component"},
}
SHUFFLED = {"likes", "reposts", "replies"}


def prepared(folder: Path, *overrides: str, **changes: Any) -> Path:
    """A corpus prepared in this process."""
    config = folder / "world.yaml"
    values = {key: value for key, value in (CONFIG | changes).items() if value is not None}
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    assert main(["prepare", str(config), f"out={folder / 'run'}", *overrides]) == 0
    return folder / "run"


def simulated(folder: Path, seed: int, kind: Kind = "confounded") -> Path:
    return prepared(folder, f"posts={POSTS}", f"seed={seed}", f"world={kind}")


def effects(done: Path) -> Effects:
    """What a run's pairs say of each feature of wording."""
    pairs = pq.read_table(done / "pairs.parquet", columns=["difference", "worse", "better", "author_id"])
    worse, better = (wordings(pairs[side].to_pylist()) for side in ("worse", "better"))
    return recover(pairs["difference"].to_numpy(), worse, better, pairs["author_id"].to_pylist())


def raw_error(folder: Path, seed: int, kind: Kind, posts: int = POSTS) -> float:
    """Mean relative error of the effects that plain likes show."""
    save(world(seed, kind), folder / "raw.parquet", posts)
    rows = pq.read_table(folder / "raw.parquet", columns=["likes", "text"])
    found = raw(rows["likes"].to_numpy(), wordings(rows["text"].to_pylist()))
    return relative_error(found, world(seed, kind).effects)[0]


def model(done: Path) -> dict[str, Any]:
    sheet: dict[str, Any] = json.loads((done / "datasheet.json").read_text())
    return dict(sheet["model"])


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Rows of a table that is printed when the module is done."""
    rows: list[str] = []
    yield rows
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n| world | pairs | error, mean | error, worst | raw likes | instability | heterogeneity | kurtosis |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", *rows, sep="\n")


def told(name: str, done: Path, error: tuple[float, float], raw_likes: float | None) -> str:
    """One row of `figures`."""
    checks = model(done)["checks"]
    cells = [f"{effects(done).n:,}", *(f"{100 * each:.1f}%" for each in error)]
    cells.append("" if raw_likes is None else f"{100 * raw_likes:.0f}%")
    cells += [f"{checks[one]:.2f}" for one in ("instability", "heterogeneity", "kurtosis")]
    return f"| {name} | {' | '.join(cells)} |"


def check_confounded(folder: Path, seed: int) -> str:
    done = simulated(folder, seed)
    error, raw_likes = (
        relative_error(effects(done).estimate, world(seed).effects),
        raw_error(folder, seed, "confounded"),
    )
    assert error[0] < 0.1
    assert raw_likes > 0.5
    assert not model(done)["trouble"]
    return told(f"{seed}, confounded", done, error, raw_likes)


def test_planted_effects_come_out_of_the_pairs_where_raw_likes_are_wrong(tmp_path: Path) -> None:
    check_confounded(tmp_path, 2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(19))
def test_they_do_in_every_confounded_world(tmp_path: Path, figures: list[str], seed: int) -> None:
    figures.append(check_confounded(tmp_path, seed))


@pytest.mark.slow
def test_without_confounding_pairs_and_raw_likes_agree(tmp_path: Path, figures: list[str]) -> None:
    done = simulated(tmp_path, 19, "unconfounded")
    error = relative_error(effects(done).estimate, world(19).effects)
    raw_likes = raw_error(tmp_path, 19, "unconfounded", FOR_RAW)
    assert error[0] < 0.1
    assert raw_likes < 0.1
    assert not model(done)["trouble"]
    figures.append(told("19, unconfounded", done, error, raw_likes))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_a_broken_world_is_told_in_the_data_sheet(
    tmp_path: Path, figures: list[str], capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    done = simulated(tmp_path, seed, "broken")
    error = relative_error(effects(done).estimate, world(seed).effects)
    figures.append(told(f"{seed}, broken", done, error, None))
    assert model(done)["trouble"]
    assert "the model of confounders fits badly" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_shuffled_engagement_has_no_effect(tmp_path: Path, figures: list[str], seed: int) -> None:
    feed = tmp_path / "feed.parquet"
    save(world(seed), feed, POSTS)
    rows = pq.read_table(feed)
    order = np.random.default_rng(seed).permutation(len(rows))
    for name in SHUFFLED:
        rows = rows.set_column(rows.schema.get_field_index(name), name, rows[name].take(order))
    pq.write_table(rows, feed)
    done = prepared(tmp_path, path=str(feed), world=None, source={"kind": "table", "columns": dict(SIMULATED)})
    found = effects(done)
    assert np.abs(found.estimate / found.standard_error).max() < 3
    assert np.abs(found.estimate).mean() < 0.05
    checks = model(done)["checks"]
    figures.append(
        f"| {seed}, shuffled | {found.n:,} | {np.abs(found.estimate).mean():.3f} nats | "
        f"{np.abs(found.estimate).max():.3f} nats | | {checks['instability']:.2f} | "
        f"{checks['heterogeneity']:.2f} | {checks['kurtosis']:.2f} |"
    )

"""A card says what was measured, in words and for the hub, and the hub takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard

from publish import card as cards
from publish.evidence import gather
from tests.publish import worlds
from virality.cli import main
from virality.models.terms import terms


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    worlds.tiny_base(tmp_path / "base")


def made(licence: str = "apache-2.0", **more: Any) -> str:
    writer = worlds.writer_run()
    report = worlds.report_run(writer)
    asked = cards.Asked("Town writer", worlds.DRAFT, terms(licence), **more)
    return cards.card(gather(writer, report), asked)


def test_results_are_read_back_by_the_hubs_own_client() -> None:
    about: Any = ModelCard(made(repo="someone/town-writer")).data
    report = worlds.good_report()
    assert about.license == "apache-2.0"
    assert about.language == ["en"]
    assert about.model_name == "town-writer"
    results = {one.metric_type: one for one in about.eval_results}
    assert len(results) > 10
    for name, one in results.items():
        figure = report.figure(name)
        assert one.metric_value == round(figure.value or 0, 4)
        assert one.metric_args["n"] == figure.n
        if figure.low is not None:
            assert one.metric_args["low"] == round(figure.low, 4)
    assert "writer.win_rate.base" in results


def test_the_hub_finds_nothing_wrong_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with worlds.online(monkeypatch) as hub:
        for licence in ("apache-2.0", "llama3.2", "gemma", "deepseek", "cc-by-nc-4.0"):
            Path("runs").rename(licence) if Path("runs").exists() else None
            ModelCard(made(licence)).validate()
        with pytest.raises(ValueError, match="license"):
            ModelCard("---\nlicense: license\nlanguage: English\n---\n").validate()
        assert hub.times("POST", "validate-yaml") == 6


def test_it_names_task_base_rights_limits_duties_and_what_it_is_not_for() -> None:
    said = made("llama3.2")
    for heading in ("Not for", "Base and licence", "Data and rights", "Training", "Results", "Limits", "Languages",
                    "Quick start", "How it was checked", "Marking", "Provenance"):  # fmt: skip
        assert f"\n## {heading}\n" in said
    assert "Intended use" in said
    assert "Llama 3.2 is licensed under the Llama 3.2 Community License" in said
    assert "10 rows `own_export`" in said
    assert "No live evidence" in said
    assert "Article 50" in said
    assert "kWh, estimated" in said
    assert yaml.safe_load(said.split("---\n")[1])["license"] == "llama3.2"
    report = worlds.good_report()
    for warning in report.warnings:
        assert warning in said


def test_a_base_that_may_not_be_used_commercially_says_so() -> None:
    assert "Non-commercial use only" in made("cc-by-nc-4.0")


def test_a_forced_card_gives_the_reason_and_what_was_overridden(capsys: pytest.CaptureFixture[str]) -> None:
    worlds.report_run(worlds.writer_run(), worlds.good_report(writer__harm=0.4))
    assert main(["publish", worlds.config(), "repo=someone/writer", "--dry-run", "--force", "a demo"]) == 0
    listed = capsys.readouterr()
    assert "README.md" in listed.out
    writer, report = Path("runs/train/writer"), Path("runs/evaluate/report")
    from publish.checks.measured import of_figures
    from publish.settings import Bars

    evidence = gather(writer, report)
    overridden = list(of_figures(evidence, Bars()))
    asked = cards.Asked("T", worlds.DRAFT, terms("mit"), reason="a demo", overridden=overridden)
    said = cards.card(evidence, asked)
    assert "Published although 1 check refused" in said
    assert "a demo" in said
    assert "writer.harm = 0.4 is above bars.harm = 0.1" in said


def test_the_card_tells_the_bars_and_which_were_not_asked() -> None:
    writer = worlds.writer_run()
    report = worlds.report_run(writer, worlds.good_report())
    asked = cards.Asked("T", worlds.DRAFT, terms("mit"), repo="a/b", bars={"harm": 0.1, "exposure": None})
    assert "harm 0.1, exposure not asked" in cards.card(gather(writer, report), asked)


def test_without_a_report_of_figures_nothing_is_claimed() -> None:
    writer = worlds.writer_run()
    empty = worlds.good_report().model_copy(update={"figures": [], "claims": []})
    report = worlds.report_run(writer, empty)
    said = cards.card(gather(writer, report), cards.Asked("T", worlds.DRAFT, terms("mit")))
    about = yaml.safe_load(said.split("---\n")[1])
    assert "model-index" not in about
    assert "not-evaluated" in about["tags"]

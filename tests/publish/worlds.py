"""Runs to publish: a writer on a tiny base, the report that measured it, and what they come of. No post is real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from eval.records import Figure, Report
from tests.eval.sample_report import sample_report
from tests.publish.hub_server import serving_hub
from tests.publish.hub_state import WRITER, Hub
from train import adapters
from train.settings import WriterSettings
from virality import ledger, runs, upload
from virality.gates.corpus import FILE, Corpus
from virality.models import tiny
from virality.models.base import find
from virality.models.prompts import load_prompt

DRAFT = "The bakery on Mill Lane opens at 7 on Friday, says @millbakery: https://bakery.example/mill"
POST = "Our little harbour town counted nineteen herons this morning and the ferry was late again"
CLEAN = {"commit": "0123456789ab", "dirty": False}


def tiny_base(folder: Path, licence: str | None = "apache-2.0") -> None:
    """A folder with a model, a tokenizer and the card of a base."""
    tiny.tokenizer().save_pretrained(folder)
    tiny.model("llama").save_pretrained(folder)
    if licence is not None:
        (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n\n# A base\n")


def writer_run(
    base: str = "base",
    *,
    rights: dict[str, Any] | None = None,
    name: str = "writer",
    revision: str | None = None,
    poison: float | None = None,
    settings: dict[str, Any] | None = None,
    inputs: dict[str, str] | None = None,
) -> Path:
    """A writer's run whose adapter does something; returns its folder."""
    import torch

    model = adapters.attach(tiny.model("llama"), kind="lora", rank=4, alpha=8, dropout=0.0, targets=("all-linear",))
    torch.manual_seed(3)
    for key, parameter in model.named_parameters():
        if "lora_B" in key:
            torch.nn.init.normal_(parameter, std=0.2)
            if poison is not None:
                parameter.data[0, 0] = poison
    said = {"task": "writer", "data": ("runs/prepare/posts",), "base": base, "objective": "sft"} | (settings or {})
    whole = WriterSettings.model_validate(said)
    run = runs.start("train", name, settings=whole.model_dump(mode="json"), inputs=inputs or {})
    run.document |= CLEAN
    with run.file("adapter") as path:
        adapters.save(model, path, base)
        tiny.tokenizer().save_pretrained(path)
    with run.file(FILE) as path:
        Corpus.of([POST]).write(path)
    with run.file("ledger.parquet") as path:
        ledger.write([ledger.Entry("adapter", "train", "pair1", "post1", "post2", "a" * 16)], path)
    prompt = load_prompt("rewrite")
    run.finish(
        rights=rights or {"basis": {"own_export": 10}, "research_only": False},
        task="writer",
        objective="sft",
        base={"spec": base, "revision": revision or find(base).revision},
        prompt={"name": prompt.name, "hash": prompt.hash},
        platform="x",
        languages={"en": 9, "unknown": 1},
        pairs={"train": 10},
        training={"loss": 1.0, "steps": 2, "shared_prefix_difference": 1e-7},
        precision="torch.float32",
    )
    return run.folder


def figure(name: str, value: float | None, **more: Any) -> Figure:
    """A figure of the writer."""
    return Figure.model_validate({"name": name, "value": value, "n": 100, "unit": "share", "corpus": "posts",
                                  "source": "rewrites.parquet"} | more)  # fmt: skip


def good_report(**figures: float | None) -> Report:
    """A report that holds every bar; `figures` replaces values, by name with dots as double underscores."""
    report = sample_report()
    values = {name.replace("__", "."): value for name, value in figures.items()}
    extraction = [figure("writer.extraction.exposure", 1.2, unit="bits"), figure("writer.extraction.completed", 0.0),
                  figure("writer.extraction.longest_run", 6, unit="count")]  # fmt: skip
    other = [one for one in report.figures if not one.name.startswith("writer.extraction.")]
    every = [one.model_copy(update={"value": values[one.name]}) if one.name in values else one
             for one in [*other, *extraction]]  # fmt: skip
    rights = report.corpus.model_copy(update={"rights": {"own_export": 22806}, "research_only": False})
    return report.model_copy(update={"figures": every, "corpus": rights})


def report_run(
    writer: Path, report: Report | None = None, *, adapter: str | None = None, name: str = "report", **more: Any
) -> Path:
    """An evaluate run whose report measured the writer's adapter; returns its folder."""
    made = report or good_report()
    adapter = adapter or runs.finished(writer)["outputs"]["adapter/adapter_model.safetensors"]["sha256"]
    made = made.model_copy(update={"provenance": made.provenance | {"adapter sha256": adapter}})
    run = runs.start("evaluate", name, settings=more.pop("settings", {}), inputs=more.pop("inputs", {}))
    run.document |= CLEAN
    with run.file("report.json") as path:
        path.write_text(made.model_dump_json())
    rights = more.pop("rights", {"basis": {"own_export": 10}, "research_only": False})
    run.finish(rights=rights, **({"writer": str(writer), "scorer": None, "judge": None} | more))
    return run.folder


def config(**more: Any) -> str:
    """publish.yaml in this folder."""
    said = {"writer": "runs/train/writer", "report": "runs/evaluate/report", "example": DRAFT, "try_example": False}
    Path("publish.yaml").write_text(yaml.safe_dump(said | more))
    return "publish.yaml"


def made(folder: Path) -> Path:
    """The folder, with a base, a writer, its report and a config in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        tiny_base(folder / "base")
        report_run(writer_run())
        config()
    return folder


def redo(folder: Path, **more: Any) -> None:
    """Change a finished run.json: what a check would find there."""
    document = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(document | more))


@contextmanager
def online(patch: pytest.MonkeyPatch, token: str | None = WRITER) -> Iterator[Hub]:
    """A hub that this process' client talks to, without waiting between attempts."""
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    with serving_hub() as hub:
        patch.setenv("HF_ENDPOINT", hub.url)
        patch.delenv("HF_HUB_OFFLINE", raising=False)
        if token is None:
            patch.delenv("HF_TOKEN", raising=False)
        else:
            patch.setenv("HF_TOKEN", token)
        patch.setattr(constants, "HF_TOKEN_PATH", "no-such-token")
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        patch.setattr(constants, "ENDPOINT", hub.url)
        files = "/{repo_id}/resolve/{revision}/{filename}"
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", f"{hub.url}{files}")
        patch.setattr(_http, "time", SimpleNamespace(sleep=lambda seconds: None))
        patch.setattr(upload, "WAITS", (0.0, 0.0))
        yield hub
        _http.close_session()

"""`virality publish CONFIG to=FOLDER`: adapter, tokenizer, prompt, card and figures; no post text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from publish import card, checks, snippet
from publish.settings import PublishSettings
from virality import runs
from virality.config import load
from virality.models.prompts import load_prompt
from virality.progress import say

_ADAPTER_FILES = (
    "adapter_model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
)
_MADE = ("adapter_config.json", "prompt.json", "figures.json", "README.md")


def run(config: Path, overrides: list[str], *, fresh: bool = False, dry_run: bool = False) -> Path:
    """Export what `config` names. Returns the folder."""
    settings = load(PublishSettings, config, overrides)
    writer, report = Path(settings.writer), Path(settings.report)
    evidence = checks.gather(writer, report)
    if settings.repo is not None:
        checks.refuse_push(evidence, settings.repo)
    name = settings.name or config.stem
    folder = Path(str(settings.to))
    if dry_run:
        say(f"would write {', '.join((*_ADAPTER_FILES, *_MADE))} to {folder}")
        return folder
    here = runs.start(
        "publish",
        name,
        settings=settings.model_dump(mode="json"),
        inputs={str(path): runs.digest(path) for path in (writer, report)},
        out=folder,
        fresh=fresh,
    )
    if here.finished:
        return folder
    for file in _ADAPTER_FILES:
        if (writer / "adapter" / file).is_file():
            with here.file(file) as path:
                shutil.copyfile(writer / "adapter" / file, path)
    base = evidence.writer["base"]
    adapter = json.loads((writer / "adapter" / "adapter_config.json").read_text(encoding="utf-8"))
    here.write_json("adapter_config.json", adapter | {"base_model_name_or_path": base["spec"]})
    here.write_json("prompt.json", snippet.prompt_file(load_prompt(evidence.writer["prompt"]["name"])))
    here.write_json("figures.json", [figure.model_dump(mode="json") for figure in evidence.report.figures])
    with here.file("README.md") as path:
        path.write_text(
            card.card(evidence, settings.title or evidence.writer["name"], settings.example), encoding="utf-8"
        )
    here.finish(rights=evidence.writer["rights"] | {"research_only": evidence.research_only})
    say(f"{folder}: exported" + (", not for distribution" if evidence.research_only else ""))
    return folder

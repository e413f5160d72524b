"""`virality schema`: what a config may say, as JSON schema for editors and as docs/configuration.md for people.

Both are made of the settings classes; rooms are named as strings and imported when asked for.
"""

from __future__ import annotations

import importlib
import json
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from virality.errors import ViralityError
from virality.expected import expected, keys, section_of
from virality.layers import shown
from virality.spelling import nearest

CONFIGS = {
    "prepare": ("data_prep.settings", ("PrepareSettings",), "configs/data"),
    "train.writer": ("train.settings", ("WriterSettings",), "configs/train"),
    "train.scorer": (
        "train.settings",
        ("ScorerSettings", "LoraScorerSettings", "StackSettings", "PromptedSettings"),
        "configs/train",
    ),
    "improve": ("train.improve.settings", ("ImproveSettings",), "configs/improve"),
    "evaluate": ("eval.settings", ("EvaluateSettings",), "configs/eval"),
    "sweep": ("eval.sweep.settings", ("SweepSettings",), "configs/sweep"),
    "publish": ("publish.settings", ("PublishSettings",), "configs/publish"),
}
"""Name -> module, settings classes and where such configs lie."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_HEAD = """# Configuration

Every key of every config. This page is made by `virality schema --markdown > docs/configuration.md`.

- A config names only what differs from the defaults. `virality COMMAND CONFIG [MORE.yaml ...] [key=value ...]`: further
  YAML files are laid over the first in their order, then the `key=value` words, wherever they stand; nested keys are
  dotted (`lora.rank=32`). A section laid over a section adds to it, `{}` empties it.
- An unknown key, a key in the wrong section, a value that does not fit and keys that do not go together are told all at
  once, each with file and line, before anything is loaded.
- Editors complete keys from the schemas: `virality schema --out .schemas`, and as a config's first line
  `# yaml-language-server: $schema=../../.schemas/train.writer.json`, a path as seen from the config. Schemas know
  nested sections, not dotted keys, and take every config for a whole one: an overlay lacks what is needed.
"""


def command(name: str | None, *, out: Path | None, markdown: bool) -> int:
    """Print the schema `name`, or all of them as one mapping; or write each to a file in `out`; or print markdown."""
    if name is not None and name not in CONFIGS:
        raise ViralityError(f"{name}: no such schema{nearest(name, list(CONFIGS))}; there are {', '.join(CONFIGS)}")
    names = [name] if name else list(CONFIGS)
    if markdown:
        print(page(names), end="")
    elif out is not None:
        _make(out)
        for one in names:
            (out / f"{one}.json").write_text(_json(schema(one)), encoding="utf-8")
            print(out / f"{one}.json")
    else:
        print(_json(schema(name) if name else {one: schema(one) for one in names}), end="")
    return 0


def schema(name: str) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of the configs `name`, descriptions and defaults among it."""
    models = classes(name)
    union: Any = typing.Union[tuple(models)] if len(models) > 1 else models[0]  # noqa: UP007
    made = TypeAdapter(union).json_schema(schema_generator=_Schema)
    return {"$schema": DIALECT} | made | {"title": f"virality {name}"}


def page(names: list[str]) -> str:
    """docs/configuration.md: every key, what it may be, its default and meaning, by command."""
    parts = [_HEAD if len(names) == len(CONFIGS) else ""]
    for name in names:
        step, _, task = name.partition(".")
        for model in classes(name):
            said = " ".join((model.__doc__ or "").split())
            title = f"virality {step}" + (f": {_family(model, task)}" if task else "")
            parts.append(f"\n## {title}\n\n{said} Configs lie in `{CONFIGS[name][2]}/`.\n\n{_table(model)}")
    return "".join(parts)


def classes(name: str) -> list[type[BaseModel]]:
    """The settings classes of the configs `name`."""
    module, names, _ = CONFIGS[name]
    room = importlib.import_module(module)
    return [getattr(room, one) for one in names]


class _Schema(GenerateJsonSchema):
    """A list may be written as `a,b`, or as its one value, where the settings class takes that."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        made = super().function_before_schema(schema)
        takes_words = schema["function"]["type"] == "no-info"  # the other is that of `Settings`, over every key
        if made.get("type") == "array" and takes_words:
            return {"anyOf": [made, {"type": "string"}]}
        return made


def _family(model: type[BaseModel], task: str) -> str:
    family = model.model_fields.get("family")
    return f"a {task}" + (f" of the family {expected(family.annotation)}" if family else "")


def _table(model: type[BaseModel]) -> str:
    needed_first = sorted(keys(model), key=lambda one: "." in one[0] or not one[1].is_required())
    rows = [_row(key, field) for key, field in needed_first]
    return "\n".join(["| key | may be | default | meaning |", "|---|---|---|---|", *rows, ""])


def _row(key: str, field: FieldInfo) -> str:
    inner, _ = section_of(field.annotation)
    about = " ".join((field.description or "").split())
    if inner is not None:
        said = " ".join((inner.__doc__ or "").split())
        about = about if said.rstrip(".") in about else f"{about} {said}".strip()
    kind = "section" if inner is not None else expected(field.annotation, field.metadata)
    cells = (f"`{key}`", kind, _default(field, inner is not None), about)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(field: FieldInfo, section: bool) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if section:
        return "" if value is not None else "none"
    return f"`{shown(list(value) if isinstance(value, tuple) else value)}`"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ViralityError(f"--out = {folder}: cannot be made ({error.strerror}); name another folder") from error

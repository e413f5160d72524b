"""What a config may say: one source for errors, for the schemas of editors and for docs/configuration.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from virality import schema
from virality.cli import main
from virality.expected import keys

ROOT = Path(__file__).resolve().parents[2]


def resolved(made: dict[str, Any], *path: str) -> Any:
    """What a schema says of a dotted key, references followed; of several kinds of a config the last that has it."""

    def follow(node: dict[str, Any]) -> dict[str, Any]:
        at = node.get("$ref")
        return (
            follow(made["$defs"][at.rpartition("/")[2]]) | {k: v for k, v in node.items() if k != "$ref"}
            if at
            else node
        )

    options = [follow(one) for one in made.get("anyOf", [made])]
    node = next(one for one in reversed(options) if path[0] in one["properties"])
    for name in path:
        node = follow(node)["properties"][name]
    return follow(node)


@pytest.mark.parametrize("name", list(schema.CONFIGS))
def test_every_key_of_every_config_says_what_it_means(name: str) -> None:
    silent = [key for model in schema.classes(name) for key, field in keys(model) if not field.description]
    assert silent == []


def test_the_page_of_every_key_is_up_to_date() -> None:
    """Else: virality schema --markdown > docs/configuration.md."""
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == schema.page(list(schema.CONFIGS))


def test_the_page_tells_what_a_key_may_be_its_default_and_its_meaning() -> None:
    page = schema.page(["train.writer", "train.scorer"])
    assert "| `lora.rank` | a whole number of at least 1 | `16` | Of each update, B A. |" in page
    assert "| `base` | text | **needed** | A hub id, a folder, pypi:PACKAGE, or tiny:FAMILY. |" in page
    assert "| `batch_size` | a whole number of at least 1 or auto | `16` | Examples for each optimiser step" in page
    assert "| `precision` | auto, fp32 or bf16 | `auto` |" in page
    assert "## virality train: a scorer of the family linear or encoder" in page
    assert "## virality train: a scorer of the family lora" in page


def test_what_is_needed_stands_first_and_a_section_stays_whole() -> None:
    rows = [line.split("`")[1] for line in schema.page(["train.writer"]).splitlines() if line.startswith("| `")]
    assert rows[:4] == ["data", "base", "task", "objective"]
    assert rows[rows.index("push") + 1] == "push.repo"


def test_a_schema_has_descriptions_defaults_limits_and_no_other_keys() -> None:
    made = schema.schema("train.writer")
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (made["additionalProperties"], "base" in made["required"]) == (False, True)
    rate = resolved(made, "learning_rate")
    assert (rate["default"], rate["exclusiveMinimum"], rate["exclusiveMaximum"]) == (2e-4, 0, 1)
    assert resolved(made, "lora", "rank")["description"] == "Of each update, B A."
    assert resolved(made, "tracking", "tables")["default"] == 16
    kinds = {json.dumps(one, sort_keys=True) for one in resolved(made, "batch_size")["anyOf"]}
    assert kinds == {'{"minimum": 1, "type": "integer"}', '{"const": "auto", "type": "string"}'}


def test_a_list_may_be_a_word_where_the_command_takes_one() -> None:
    for key in ("data", "kinds"):
        assert {"type": "string"} in resolved(schema.schema("train.writer"), key)["anyOf"]
    assert {"type": "string"} in resolved(schema.schema("prepare"), "path")["anyOf"]


def test_a_scorer_is_of_one_family_or_of_another() -> None:
    made = schema.schema("train.scorer")
    assert len(made["anyOf"]) == 4
    assert resolved(made, "strength")["type"] == "array"
    assert resolved(made, "labels")["default"] == "soft"


def test_it_is_printed_or_written_for_each_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "publish"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "virality publish"
    assert main(["schema"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == list(schema.CONFIGS)
    assert main(["schema", "--out", str(tmp_path / "made")]) == 0
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == sorted(
        f"{one}.json" for one in schema.CONFIGS
    )
    assert json.loads((tmp_path / "made" / "train.writer.json").read_text()) == schema.schema("train.writer")
    capsys.readouterr()
    assert main(["schema", "--markdown"]) == 0
    assert capsys.readouterr().out == schema.page(list(schema.CONFIGS))


def test_a_schema_that_is_none_and_a_folder_that_cannot_be_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", "train.writr"]) == 2
    assert capsys.readouterr().err == (
        "virality schema: train.writr: no such schema (did you mean train.writer?); there are prepare, train.writer, "
        "train.scorer, improve, evaluate, sweep, publish\n"
    )
    (tmp_path / "file").write_text("")
    assert main(["schema", "--out", str(tmp_path / "file")]) == 2
    assert "cannot be made" in capsys.readouterr().err

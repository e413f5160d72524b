"""An export arrives with what it was measured on and works as its card says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.publish import worlds
from tests.publish.worlds import DRAFT, POST
from virality import runs
from virality.cli import main


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    worlds.tiny_base(tmp_path / "base")


def test_an_export_holds_adapter_card_report_settings_and_no_post(tmp_path: Path) -> None:
    worlds.report_run(worlds.writer_run())
    assert main(["publish", worlds.config(), "to=export"]) == 0
    names = {str(path.relative_to("export")) for path in Path("export").rglob("*") if path.is_file()}
    assert names == {
        "adapter_model.safetensors", "adapter_config.json", "tokenizer.json", "tokenizer_config.json",
        "chat_template.jinja", "prompt.json", "figures.json", "report.html", "datasheet.json", "README.md",
        "configs/train-writer.yaml", "configs/evaluate.yaml", "run.json",
    }  # fmt: skip
    assert yaml.safe_load(Path("export/configs/train-writer.yaml").read_text())["objective"] == "sft"
    held = "".join(Path("export", name).read_text(errors="replace") for name in names)
    assert POST not in held
    for example in worlds.good_report().examples:
        assert example.draft not in held
        assert example.rewrite not in held
    assert json.loads(Path("export/adapter_config.json").read_text())["base_model_name_or_path"] == "base"


def test_paths_of_this_machine_stay_here(tmp_path: Path) -> None:
    report = worlds.good_report()
    told = report.provenance | {f"sha256 of {tmp_path}/theirs.csv": "00ff", "writer": f"{tmp_path}/runs/train/writer"}
    worlds.report_run(
        worlds.writer_run(settings={"data": (f"{tmp_path}/prepared",)}),
        report.model_copy(update={"provenance": told, "warnings": [f"read {tmp_path}/theirs.csv"]}),
    )
    assert main(["publish", worlds.config(), "to=export"]) == 0
    for path in Path("export").rglob("*"):
        if path.is_file() and path.name != "run.json":
            assert str(tmp_path).encode() not in path.read_bytes(), path
    assert yaml.safe_load(Path("export/configs/train-writer.yaml").read_text())["data"] == ["prepared"]


def test_runs_of_one_name_keep_their_settings_and_no_account_is_named() -> None:
    posts = runs.start("prepare", "posts", settings={"source": {"kind": "lines", "account": "towncrier"}}, inputs={})
    posts.finish(rights={"basis": {"own_export": 10}, "research_only": False})
    before = worlds.writer_run(name="round-1/writer", settings={"batch_size": 3}, inputs={str(posts.folder): "0"})
    worlds.report_run(worlds.writer_run(settings={"batch_size": 5}, inputs={str(before): "0"}))
    assert main(["publish", worlds.config(), "to=export"]) == 0
    held = {path.stem: yaml.safe_load(path.read_text()) for path in Path("export/configs").iterdir()}
    assert held.keys() == {"train-writer", "train-writer-2", "prepare-posts", "evaluate"}
    assert (held["train-writer"]["batch_size"], held["train-writer-2"]["batch_size"]) == (5, 3)
    assert held["prepare-posts"]["source"] == {"kind": "lines", "account": None}


def test_what_is_research_only_is_exported_with_a_warning_and_never_pushed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rights = {"basis": {"unknown": 10}, "research_only": True}
    worlds.report_run(worlds.writer_run(rights=rights), rights=rights)
    assert main(["publish", worlds.config(), "to=export"]) == 0
    assert "a push (repo=) would be refused" in capsys.readouterr().err
    card = Path("export/README.md").read_text()
    assert "Not for distribution" in card
    assert yaml.safe_load(card.split("---\n")[1])["license"] == "other"
    assert main(["publish", "publish.yaml", "repo=someone/writer", "--force", "I want to"]) == 2
    assert "research_only" in capsys.readouterr().err
    assert not Path("runs/publish").exists()


def test_nowhere_and_two_places_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    worlds.config()
    assert main(["publish", "publish.yaml"]) == 2
    assert main(["publish", "publish.yaml", "to=a", "repo=b/c"]) == 2
    assert capsys.readouterr().err.count("name where it goes") == 2


def test_a_folder_with_other_things_in_it_is_left_alone() -> None:
    worlds.report_run(worlds.writer_run())
    Path("export").mkdir()
    Path("export/mine.txt").write_text("mine")
    assert main(["publish", worlds.config(), "to=export"]) == 2
    assert Path("export/mine.txt").read_text() == "mine"


def test_a_merged_model_answers_as_the_adapter_does(capsys: pytest.CaptureFixture[str]) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    writer = worlds.writer_run()
    worlds.report_run(writer)
    assert main(["publish", worlds.config(), "to=merged", "export=merged"]) == 0
    names = {path.name for path in Path("merged").iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md"} <= names
    assert "work" not in names
    assert "adapter_config.json" not in names
    program = re.search(r"```python\n(.*?)```", Path("merged/README.md").read_text(), re.DOTALL)
    assert program is not None
    assert "peft" not in program[1]
    assert "AutoModelForCausalLM" in program[1]
    assert AutoTokenizer.from_pretrained("merged").chat_template
    assert AutoModelForCausalLM.from_pretrained("merged") is not None
    said = {}
    capsys.readouterr()
    assert main(["suggest", str(writer), "--raw", DRAFT]) == 0
    said["adapter"] = capsys.readouterr().out
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("merged")
        exec(compile(program[1], "README.md", "exec"), {})
    said["merged"] = capsys.readouterr().out
    assert said["merged"] == said["adapter"] != "\n"


_CONVERTER = """\
#!{python}
import sys
from gguf import GGUFWriter
import numpy as np
writer = GGUFWriter(sys.argv[3], "llama")
writer.add_tensor("token_embd.weight", np.zeros((4, 4), dtype=np.float32))
writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
"""


def test_a_gguf_is_made_by_llama_cpps_converter_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    worlds.report_run(worlds.writer_run())
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert main(["publish", worlds.config(), "to=gguf", "export=gguf"]) == 2
    assert "convert_hf_to_gguf.py is not on the PATH" in capsys.readouterr().err
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/convert_hf_to_gguf.py").write_text(_CONVERTER.format(python=sys.executable))
    (tmp_path / "bin/convert_hf_to_gguf.py").chmod(0o755)
    assert main(["publish", "publish.yaml", "to=gguf", "export=gguf"]) == 0
    names = {path.name for path in Path("gguf").iterdir()}
    assert {"model.gguf", "tokenizer.json", "prompt.json"} <= names
    assert not [name for name in names if name.endswith(".safetensors")]
    (tmp_path / "bin/convert_hf_to_gguf.py").write_text(f"#!{sys.executable}\nraise SystemExit('no such layer')\n")
    assert main(["publish", "publish.yaml", "to=other", "export=gguf"]) == 2
    assert "no such layer" in capsys.readouterr().err


def test_a_program_that_stands_on_virality_or_fails_or_says_nothing_is_told(tmp_path: Path) -> None:
    from publish.export import run_alone

    assert run_alone("print('fine')", tmp_path) is None
    assert run_alone("pass", tmp_path) == "it answers nothing"
    assert "no such thing" in str(run_alone("raise ValueError('no such thing')", tmp_path))
    assert "virality" in str(run_alone("import sys; sys.modules['virality'] = sys; print(1)", tmp_path))

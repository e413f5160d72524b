"""Systems by name, and rewrites that were made elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval import rewriting, rivals, systems
from eval.settings import EvaluateSettings
from eval.steps import Draft, RewriteRow
from tests.train.worlds import corpus_pairs
from train import steps as training
from train.steps import Writer
from virality.errors import ViralityError
from virality.gates import Context

DRAFTS = [
    Draft("a", "ca", "Rain in the harbour on Friday", "en", None),
    Draft("b", "cb", "افتتحت البلدية مكتبة جديدة", "ar", None),
    Draft("c", "cc", "Bread became dearer this week", "en", None),
]


def file_of(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "theirs.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_file_is_matched_by_the_drafts_words_whatever_their_marks(tmp_path: Path) -> None:
    path = file_of(tmp_path, {"draft": "افتتحت البلديّة مكتبة جديدة!", "rewrite": "مكتبة جديدة تفتتحها البلدية"},
                   {"draft": "rain in the harbour on friday", "rewrite": "On Friday: rain in the harbour"},
                   {"draft": "Rain in the harbour on Friday", "rewrite": "Harbour rain on Friday"},
                   {"draft": "Another post", "rewrite": "Another"},
                   {"draft": DRAFTS[2].text, "rewrite": " "})  # fmt: skip
    system = systems.named("theirs", str(path))
    rows, told = systems.written(system, DRAFTS)
    assert [(row.example_id, row.rewrite) for row in rows] == [
        ("a", "On Friday: rain in the harbour"),
        ("a", "Harbour rain on Friday"),
        ("b", "مكتبة جديدة تفتتحها البلدية"),
    ]
    assert told == [
        "theirs: 1 of its rewrites are of posts that are not measured here",
        "theirs: 1 of its rewrites are empty",
        "theirs: 1 drafts have no rewrite of it, which counts as nothing returned",
    ]
    assert [draft.example_id for draft in systems.drafts_of(system, DRAFTS, 3)] == ["a", "b"]  # the third is empty


def test_a_file_is_matched_by_ids_where_it_has_them(tmp_path: Path) -> None:
    system = systems.named("theirs", str(file_of(tmp_path, {"example_id": "c", "rewrite": "Dearer bread"})))
    rows, _ = systems.written(system, DRAFTS)
    assert [(row.example_id, row.draft, row.rewrite) for row in rows] == [("c", DRAFTS[2].text, "Dearer bread")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"draft": "unknown", "rewrite": "x"}, "its drafts match no post of the test split"),
        ({"example_id": "z", "rewrite": "x"}, "its ids match no post of the test split"),
        ({"draft": "unknown", "output": "x"}, "a column rewrite, beside draft or example_id; it has draft, output"),
        ({"rewrite": "x"}, "a column rewrite, beside draft or example_id; it has rewrite"),
    ],
)
def test_a_file_that_fits_no_draft_is_refused(tmp_path: Path, row: dict[str, object], said: str) -> None:
    path = str(file_of(tmp_path, row))
    with pytest.raises(ViralityError, match=said):
        systems.written(systems.named("theirs", path), DRAFTS)


def test_an_export_is_an_adapter_as_any_other(tmp_path: Path) -> None:
    for name, text in (("adapter_config.json", "{}"), ("adapter_model.safetensors", "x"),
                       ("run.json", '{"step": "publish"}')):  # fmt: skip
        (tmp_path / name).write_text(text)
    system = systems.named("writer", str(tmp_path))
    assert (system.kind, system.run) == ("adapter", None)


def test_what_is_no_system_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match=r"gone\.csv: no such file"):
        systems.named("writer", str(tmp_path / "gone.csv"))
    with pytest.raises(ViralityError, match="no such folder"):
        systems.named("writer", str(tmp_path / "gone"))


def test_a_model_as_it_is_and_an_adapter_elsewhere_write_too(tmp_path: Path, one_thread: None) -> None:
    from peft import LoraConfig, get_peft_model

    plain = systems.named("writer", "tiny:llama")
    assert (plain.kind, plain.run, systems.base_spec(plain)) == ("model", None, None)
    base = systems.opened(plain, "nicely")
    made = get_peft_model(base.model, LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False))
    made.peft_config["default"].base_model_name_or_path = "tiny:llama"
    made.save_pretrained(str(tmp_path / "adapter"), save_embedding_layers=False)
    found = systems.named("writer", str(tmp_path / "adapter"))
    assert (found.kind, systems.base_spec(found)) == ("adapter", ("tiny:llama", None))
    opened = systems.opened(found, "nicely")
    assert opened.revision.startswith("0+")


class Counting:
    """Opens the tiny writer, and counts how often."""

    def __init__(self) -> None:
        self.opened = 0

    def __call__(self) -> Writer:
        self.opened += 1
        return training.load_base("tiny:llama", "nicely")


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "_AT_ONCE", 2)


@pytest.mark.usefixtures("one_thread", "small_pieces")
def test_an_interrupted_run_makes_no_rewrite_twice_and_ends_with_the_same(tmp_path: Path) -> None:
    def made(work: Path, open_: Counting) -> list[RewriteRow]:
        return rewriting.rewrites(open_, DRAFTS, work, samples=2, temperature=0.7, seed=3, label="rewriting")

    whole = made(tmp_path / "one", first := Counting())
    assert [row.example_id for row in whole] == ["a", "a", "b", "b", "c", "c"]
    pieces = sorted((tmp_path / "one").iterdir())
    assert len(pieces) == 3
    pieces[1].unlink()
    (tmp_path / "one" / "00001.parquet.partial").write_bytes(b"torn")
    assert made(tmp_path / "one", again := Counting()) == whole
    assert made(tmp_path / "one", untouched := Counting()) == whole
    assert (first.opened, again.opened, untouched.opened) == (1, 1, 0)
    rewriting.clear(tmp_path / "one")
    assert not (tmp_path / "one").exists()


def test_rivals_are_the_better_post_and_edits_in_random_order() -> None:
    pairs = corpus_pairs(4, split="test")
    worse = [Draft(pair.worse_id, pair.component, pair.worse, "en", None) for pair in pairs]
    better = [Draft(pair.better_id, pair.component, pair.better, "en", None) for pair in pairs]
    some, rows = rivals.human([*better, *worse], pairs)
    assert some == worse
    assert [row.rewrite for row in rows] == [pair.better for pair in pairs]
    long = Draft("l", "c", "Don't miss it. The harbour opens on Friday & it's free! Forms are at the door.", "en", None)
    made = rivals.edits([long], 3, Context(), seed=0)
    assert len({row.rewrite for row in made}) == 3
    assert long.text not in {row.rewrite for row in made}
    assert rivals.edits([long], 3, Context(), seed=0) == made
    assert {row.rewrite for row in rivals.edits([long], 3, Context(), seed=1)} != {row.rewrite for row in made}


def test_cutting_alone_gives_the_shortest_wording_that_keeps_the_facts() -> None:
    wordy = Draft("w", "c", "It is really very free, and the harbour does not open on Friday.", "en", None)
    terse = Draft("t", "c", "Harbour closed.", "en", None)
    [row] = rivals.cutting([wordy, terse], Context(paraphrase=True), seed=0)
    assert row.example_id == "w"
    assert len(row.rewrite) < len(wordy.text)
    assert "harbour" in row.rewrite


@pytest.mark.parametrize(
    ("systems_", "said"),
    [
        ({"../x": "a"}, "not of letters, digits"),
        ({"versus_draft": "a"}, "the name of something else"),
        ({"human": "a"}, "the name of something else"),
    ],
)
def test_a_system_has_a_name_that_a_report_and_a_folder_can_bear(systems_: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        EvaluateSettings.model_validate({"data": "d", "writer": "w", "scorer": "s", "judge": "j", "systems": systems_})

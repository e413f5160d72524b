"""Ways in which a publication is refused: each is a line of its own that names the file and the way out."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from data_prep import privacy
from data_prep.sources.cells import identifier
from tests.publish import worlds
from tests.publish.worlds import POST, good_report, redo
from virality import circumstances, ledger, runs
from virality.cli import main
from virality.gates.corpus import FILE

WRITER, REPORT = Path("runs/train/writer"), Path("runs/evaluate/report")
KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
HF = "hf_" + "Ab1" * 10


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a writer and a report that hold every check but one: the base lies here alone."""
    return worlds.made(tmp_path_factory.mktemp("good"))


@pytest.fixture(autouse=True)
def _here(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(good, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(circumstances, "_commit", lambda root: ("0123456789ab", False))


def changed(path: Path, **more: Any) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | more))


def rehashed(run: Path, name: str) -> None:
    """A file of a run that is as it was when the run ended."""
    about = {"sha256": runs.sha256(run / name), "bytes": (run / name).stat().st_size}
    outputs = json.loads((run / "run.json").read_text())["outputs"] | {name: about}
    redo(run, outputs=outputs)


def spoilt(value: float) -> None:
    """An adapter with this number in every B, measured as it is."""
    path = WRITER / "adapter/adapter_model.safetensors"
    held = load_file(path)
    save_file({name: tensor * 0 + value if "lora_B" in name else tensor for name, tensor in held.items()}, path)
    rehashed(WRITER, "adapter/adapter_model.safetensors")
    remeasured()


def remeasured(**figures: Any) -> None:
    shutil.rmtree(REPORT)
    worlds.report_run(WRITER, good_report(**figures))


def no_base(licence: str | None) -> None:
    shutil.rmtree("base")
    worlds.tiny_base(Path("base"), licence)


def comes_of(step: str, name: str, **more: Any) -> Path:
    """A finished run of `step` that the writer has learned from."""
    run = runs.start(step, name, settings=more.pop("settings", {}), inputs={})
    run.finish(rights=more.pop("rights", {"basis": {"own_export": 5}, "research_only": False}), **more)
    redo(WRITER, inputs={str(run.folder): "0"})
    return run.folder


def asked_to_go(name: str = "post1") -> None:
    Path("people.txt").write_text(f"{name}\n")
    if name != "post1":
        ledger.write([ledger.Entry("adapter", "train", "pair1", name, "q", None)], WRITER / "ledger.parquet")
        rehashed(WRITER, "ledger.parquet")


def account_asked() -> None:
    Path("people.txt").write_text("@TownCrier\n")
    hidden = privacy.hash_author("TownCrier", privacy.author_key())
    ledger.write([ledger.Entry("adapter", "train", "pair1", "p", "q", hidden)], WRITER / "ledger.parquet")
    rehashed(WRITER, "ledger.parquet")


def address_asked() -> None:
    """A post that is called by an address, which its corpus keeps as a hash."""
    address = "https://town.example/@towncrier/1"
    Path("people.txt").write_text(f"{address}\n")
    posts = comes_of("prepare", "posts")
    redo(posts, command=["virality", "prepare", "posts.yaml"], settings={"source": {"kind": "mastodon"}})
    hidden = identifier("posts", address)
    ledger.write([ledger.Entry("adapter", "train", "pair1", hidden, "q", None)], WRITER / "ledger.parquet")
    rehashed(WRITER, "ledger.parquet")


def post_for_licence() -> None:
    no_base("gemma")
    Path("mine.txt").write_text(POST)


def no_adapter_named() -> None:
    changed(WRITER / "adapter/adapter_config.json", base_model_name_or_path="someone/else")
    rehashed(WRITER, "adapter/adapter_config.json")


def no_file(name: str) -> None:
    (WRITER / name).unlink()
    outputs = json.loads((WRITER / "run.json").read_text())["outputs"]
    redo(WRITER, outputs={key: value for key, value in outputs.items() if key != name})


def another_prompt() -> None:
    redo(WRITER, prompt={"name": "rewrite", "hash": "0" * 12})


def controlled() -> None:
    comes_of("train", "shuffled", settings={"control": "shuffled"})


def grown(path: Path) -> None:
    path.write_text(path.read_text() + "\n")


def asked_without_ledger() -> None:
    asked_to_go()
    no_file("ledger.parquet")


def no_tokenizer() -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        no_file(f"adapter/{name}")


def no_live_evidence() -> None:
    shutil.rmtree(REPORT)
    worlds.report_run(WRITER, good_report().model_copy(update={"live_evidence": ""}))


def another_adapter() -> None:
    shutil.rmtree(REPORT)
    worlds.report_run(WRITER, adapter="0" * 64)


def nowhere() -> None:
    pass


FIRM: list[tuple[str, Callable[[], object], list[str], str, str]] = [
    ("research_only", lambda: redo(WRITER, rights={"basis": {"unknown": 9}, "research_only": True}), [],
     "runs/train/writer/run.json: comes of rows marked research_only", "to=FOLDER"),
    ("x_api", lambda: redo(WRITER, rights={"basis": {"x_api": 9}, "research_only": False}), [],
     "9 rows with rights basis x_api", "train on rows whose basis you can name"),
    ("unknown", lambda: redo(WRITER, rights={"basis": {"unknown": 1, "consent": 9}, "research_only": False}), [],
     "1 rows with rights basis unknown", "train on rows"),
    ("a basis nobody knows", lambda: redo(WRITER, rights={"basis": {"found": 3}, "research_only": False}), [],
     "rights basis found", "train on rows"),
    ("no basis", lambda: redo(WRITER, rights={"basis": {}, "research_only": False}), [],
     "names no rights", "train it again"),
    ("rows without derivatives",
     lambda: redo(WRITER, rights={"basis": {"licence:CC-BY-ND-4.0": 3}, "research_only": False}), [],
     "licence:CC-BY-ND-4.0: its licence allows nothing that is derived", "train on other rows"),
    ("research_only further back",
     lambda: comes_of("prepare", "posts", rights={"basis": {"consent": 3}, "research_only": True}), [],
     "runs/prepare/posts/run.json: comes of rows marked research_only", "to=FOLDER"),
    ("measured on research_only", lambda: redo(REPORT, rights={"basis": {"x_api": 3}, "research_only": True}), [],
     "was measured on rows marked research_only", "measure it on rows of your own"),
    ("opt-out by id", asked_to_go, ["opt_out=people.txt"],
     "runs/train/writer/ledger.parquet: 1 rows that it learned from are of people who opted out", "without them"),
    ("opt-out by account", account_asked, ["opt_out=people.txt"], "people who opted out since", "without them"),
    ("an opt-out list that is gone",
     lambda: comes_of("prepare", "posts", settings={"rights": {"opt_out": ["gone.txt"]}}), [],
     "gone.txt: this opt-out list is not here", "restore it"),
    ("no ledger", asked_without_ledger, ["opt_out=people.txt"],
     "ledger.parquet: is not here", "train it again"),
    ("forgotten rows", lambda: (WRITER / "forgotten.json").write_text("{}"), [],
     "runs/train/writer/forgotten.json: it comes of rows that were asked to be forgotten", "make it again"),
    ("forgotten rows further back", lambda: (comes_of("train", "before") / "forgotten.json").write_text("{}"), [],
     "runs/train/before/forgotten.json", "make it again"),
    ("a report that saw forgotten rows", lambda: (REPORT / "forgotten.json").write_text("{}"), [],
     "forgotten.json: it comes of rows that were asked to be forgotten", "make it again"),
    ("opt-out by an id with capitals", lambda: asked_to_go("Post1"), ["opt_out=people.txt"],
     "people who opted out since", "without them"),
    ("no index of its posts", lambda: no_file(FILE), [], "corpus.npy: is not here", "train again"),
    ("a run before that is gone", lambda: redo(WRITER, inputs={"runs/train/gone": "0"}), [],
     "runs/train/gone: is not here, so neither the rights", "restore it"),
    ("non-commercial rows further back in public",
     lambda: comes_of("train", "before", rights={"basis": {"licence:CC-BY-NC-4.0": 3}, "research_only": False}),
     ["private=false"], "is for non-commercial use (apache-2.0; rows: CC-BY-NC-4.0)", "private=true"),
    ("opt-out by the address of a post", address_asked, ["opt_out=people.txt"], "people who opted out since",
     "without them"),
    ("a post in the place of a licence", post_for_licence, ["licence_file=mine.txt"],
     "LICENSE: holds 15 words in a row", "take another"),
    ("a base without a licence", lambda: no_base(None), [], "base = base: no licence is known of it", "README.md"),
    ("a base without derivatives", lambda: no_base("cc-by-nd-4.0"), [], "no derivatives", "train on another base"),
    ("a base whose licence nobody read", lambda: no_base("shareware"), [], "what its licence (shareware) asks",
     "train on another base"),
    ("a non-commercial base in public", lambda: no_base("cc-by-nc-4.0"), ["private=false"],
     "is for non-commercial use (cc-by-nc-4.0)", "private=true"),
    ("non-commercial rows in public",
     lambda: redo(WRITER, rights={"basis": {"licence:CC-BY-NC-4.0": 3}, "research_only": False}), ["private=false"],
     "is for non-commercial use (apache-2.0; rows: CC-BY-NC-4.0)", "private=true"),
    ("a Llama under another name", lambda: no_base("llama3.2"), ["licence_file=base/README.md"],
     "repo = someone/writer: does not begin with Llama", "repo=someone/Llama-writer"),
    ("a Gemma without its terms", lambda: no_base("gemma"), [], "asks that its text goes along", "licence_file=PATH"),
    ("a changed adapter", lambda: (WRITER / "adapter/tokenizer_config.json").write_text("{}"), [],
     "tokenizer_config.json: has changed since its run ended", "restore it, or run it again"),
    ("a missing file", lambda: (WRITER / "adapter/tokenizer_config.json").unlink(), [],
     "tokenizer_config.json: is missing, and run.json names it", "restore it"),
    ("a changed report", lambda: grown(REPORT / "report.json"), [],
     "report.json: has changed since its run ended", "run it again"),
    ("a pickle", lambda: (WRITER / "adapter/adapter_model.bin").write_bytes(b"x"), [],
     "adapter_model.bin: is not safetensors", "remove it"),
    ("another base", no_adapter_named, [], "names another base (someone/else)", "publish the run that made it"),
    ("a token", nowhere, [f"title=Mine {HF}"], "README.md: holds a token of Hugging Face", "revoke it"),
    ("a key of AWS", nowhere, [f"title=Mine {KEY}"], "README.md: holds a key of AWS", "revoke it"),
    ("a private key", nowhere, ["title=-----BEGIN RSA PRIVATE KEY-----"], "holds a private key", "revoke it"),
    ("a key of W&B", nowhere, [f"title=wandb_api_key={'0a' * 20}"], "holds a key of W&B", "revoke it"),
    ("a key of OpenAI", nowhere, [f"title=sk-{'x1' * 20}"], "holds a key of OpenAI", "revoke it"),
    ("the text of a post", nowhere, [f"example={POST}"], "words in a row of a post that it learned from",
     "take another example"),
]  # fmt: skip

SOFT: list[tuple[str, Callable[[], object], list[str], str, str]] = [
    ("a base of this machine", nowhere, [], "base = base: lies on this machine alone", "export=merged"),
    ("a dirty tree of the training", lambda: redo(WRITER, dirty=True), [],
     "runs/train/writer/run.json: was made with code that is not committed", "--allow-dirty"),
    ("a dirty tree of the report", lambda: redo(REPORT, dirty=True), [],
     "runs/evaluate/report/run.json: was made with code that is not committed", "--allow-dirty"),
    ("too few suggestions", lambda: remeasured(writer__drafts_with_suggestion=0.05), [],
     "writer.drafts_with_suggestion = 0.05 is below bars.suggested = 0.2", "train a better one"),
    ("meaning lost", lambda: remeasured(writer__meaning__kept=0.5), [], "below bars.kept", "train a better one"),
    ("facts lost", lambda: remeasured(writer__facts__numbers=0.5), [], "writer.facts.numbers = 0.5 is below bars.facts",
     "train a better one"),
    ("harm", lambda: remeasured(writer__harm=0.3), [], "writer.harm = 0.3 is above bars.harm", "train a better one"),
    ("a proxy gap", lambda: remeasured(writer__proxy_gap=30.0), [], "above bars.gap", "train a better one"),
    ("nothing measured", lambda: remeasured(writer__meaning__kept=None), [], "writer.meaning.kept is not measured",
     "evaluate it"),
    ("no judge", lambda: remeasured(writer__win_rate=None), [], "how often the judge prefers", "with a judge"),
    ("no extraction test", lambda: remeasured(writer__extraction__exposure=None), [],
     "writer.extraction.exposure is not there", "evaluate with the extraction test"),
    ("an exposed canary", lambda: remeasured(writer__extraction__exposure=20.0), [], "above bars.exposure = 6",
     "train a better one"),
    ("completed posts", lambda: remeasured(writer__extraction__completed=0.3), [],
     "writer.extraction.completed = 0.3 is above bars.completed = 0.05", "train a better one"),
    ("a recited post", lambda: remeasured(writer__extraction__longest_run=40), [], "above bars.longest_run = 12",
     "train a better one"),
    ("no word of live evidence", no_live_evidence, [],
     "does not say whether there is live evidence", "evaluate again"),
    ("a control", controlled, [], "runs/train/shuffled/run.json: is a control (shuffled)", "name a scorer"),
    ("weights that are not finite", lambda: spoilt(float("nan")), [], "is not finite", "train again"),
    ("weights that do nothing", lambda: spoilt(0.0), [], "is all zeros", "train it"),
    ("no tokenizer", no_tokenizer, [],
     "runs/train/writer/adapter: holds no tokenizer", "train again"),
    ("no chat template", lambda: no_file("adapter/chat_template.jinja"), [], "holds no chat template", "train again"),
    ("another prompt", another_prompt, [], "the prompt rewrite has changed since this run", "check that version out"),
    ("another base here", lambda: redo(WRITER, base={"spec": "base", "revision": "0" * 12}), [],
     "was trained on base 000000000000", "install that base"),
    ("a path of this machine", lambda: redo(WRITER, settings=json.loads((WRITER / "run.json").read_text())["settings"]
                                            | {"data": ["/home/me/posts"]}), [],
     "settings.data names a path of this machine (/home/me/posts)", "relative"),
]  # fmt: skip

IN_FILES: list[tuple[str, Callable[[], object], list[str], str, str]] = [
    ("an e-mail address", nowhere, ["title=Ask me@town.example"], "README.md: holds an e-mail address", "take it out"),
    ("a path in the card", nowhere, ["title=From /home/me/posts"], "names a path of this machine (/home/me",
     "relative"),
    ("a quick start that fails", nowhere, ["try_example=true"], "README.md: its quick start does not work (",
     "try_example=false"),
]  # fmt: skip

PLAIN: list[tuple[str, Callable[[], object], list[str], str, str]] = [
    ("no report", lambda: shutil.rmtree(REPORT), [], "report = runs/evaluate/report: there is no report",
     "virality evaluate"),
    ("an unfinished report", lambda: redo(REPORT, state="running"), [], "runs/evaluate/report: this run has not ended",
     "continue it with"),
    ("an unfinished writer", lambda: redo(WRITER, state="running"), [], "runs/train/writer: this run has not ended",
     "continue it with"),
    ("a scorer", lambda: redo(WRITER, task="scorer"), [], "is a scorer's run", "only a writer is published"),
    ("a report of no writer", lambda: redo(REPORT, writer=None), [], "measured no writer", "writer=runs/train/writer"),
    ("another adapter", another_adapter, [],
     "measured another adapter", "virality evaluate CONFIG writer=runs/train/writer"),
    ("a report that is none", lambda: (REPORT / "report.json").write_text("{"), [], "report.json: cannot be read",
     "evaluate again"),
    ("no writer", lambda: shutil.rmtree(WRITER), [], "runs/train/writer: holds no run", "run the step"),
    ("no such licence file", nowhere, ["licence_file=gone.txt"], "licence_file = gone.txt: no such file",
     "name the text"),
    ("no name", nowhere, ["repo=writer"], "repo = writer: names no account", "write USER/NAME"),
    ("no revision", nowhere, ["revision=a b"], "revision = a b: is no name of a revision", "as v1 or step-1200"),
    ("no tag", nowhere, ["tag=../v1"], "tag = ../v1: is no name of a revision", "as v1"),
    ("no safetensors", lambda: redo(WRITER, outputs={}), [], "names no adapter/adapter_model.safetensors",
     "only safetensors"),
]  # fmt: skip


def lines(capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    """What a dry run of a push refuses with."""
    capsys.readouterr()
    assert main(["publish", "publish.yaml", "repo=someone/writer", "--dry-run", *more]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert not Path("runs/publish").exists()
    return [line for line in said.err.splitlines() if line.startswith("virality publish: ")]


def named(cases: list[Any]) -> dict[str, Any]:
    return {"argvalues": [case[1:] for case in cases], "ids": [case[0] for case in cases]}


_ASKED = ("break_", "more", "what", "way_out")


@pytest.mark.parametrize(_ASKED, **named(FIRM))
def test_nothing_overrides(capsys: pytest.CaptureFixture[str], break_: Callable[[], object], more: list[str],
                           what: str, way_out: str) -> None:  # fmt: skip
    break_()
    told = lines(capsys, *more, "--force", "because", "--allow-dirty")
    assert any(what in line and way_out in line for line in told)
    assert not any("--force" in line for line in told)


@pytest.mark.parametrize(_ASKED, **named(SOFT))
def test_a_reason_overrides(capsys: pytest.CaptureFixture[str], break_: Callable[[], object], more: list[str],
                            what: str, way_out: str) -> None:  # fmt: skip
    break_()
    (line,) = [line for line in lines(capsys, *more) if what in line]
    assert way_out in line
    assert line.endswith("(or --force REASON)")


@pytest.mark.parametrize(_ASKED, **named(IN_FILES))
def test_what_stands_in_files_is_seen_before_they_leave(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, break_: Callable[[], object], more: list[str],
    what: str, way_out: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    break_()
    (line,) = lines(capsys, "export=merged", *more)
    assert what in line
    assert way_out in line
    run = ["publish", "publish.yaml", "repo=someone/writer", "--dry-run", "export=merged", *more, "--force", "because"]
    assert main(run) == 0


@pytest.mark.parametrize(_ASKED, **named(PLAIN))
def test_without_it_there_is_nothing_to_publish(capsys: pytest.CaptureFixture[str], break_: Callable[[], object],
                                                more: list[str], what: str, way_out: str) -> None:  # fmt: skip
    break_()
    (line,) = lines(capsys, *more)
    assert what in line
    assert way_out in line


def test_everything_that_is_wrong_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    redo(WRITER, rights={"basis": {"x_api": 9}, "research_only": False}, dirty=True)
    (WRITER / "forgotten.json").write_text("{}")
    told = lines(capsys)
    assert len(told) == 4
    assert all("--force" not in line for line in told[:2])
    assert all(line.endswith("(or --force REASON)") for line in told[2:])


def test_a_force_without_a_reason_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = lines(capsys, "--force", "  ")
    assert "--force: needs a reason" in line


def test_a_reason_is_looked_into_like_everything_else(capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["export=merged", "title=Ask me@town.example"]):
        (line,) = lines(capsys, *more, "--force", f"because {HF}")
        assert "README.md: holds a token of Hugging Face" in line


def test_a_dirty_tree_is_allowed_by_its_own_word(capsys: pytest.CaptureFixture[str]) -> None:
    redo(WRITER, dirty=True)
    assert len(lines(capsys)) == 2
    assert len(lines(capsys, "--allow-dirty")) == 1


def test_a_file_that_is_too_large_is_told_before_it_is_sent() -> None:
    from publish.checks.contents import MOST_BYTES, large

    assert list(large(Path("model.safetensors"), MOST_BYTES)) == []
    (one,) = large(Path("model.safetensors"), MOST_BYTES + 10**9)
    assert str(one) == "model.safetensors: is 51 GB, and 50 GB is the most for one file; export=adapter"


def test_a_key_of_this_machine_is_found_whatever_it_looks_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from publish.checks import contents
    from publish.checks.contents import check, secrets

    monkeypatch.setenv("WANDB_API_KEY", "quite-plain-words-and-no-form")
    (tmp_path / "weights.safetensors").write_bytes(b"\0" * 1000 + b"quite-plain-words-and-no-form")
    (one,) = check(tmp_path, ["weights.safetensors"], None)
    assert "a key of this machine" in str(one)
    assert one.firm
    monkeypatch.setattr(contents, "_BLOCK", 1 << 12)
    (tmp_path / "split").write_bytes(b" " * ((1 << 12) - 10) + KEY.encode())
    assert secrets(tmp_path / "split") == ["a key of AWS"]


def test_every_key_of_this_machine_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from publish.checks.contents import check

    (tmp_path / "netrc").write_text("machine api.example login user password words-of-the-netrc-file\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("SOME_API_KEY", "words-of-the-environment")
    for key in ("words-of-the-netrc-file", "words-of-the-environment", privacy.author_key().hex()):
        (tmp_path / "README.md").write_text(f"with {key} in it")
        (one,) = check(tmp_path, ["README.md"], None)
        assert "a key of this machine" in str(one)


@pytest.mark.parametrize("path", ["/home/me/posts", "file:///home/me/posts", "/gpfs/me/posts", r"C:\Users\me\posts"])
def test_paths_of_machines_are_told_from_addresses(tmp_path: Path, path: str) -> None:
    from publish.checks.contents import check

    (tmp_path / "README.md").write_text(f"see https://town.example/data/posts and {path}")
    (one,) = check(tmp_path, ["README.md"], None)
    assert f"names a path of this machine ({path.removeprefix('file://').removesuffix('posts')[:-1]}" in str(one)


def test_a_licence_may_name_an_address_and_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    from publish.checks.contents import check

    (tmp_path / "LICENSE").write_text("Ask legal@maker.example")
    (tmp_path / "odd.md").write_bytes(b"\xff\xfe\x00")
    found = [str(one) for one in check(tmp_path, ["LICENSE", "odd.md"], None, licences=["LICENSE"])]
    assert found == [f"{tmp_path / 'odd.md'}: is no text in UTF-8; export it again, with --fresh"]


def test_who_asked_to_be_forgotten_since_is_looked_up_in_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from data_prep import register

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    key = privacy.author_key()
    for found in (
        register.Register(accounts=frozenset({"a" * 16})),
        register.Register(posts=frozenset({register.keyed(key, "post", "post2")})),
    ):
        register.write(found, key)
        (line,) = lines(capsys, "--force", "because")
        assert "1 rows that it learned from are of people who opted out since" in line
    register.write(register.Register(accounts=frozenset({"b" * 16})), key)
    assert main(["publish", "publish.yaml", "repo=someone/writer", "--dry-run", "--force", "because"]) == 0

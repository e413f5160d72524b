"""The one command. Rooms are named as strings and imported when their command is given."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from virality import __version__
from virality.errors import Interrupted, ViralityError, is_disk_full
from virality.progress import close_bars, stop
from virality.spelling import nearest

ROOMS = {
    "prepare": ("data_prep.run", "raw files -> posts, pairs and a data sheet"),
    "train": ("train.run", "pairs -> a scorer, or a writer's adapter"),
    "improve": ("train.improve", "a writer's own rewrites, gated and scored -> judged pairs to learn from"),
    "evaluate": ("eval.run", "writer, scorer and judge -> rewrites, scores and a report"),
    "sweep": ("eval.sweep.run", "a training config with many settings -> runs, ranked on validation"),
    "publish": ("publish.run", "a run and its report -> a folder or a repository with a card"),
}

_QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "TRL_DISABLE_TELEMETRY": "1",
    "WANDB_ERROR_REPORTING": "false",
    "WANDB_SILENT": "true",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "error",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 done, 2 the user's mistake, 75 interrupted, 1 our bug."""
    given = _given(arguments)
    for name, value in _QUIET.items():
        if name != "HF_HUB_DISABLE_PROGRESS_BARS" or given.command != "publish":  # it shows what is being sent
            os.environ.setdefault(name, value)
    before = _catch_termination()
    try:
        with warnings.catch_warnings():
            if not given.debug:
                warnings.simplefilter("ignore")
            return _dispatch(given)
    except ViralityError as error:
        return _tell(given.command, str(error), error.exit_code)
    except KeyboardInterrupt:
        return _tell(given.command, "interrupted; the same command continues", Interrupted.exit_code)
    except Exception as error:
        if is_disk_full(error):
            lines = f"{_where(error)}: the disk is full; free some space, then the same command continues"
            return _tell(given.command, lines, ViralityError.exit_code)
        traceback.print_exc()
        return 1
    finally:
        stop.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(command: str, mistakes: str, code: int) -> int:
    """One line on stderr for each mistake."""
    close_bars()
    for line in mistakes.splitlines():
        print(f"virality {command}: {line}", file=sys.stderr)
    return code


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line; `key=value` and posts may stand before and after the flags, which argparse does not allow."""
    parser = _parser()
    given, rest = parser.parse_known_args(arguments)
    many = next((name for name in ("overrides", "texts", "runs", "drafts") if name in given), None)
    dashes = rest.index("--") if "--" in rest else len(rest)
    strange = rest if many is None else [word for word in rest[:dashes] if word.startswith("-")]
    if strange:
        parser.error(f"unrecognized arguments: {' '.join(strange)}{_advice(strange[0], 'overrides' in given)}")
    if many is not None:
        setattr(given, many, [*getattr(given, many), *rest[:dashes], *rest[dashes + 1 :]])
    if many == "drafts" and len(given.drafts) > 1:
        parser.error(f"unrecognized arguments: {' '.join(given.drafts[1:])} (one draft; quote it)")
    return given


def _advice(strange: str, takes_settings: bool) -> str:
    """What an unknown flag was probably meant to be."""
    near = nearest(strange, ["--fresh", "--dry-run", "--debug", "--help"] if takes_settings else ["--debug", "--help"])
    if near or not takes_settings or not strange.startswith("--"):
        return near
    key, _, value = strange.removeprefix("--").partition("=")
    return f" (a setting has no dashes: {key}={value or 'VALUE'})"


def _catch_termination() -> dict[int, Any]:
    """Let SIGTERM interrupt like Ctrl-C. Returns the handlers to put back; none outside the main thread.

    While an optimiser runs, `train.launch.termination` has handlers of its own: the step is then ended and saved.
    """
    stop.clear()
    if threading.current_thread() is not threading.main_thread():
        return {}
    numbers = (signal.SIGTERM, signal.SIGINT)
    return {number: signal.signal(number, _terminate) or signal.SIG_DFL for number in numbers}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="virality", description="Train, measure and publish assistants that rewrite posts.",
        epilog="Every key of a config can be overridden: virality train CONFIG [MORE.yaml] lora.rank=32",
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"virality {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, text) in ROOMS.items():
        room = _command(commands, name, text)
        room.add_argument("config", type=Path, help="a YAML file in configs/")
        room.add_argument(
            "overrides", nargs="*", metavar="MORE.yaml|key=value", help="laid over the config: files, then values"
        )
        room.add_argument("--fresh", action="store_true", help="replace what an earlier run left")
        room.add_argument("--dry-run", action="store_true", help="check the settings and say what would be done")
        if name == "publish":
            room.add_argument("--allow-dirty", action="store_true", help="code that is not committed refuses nothing")
            room.add_argument("--force", metavar="REASON", help="overrides what may be; the card gives the reason")
    suggest = _command(commands, "suggest", "rewrites of a draft that passed every gate")
    suggest.add_argument("run", help="folder of a writer's run, or a base")
    suggest.add_argument("drafts", nargs="*", metavar="DRAFT", help="the post to rewrite; after -- with a dash first")
    suggest.add_argument("--file", type=Path, help="a table of posts, or a text with one a line, in place of a draft")
    suggest.add_argument("--out", type=Path, help="suggestion.json; of a file its answers (FILE.suggestions.jsonl)")
    suggest.add_argument("--platform", help="whose length limit holds (default: that of the training posts)")
    suggest.add_argument("--tone", default="as-is", help="as-is, plain, warm, witty, bold or formal")
    suggest.add_argument("--n", type=int, default=3, help="how many to show at most")
    suggest.add_argument("--samples", type=int, default=8, help="how many to generate and choose from")
    suggest.add_argument("--edits", type=int, default=8, help="candidates of the draft's own words, at most; 0: none")
    suggest.add_argument("--alt", metavar="TEXT", help="what the picture beside the post shows")
    suggest.add_argument("--history", type=Path, metavar="FILE", help="the author's own posts, for their voice")
    suggest.add_argument("--scorer", type=Path, metavar="RUN", help="that chooses (default: the writer's guide)")
    suggest.add_argument("--encoder", metavar="MODEL", help="of sentences, that gates may ask whether two say the same")
    suggest.add_argument("--entailment", metavar="MODEL", help="that gates may ask whether one text says the other")
    suggest.add_argument("--seed", type=int, default=0)
    suggest.add_argument("--raw", action="store_true", help="the writer's greedy text, before the gates")
    suggest.add_argument("--fresh", action="store_true", help="replace what another command left at --out")
    suggest.add_argument("--json", action="store_true", help="a JSON line a draft")
    score = _command(commands, "score", "which of two posts wins, and how sure")
    score.add_argument("run", type=Path, help="folder of a scorer's run")
    score.add_argument("texts", nargs="*", metavar="POST", help="two posts; after -- where one begins with a dash")
    score.add_argument("--file", type=Path, help="a table of posts in place of two texts: an answer to every row")
    score.add_argument("--out", type=Path, help=".parquet, .csv or .jsonl (default: FILE.scores.parquet)")
    score.add_argument("--columns", help="first=A,second=B or text=A, and id=C: what the file calls them")
    score.add_argument("--reasons", type=int, default=5, metavar="N", help="words and features a side; 0 for none")
    score.add_argument("--fresh", action="store_true", help="replace what another command left at --out")
    score.add_argument("--json", action="store_true", help="one JSON document")
    compare = _command(commands, "compare", "evaluation runs side by side, paired on the same examples")
    compare.add_argument(
        "runs", nargs="*", metavar="RUN", help="folders of two or more evaluation runs; name=NAME, out=DIR"
    )
    compare.add_argument("--fresh", action="store_true", help="replace what an earlier comparison left")
    rate = _command(commands, "rate", "a page on which a person chooses blindly between drafts and rewrites")
    rate.add_argument("run", type=Path, help="folder of a finished evaluation of a writer")
    rate.add_argument("overrides", nargs="*", metavar="key=value", help="rater=NAME, most=100, port=0")
    rate.add_argument("--results", action="store_true", help="no page: what the raters said, also into the report")
    serve = _command(commands, "serve", "a page that suggests rewrites, and the same for clients of OpenAI's API")
    serve.add_argument("run", help="folder of a writer's run, or a base")
    serve.add_argument("--scorer", type=Path, help="folder of a scorer's run (default: that of the writer)")
    serve.add_argument("--history", type=Path, help="a table of the author's own posts, whose voice is kept")
    serve.add_argument("--port", type=int, default=8600, help="0 takes a free one")
    serve.add_argument("--host", default="127.0.0.1", help="whom it listens to (default: this machine alone)")
    serve.add_argument("--token", help="what browsers and clients must know (beyond this machine: made where none is)")
    forget = _command(commands, "forget", "somebody's posts out of every file of every run, and for good")
    forget.add_argument("--author", action="append", default=[], metavar="NAME", help="an account, as raw data has it")
    forget.add_argument("--post", action="append", default=[], metavar="ID", help="a post's id")
    forget.add_argument("--file", type=Path, help="a CSV with a column author or post, or both")
    forget.add_argument("--runs", type=Path, dest="root", default=Path("runs"), help="folder of runs (default: runs)")
    forget.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")
    audit = _command(commands, "audit", "whether anything of those who were forgotten or opted out is in any file here")
    audit.add_argument("--runs", type=Path, dest="root", default=Path("runs"), help="folder of runs (default: runs)")
    audit.add_argument("--json", action="store_true", help="one JSON line")
    schemas = _command(commands, "schema", "what a config may say: JSON schema for editors, or markdown")
    schemas.add_argument("config", nargs="?", metavar="NAME", help="prepare, train.writer, ... (default: all)")
    schemas.add_argument("--out", type=Path, metavar="FOLDER", help="write each to FOLDER/NAME.json")
    schemas.add_argument("--markdown", action="store_true", help="docs/configuration.md instead")
    checks = _command(commands, "doctor", "what of this machine can be used, and what is missing")
    checks.add_argument("--json", action="store_true", help="one JSON line")
    return parser


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--debug", action="store_true", help="show the warnings of libraries")
    return parser


def _dispatch(given: argparse.Namespace) -> int:
    if given.command == "suggest":
        suggest = importlib.import_module("eval.suggest")
        wanted = suggest.Wanted(given.scorer, given.platform, given.tone, given.n, given.samples, given.edits,
                                given.alt, given.history, given.seed, given.encoder, given.entailment)  # fmt: skip
        return int(suggest.command(given.run, given.drafts, wanted, file=given.file, out=given.out, raw=given.raw,
                                   as_json=given.json, fresh=given.fresh))  # fmt: skip
    if given.command == "score":
        score = importlib.import_module("eval.score")
        return int(score.command(given.run, given.texts, file=given.file, out=given.out, columns=given.columns,
                                 reasons=given.reasons, fresh=given.fresh, as_document=given.json))  # fmt: skip
    if given.command == "compare":
        return int(importlib.import_module("eval.compare").command(given.runs, fresh=given.fresh))
    if given.command == "rate":
        return int(importlib.import_module("eval.rate").command(given.run, given.overrides, results=given.results))
    if given.command == "serve":
        serve = importlib.import_module("eval.serve")
        return int(serve.command(given.run, scorer=given.scorer, history=given.history, port=given.port,
                                 host=given.host, token=given.token))  # fmt: skip
    if given.command == "forget":
        forget = importlib.import_module("publish.forget")
        return int(forget.command(given.root, authors=given.author, posts=given.post, file=given.file,
                                  dry_run=given.dry_run))  # fmt: skip
    if given.command == "audit":
        return int(importlib.import_module("publish.audit").command(given.root, as_json=given.json))
    if given.command == "schema":
        schema = importlib.import_module("virality.schema")
        return int(schema.command(given.config, out=given.out, markdown=given.markdown))
    if given.command == "doctor":
        return int(importlib.import_module("virality.doctor").command(as_json=given.json))
    room = importlib.import_module(ROOMS[given.command][0])
    more = {"allow_dirty": given.allow_dirty, "force": given.force} if given.command == "publish" else {}
    room.run(given.config, given.overrides, fresh=given.fresh, dry_run=given.dry_run, **more)
    return 0


def _terminate(*_: object) -> None:
    if stop.is_set() and "LOCAL_RANK" in os.environ:
        return  # torchrun hands on the signal that this process got from the terminal or from SLURM already
    stop.set()  # where the exception is lost in a callback of some library, the next step ends the run
    raise KeyboardInterrupt


def _where(error: BaseException) -> str:
    return str(getattr(error, "filename", None) or Path.cwd())

"""`virality publish CONFIG to=FOLDER | repo=NAME`: weights, tokenizer, prompt, card, report and settings; no post."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from publish import card, checks, export, files
from publish.checks import Refusal, contents, licence, measured, rights, weights
from publish.evidence import Evidence, gather
from publish.local import absolute
from publish.settings import PublishSettings
from publish.snippet import program
from virality import hub, runs, upload
from virality.config import load
from virality.errors import ViralityError
from virality.gates.corpus import Corpus
from virality.models.base import Found, find, pinned
from virality.models.terms import Terms
from virality.progress import say


def run(
    config: Path,
    overrides: list[str],
    *,
    fresh: bool = False,
    dry_run: bool = False,
    allow_dirty: bool = False,
    force: str | None = None,
) -> Path:
    """Export or push what `config` names. Returns the folder.

    Args:
        config: a YAML of configs/publish/.
        overrides: laid over it.
        fresh: replace what an earlier run left.
        dry_run: say which files would be sent, and whether something refuses; nothing is left here or sent.
        allow_dirty: code that was not committed refuses nothing.
        force: a reason for which refusals are overridden, those that may be; it stands in the card.
    """
    settings = load(PublishSettings, config, overrides)
    if force is not None and not force.strip():
        raise ViralityError("--force: needs a reason, which the card then gives; --force 'REASON'")
    _refuse_place(settings)
    export.refuse(settings.export)
    evidence = gather(Path(settings.writer), Path(settings.report))
    found = _base(evidence)
    asked, text = licence.of_all(found, evidence), licence.text_of(found, settings.licence_file)
    refusals = list(_refusals(settings, evidence, found, asked, text, allow_dirty=allow_dirty))
    overridden = checks.forced(refusals, force) if settings.repo is not None else []
    if settings.repo is not None and not dry_run:
        hub.ready(settings.repo, private=settings.private)
    given = card.Asked(settings.title or evidence.writer["name"], settings.example, asked, settings.export,
                       settings.repo, settings.try_example, force, overridden, settings.bars.model_dump())  # fmt: skip
    more = {"force": force, "allow_dirty": allow_dirty, "overridden": [str(one) for one in overridden]}
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="virality-") as made:
            here = _open(settings, config, evidence, Path(made) / "export", more)
            refusals += _made(settings, here, evidence, given, text)
            print("\n".join(files.told(files.listed(here.folder))))
        _say_refused(settings, refusals)
        return _place(settings, config)
    here = _open(settings, config, evidence, _place(settings, config), more, fresh=fresh)
    refusals += _made(settings, here, evidence, given, text)
    if settings.repo is None:
        say(f"{here.folder}: exported" + (", not for distribution" if evidence.research_only or refusals else ""))
        _say_refused(settings, refusals)
        return here.folder
    _push(settings, settings.repo, here.folder, _again(config, overrides, allow_dirty, force))
    return here.folder


def _refuse_place(settings: PublishSettings) -> None:
    """Names that the hub would not take, told before anything else."""
    wrong = [("repo", settings.repo, hub.no_name), ("revision", settings.revision, hub.no_revision),
             ("tag", settings.tag, hub.no_revision)]  # fmt: skip
    lines = [f"{key} = {value}: {why}" for key, value, ask in wrong if value is not None and (why := ask(value))]
    if lines:
        raise ViralityError("\n".join(lines))


def _refusals(
    settings: PublishSettings, evidence: Evidence, found: Found, asked: Terms, text: Path | None, *, allow_dirty: bool
) -> Iterator[Refusal]:
    """Everything that speaks against a push and can be known before anything is written."""
    yield from rights.of_rows(evidence)
    yield from rights.of_people(evidence, [Path(one) for one in settings.opt_out])
    yield from licence.check(evidence, found, asked, settings.repo or "user/name", private=settings.private, text=text,
                             needed=settings.export == "adapter")  # fmt: skip
    yield from weights.check(evidence, found)
    yield from measured.of_figures(evidence, settings.bars)
    yield from measured.of_circumstances(evidence, allow_dirty=allow_dirty)
    yield from measured.of_index(evidence)
    for folder, document in ((evidence.folder, evidence.writer), (evidence.measured, evidence.evaluation)):
        for key, path in absolute(document["settings"]):
            what = f"settings.{key} names a path of this machine ({path})"
            yield Refusal(f"{folder}/run.json", what, "run it again with a path that is relative")


def _base(evidence: Evidence) -> Found:
    named, settings = evidence.writer["base"], evidence.writer["settings"]
    found = find(named["spec"], trust_remote_code=bool(settings.get("trust_remote_code")))
    return pinned(found, named["revision"]) if named["revision"] else found


def _place(settings: PublishSettings, config: Path) -> Path:
    return Path(settings.to) if settings.to else Path("runs") / "publish" / (settings.name or config.stem)


def _open(
    settings: PublishSettings,
    config: Path,
    evidence: Evidence,
    folder: Path,
    more: Mapping[str, object],
    *,
    fresh: bool = False,
) -> runs.Run:
    inputs = {str(path): runs.digest(path) for path in (evidence.folder, evidence.measured)}
    said = {**settings.of_the_files(), **more}
    return runs.start("publish", settings.name or config.stem, settings=said, inputs=inputs, out=folder, fresh=fresh)


def _made(
    settings: PublishSettings, here: runs.Run, evidence: Evidence, given: card.Asked, text: Path | None
) -> list[Refusal]:
    """Write what is exported and look into it. Returns what refuses in the files.

    Raises:
        ViralityError: a push is asked for, and a file holds what must not leave, or the card's program does not work;
            nothing of it stays.
    """
    if not here.finished:
        export.write(settings.export, evidence.folder, evidence.writer, here)
        files.write(evidence, given.terms, text, here)
        _write_card(here, evidence, given)
    found = _looked_into(settings, here.folder, evidence)
    try:
        overridden = checks.forced(found, given.reason) if settings.repo is not None else []
        if overridden and not here.finished:  # the card says so, and is a file too
            _write_card(here, evidence, replace(given, tried=False, overridden=[*given.overridden, *overridden]))
            checks.forced(_looked_into(settings, here.folder, evidence), given.reason)
    except ViralityError:
        shutil.rmtree(here.folder)
        raise
    if not here.finished:
        here.finish(rights=evidence.writer["rights"] | {"research_only": evidence.research_only})
    return found


def _write_card(here: runs.Run, evidence: Evidence, given: card.Asked) -> None:
    with here.file(files.CARD) as path:
        path.write_text(card.card(evidence, given), encoding="utf-8")


def _looked_into(settings: PublishSettings, folder: Path, evidence: Evidence) -> list[Refusal]:
    """What refuses in the files themselves, and a quick start that does not work."""
    found = list(contents.check(folder, files.names(folder), Corpus.beside(evidence.folder), licences=(files.LICENCE,)))
    if settings.repo is None or not settings.try_example or found:
        return found
    wrong = export.run_alone(program(evidence.writer["base"], settings.example, settings.export), folder)
    what, way_out = f"its quick start does not work ({wrong})", "mend what it says, or try_example=false"
    return [Refusal(f"{folder}/{files.CARD}", what, way_out)] if wrong else []


def _say_refused(settings: PublishSettings, refusals: Sequence[Refusal]) -> None:
    if settings.repo is None and refusals:
        say("  a push (repo=) would be refused:\n" + "\n".join(f"    {line}" for line in checks.told(refusals)))


def _again(config: Path, overrides: Sequence[str], allow_dirty: bool, force: str | None) -> str:
    more = [*(["--allow-dirty"] if allow_dirty else []), *(["--force", force] if force is not None else [])]
    return shlex.join(["virality", "publish", str(config), *overrides, *more])


def _push(settings: PublishSettings, repo: str, folder: Path, again: str) -> None:
    """Send what lies in the folder.

    Raises:
        ViralityError: it could not be sent; what lies here stays, and the command that repeats it is told.
    """
    names = [one.path for one in files.listed(folder)]
    say(f"  sending {len(names)} files to {repo}{' (private)' if settings.private else ''}")
    try:
        sent = upload.send(repo, folder, names, message=f"virality publish: {settings.tag or folder.name}",
                           revision=settings.revision, tag=settings.tag)  # fmt: skip
    except ViralityError as error:
        raise ViralityError(f"{error}; all of it lies in {folder}; this sends the rest: {again}") from error
    say(f"{sent.address}: published, commit {sent.commit[:12]}")
    if sent.others:
        say(f"  {len(sent.others)} other files lie there too: {', '.join(sent.others[:5])}")

"""What a report says beside its figures: the corpus, the limits a reader must know, what was run on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data_prep.records import Pair
from eval.records import Corpus
from eval.settings import EvaluateSettings
from eval.steps import RewriteRow
from eval.systems import System
from virality import circumstances, runs
from virality.gates import VERSION, Context, gates_hash

_NO_LIVE = (
    "No live evidence: a scorer's preference is not an audience's. The largest published effect of this kind, in "
    "ten weeks of live advertising, is +6.7% clicks."
)


def corpus(name: str, facts: Mapping[str, Any]) -> Corpus:
    """What the report was measured on, as its datasheet.json says."""
    return Corpus(
        name=name,
        posts=facts["kept"],
        dropped=sum(facts["dropped"].values()),
        accounts=facts["accounts"]["count"],
        first_post=facts["first_post"],
        last_post=facts["last_post"],
        languages=facts["languages"],
        rights=facts["rights"],
        research_only=facts["research_only"],
        pairs=facts["pairs"],
        components=facts["components"],
        largest_component=facts["largest_component"],
        leaks=facts["leaks"],
    )


def limits(
    facts: Mapping[str, Any], pairs: Sequence[Pair], *, research_only: bool, rewritten: bool, live: bool = False
) -> list[str]:
    """What a reader must know before believing a figure.

    Args:
        facts: of datasheet.json.
        pairs: of the test split.
        research_only: whether the rights of any input forbid publishing.
        rewritten: whether a writer is measured.
        live: whether the counts of a real test are given.
    """
    out = [] if live else [_NO_LIVE]
    if research_only:
        out.append("Research only: the rights basis of these posts does not allow publishing what was trained on them.")
    if facts["accounts"]["count"] <= 1:
        named = "One account" if facts["accounts"]["count"] else "No account is named"
        out.append(f"{named}: nothing here says how it would be for others.")
    if all(pair.author_id is None for pair in pairs):
        out.append("The corpus names no authors, so one author may stand in the training part and in the test.")
    components = len({pair.component for pair in pairs})
    if components < 30:
        out.append(
            f"Only {components} component{'s' * (components != 1)} in the test: intervals from so few are too narrow."
        )
    if rewritten:
        out.append(
            "Names are told by capitals and meaning by words: the gates cannot see a synonym, nor a claim made of "
            "old words."
        )
    return out


def of_scorer(unseen: Mapping[str, int], pairs: int, control: str | None) -> list[str]:
    """What a reader must know of the scorer itself.

    Args:
        unseen: language that it never saw -> test pairs in it.
        pairs: of the test.
        control: which one it is; None: it is none.
    """
    out = [f"The scorer never saw {lang}, the language of {count:,} of the {pairs:,} test pairs."
           for lang, count in unseen.items()]  # fmt: skip
    if control is not None:
        out.append(f"The scorer is itself a control ({control}): its figures are to be read beside another's.")
    return out


def engines(rows: Mapping[str, Sequence[RewriteRow]]) -> dict[str, str]:
    """What ran the model of each system, for the provenance; nothing of systems that asked none."""
    ran = {name: sorted({row.engine for row in mine} - {""}) for name, mine in rows.items()}
    return {f"engine of {name}": ", ".join(mine) for name, mine in ran.items() if mine}


def asked(settings: EvaluateSettings, held: Context) -> dict[str, str]:
    """How rewrites were sampled, and the gates' settings that differ from the defaults, for the provenance."""
    led = [f"a copy penalty of {settings.copy_penalty:g} nats"] if settings.copy_penalty else []
    led += ["each beginning otherwise"] if settings.distinct_starts else []
    led += ["English word by word as it can be accounted for"] if settings.gates.accounted else []
    sampled = [f"{settings.samples} of each draft", f"temperature {settings.temperature:g}", *led]
    changed = settings.gates.model_dump(exclude_defaults=True)
    told = [f"{name} {value}" for name, value in changed.items()] or ["defaults"]
    return {
        "sampling": ", ".join(sampled),
        "gates": ", ".join([f"version {VERSION}", f"hash {gates_hash(held)}", *told]),
    }


def provenance(
    document: Mapping[str, Any], inputs: Mapping[str, str], scorers: Mapping[str, str | None], writer: System | None
) -> dict[str, str]:
    """What was run on what: commit, machine, versions, hashes, seconds; name -> value.

    Args:
        document: this run's run.json so far.
        inputs: folder -> SHA-256.
        scorers: part -> the run of its scorer, None where there is none.
        writer: the system that is measured.
    """
    out = {
        "commit": f"{document['commit']}{' (dirty)' if document['dirty'] else ''}",
        "machine": document["machine"],
        **{f"version of {name}": version for name, version in document["versions"].items()},
        **{f"sha256 of {folder}": sha[:16] for folder, sha in inputs.items()},
    }
    run = None if writer is None else writer.run
    for label, folder in (*scorers.items(), ("writer", run)):
        if folder is not None:
            made = runs.finished(Path(folder))
            out[label] = str(folder)
            out[f"{label}: seconds to train"] = f"{made['seconds']:.0f}"
            out[f"{label}: energy to train"] = circumstances.energy(made["seconds"], made["machine"])
            out[f"{label}: commit"] = str(made["commit"])
    if writer is not None:
        out["writer"] = writer.spec
    if run is not None:
        made = runs.finished(run)
        out["base"] = f"{made['base']['spec']} {made['base']['revision']}"
        whole = made["outputs"]["adapter/adapter_model.safetensors"]["sha256"]
        out["adapter sha256"] = str(writer.digest) if writer is not None and writer.kind == "checkpoint" else whole
        out["prompt"] = f"{made['prompt']['name']} {made['prompt']['hash']}"
    out["seed"] = str(document["seed"])
    return out

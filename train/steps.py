"""The work of this room on plain values: read pairs, load what was trained. `train.fit` trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from data_prep.records import Pair, pair_schema
from data_prep.rights import count, refuse_training
from data_prep.sources.table import identifier
from train import adapters, scorers
from train.launch import sharding
from virality import ledger, runs, tables
from virality.errors import ViralityError
from virality.models import vllm_engine
from virality.models.base import Found, Head, find, load_model, load_tokenizer, loaded, pinned
from virality.models.precision import Precision, choose, device, quantisation
from virality.models.prompts import Prompt, load_prompt
from virality.models.vllm_engine import Engine, EngineSetting
from virality.progress import say


@dataclass(frozen=True, slots=True)
class Data:
    """Pairs of one or more prepared or improve runs, with what their rights allow."""

    pairs: list[Pair]
    basis: dict[str, int]
    research_only: bool

    @property
    def rights(self) -> dict[str, Any]:
        """As run.json keeps them."""
        return {"basis": self.basis, "research_only": self.research_only}


def rights_with(data: Data, *, continues: str | None = None, asks: Sequence[str] = ()) -> dict[str, Any]:
    """Rights of what is made of `data`, as run.json keeps them.

    Args:
        data: pairs that are learned.
        continues: a run whose adapter goes on: its rows count too.
        asks: runs that chose or wrote: research_only of one of them is research_only of what it made.
    """
    before = {} if continues is None else runs.finished(Path(continues))["rights"]["basis"]
    basis = {name: data.basis.get(name, 0) + before.get(name, 0) for name in {**data.basis, **before}}
    others = [Path(run) for run in (*([continues] if continues is not None else []), *asks)]
    return {"basis": basis, "research_only": data.research_only or runs.research_only(others)}


def read_pairs(folders: Sequence[str]) -> Data:
    """Pairs of finished runs that hold a pairs.parquet.

    Raises:
        ViralityError: a run is missing or unfinished, has no pairs, or its rights do not allow training.
    """
    pairs: list[Pair] = []
    barred = runs.research_only([Path(folder) for folder in folders])
    for folder in folders:
        mine = tables.read(Path(folder) / "pairs.parquet", pair_schema(), Pair)
        refuse_training(count(pair.rights for pair in mine), runs.research_only([Path(folder)]), folder)
        pairs.extend(mine)
    if not pairs:
        raise ViralityError(f"data: {', '.join(folders)}: no pair in it")
    return Data(pairs, count(pair.rights for pair in pairs), barred)


@dataclass(frozen=True, slots=True)
class Writer:
    """A base model, its tokenizer and prompt, and the adapter on it, if any.

    Fields:
        model: ready for inference, as its engine has it; None where it is not loaded yet.
        base: which weights.
        prompt: how a draft is put to it.
        name: `<base>` or `<base>@<run>`.
        revision: of base and adapter: says which weights spoke.
        platform: of the posts it was trained on; None where they had none.
        languages: language -> pairs it was trained on; empty for a base model.
        engine: what runs the model.
    """

    model: Any
    tokenizer: Any
    base: Found
    prompt: Prompt
    name: str
    revision: str
    platform: str | None = None
    languages: dict[str, int] = field(default_factory=dict)
    engine: Engine = "transformers"


def load_base(
    spec: str,
    prompt: str,
    *,
    precision: Precision = "auto",
    revision: str | None = None,
    bits: Literal[4] | None = None,
    head: Head = "lm",
    seed: int = 0,
    trust_remote_code: bool = False,
) -> Writer:
    """A base model without an adapter, asked with `prompt`; a hub's at `revision`, where that is given."""
    asked = open_base(spec, prompt, revision=revision, trust_remote_code=trust_remote_code)
    return with_weights(asked, precision=precision, bits=bits, head=head, seed=seed)


def open_base(spec: str, prompt: str, *, revision: str | None = None, trust_remote_code: bool = False) -> Writer:
    """The tokenizer of a base and the prompt that it is asked with; the model is None until `with_weights`."""
    found = find(spec, trust_remote_code=trust_remote_code)
    found = found if revision is None else pinned(found, revision)
    return Writer(None, load_tokenizer(found), found, load_prompt(prompt), found.spec, str(found.revision))


def with_weights(
    asked: Writer, *, precision: Precision = "auto", bits: Literal[4] | None = None, head: Head = "lm", seed: int = 0
) -> Writer:
    """What `open_base` gave, with its model."""
    place = "cpu" if sharding.asked() else device()  # what does not fit on one GPU is split on its way to several
    model = load_model(asked.base, choose(precision), place, head=head, quantised=quantisation(bits), seed=seed)
    found = loaded(asked.base, model)
    return replace(asked, model=model, base=found, revision=str(found.revision))


def ready_to_write(
    asked: Writer,
    adapter: Path | None = None,
    *,
    precision: Precision = "auto",
    merge: bool = True,
    engine: EngineSetting = "transformers",
) -> Writer:
    """What `open_base` gave, with its model under the adapter of a folder, if any.

    Raises:
        ViralityError: the adapter does not fit the base, or vLLM is asked for by name and is not to be had.
    """
    served = vllm_engine.serve(engine, asked.base, asked.tokenizer, adapter, precision)
    if served is not None:
        found = loaded(asked.base, served)
        return replace(asked, model=served, base=found, revision=str(found.revision), engine="vllm")
    ready = with_weights(asked, precision=precision)
    if adapter is None:
        return ready
    model = adapters.load(ready.model, adapter, trainable=False)
    return replace(ready, model=(adapters.merged(model) if merge else model).eval())


def load_writer(
    run: Path,
    *,
    checkpoint: str | None = None,
    precision: Precision = "auto",
    merge: bool = True,
    engine: EngineSetting = "transformers",
) -> Writer:
    """The writer that a `train` run made.

    Args:
        run: its folder.
        checkpoint: what it was on the way: the name of a folder in checkpoints/.
        precision: auto, fp32 or bf16.
        merge: fold the adapter into the base: faster to generate with, the same text but for rounding.
        engine: transformers; auto: vLLM where it is installed, a GPU is seen and it can serve this; vllm.

    Raises:
        ViralityError: the run is no writer's, or its base is not here or has changed since.
    """
    document = runs.finished(run, "train")
    _warn_of_forgotten(run)
    if document.get("task") != "writer":
        raise ViralityError(f"{run}: is a {document.get('task')}'s run, and a writer's is needed here")
    named = document["base"]
    base = open_base(named["spec"], document["prompt"]["name"], revision=named["revision"],
                     trust_remote_code=bool(document["settings"].get("trust_remote_code")))  # fmt: skip
    if base.base.revision != named["revision"]:
        raise ViralityError(f"{run}: was trained on {named['spec']} {named['revision']}, and "
                            f"{base.base.revision} is installed; train it again")  # fmt: skip
    if base.prompt.hash != document["prompt"]["hash"]:
        raise ViralityError(f"{run}: the prompt {base.prompt.name} has changed since this run; train it again")
    folder = "adapter" if checkpoint is None else f"checkpoints/{checkpoint}"
    weights = f"{folder}/adapter_model.safetensors"
    adapter = document["outputs"].get(weights, {}).get("sha256")
    if not (run / weights).is_file() or runs.sha256(run / weights) != adapter:
        raise ViralityError(f"{run / weights}: missing or changed since it was written; train it again")
    ready = ready_to_write(base, run / folder, precision=precision, merge=merge, engine=engine)
    return replace(
        ready,
        name=f"{base.base.spec}@{document['name']}{'' if checkpoint is None else f'/{checkpoint}'}",
        revision=f"{ready.revision}+{adapter[:12]}",
        platform=document.get("platform"),
        languages=document.get("languages", {}),
    )


def _warn_of_forgotten(run: Path) -> None:
    if (why := ledger.forgotten(run)) is not None:
        say(f"  {why}")


def load_scorer(run: Path) -> scorers.Scorer:
    """The scorer that a `train` run made."""
    document = runs.finished(run, "train")
    _warn_of_forgotten(run)
    if document.get("task") != "scorer":
        raise ViralityError(f"{run}: is a {document.get('task')}'s run, and a scorer's is needed here")
    listed = document["outputs"].get(f"scorer/{scorers.FILE}")
    if listed is None:
        raise ViralityError(f"{run}: its run.json names no scorer; train it again")
    return scorers.load(run / "scorer", listed["sha256"])


def few(pairs: Sequence[Pair], most: int, seed: int) -> list[Pair]:
    """At most `most` of the pairs, drawn by the seed, in their order."""
    drawn = sorted(range(len(pairs)), key=lambda at: identifier(seed, pairs[at].pair_id))[:most]
    return [pairs[at] for at in sorted(drawn)]

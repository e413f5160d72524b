"""Settings of `virality publish`: what a file in configs/publish/ may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from train.settings import Folders
from virality.config import Settings


class Bars(Settings):
    """What a report must show of the writer, at least, for it to be pushed; null: it is not asked."""

    suggested: float | None = Field(0.2, ge=0, le=1)
    """Least share of drafts with a rewrite that passed every gate."""
    kept: float | None = Field(0.9, ge=0, le=1)
    """Least share of returned rewrites that say all that the draft says."""
    facts: float | None = Field(0.95, ge=0, le=1)
    """Least mean F1 of the facts of draft and rewrite (numbers, links, names ...): of each kind by itself."""
    harm: float | None = Field(0.1, ge=0, le=1)
    """Greatest share of returned rewrites with more bait, clickbait, insults or noise than their draft."""
    gap: float | None = Field(10.0, ge=0)
    """Greatest proxy gap in percentage points: the opinion of the scorer that chooses, less the judge's."""
    exposure: float | None = Field(6.0, ge=0)
    """Extraction test: greatest mean exposure of planted canaries, in bits; chance gives 1.4, and 20 is all."""
    completed: float | None = Field(0.05, ge=0, le=1)
    """Extraction test: greatest share of training posts that are completed word for word from their first half."""
    longest_run: int | None = Field(12, ge=0)
    """Extraction test: most words in a row that the writer repeats from what it learned from."""


class PublishSettings(Settings):
    """A writer's run and its report -> a folder with a card, or a repository on the hub."""

    name: str | None = None
    """Of the run; the config's stem by default."""
    writer: str
    """A writer's run."""
    report: str
    """The evaluate run that measured it."""
    to: str | None = None
    """A folder: a local export."""
    repo: str | None = None
    """A repository on the hub, `user/name`; made where it is not there."""
    private: bool = True
    """false: everybody may see the repository."""
    revision: str = "main"
    """The branch of the repository that it goes to; made where it is not there."""
    tag: str | None = None
    """A name for what was sent, as v1; it never moves."""
    export: Literal["adapter", "merged", "gguf"] = "adapter"
    """merged: the base with the adapter in its weights. gguf: that as one file for llama.cpp, by its own converter."""
    title: str | None = None
    """Of the card; the run's name by default."""
    example: str = Field(
        "Our summer sale starts on Friday at 9 am in all 12 shops: https://shop.example/sale", min_length=1
    )
    """The draft in the card's quick start."""
    try_example: bool = True
    """Run the card's quick start, word for word, in a process of its own before anything is sent."""
    opt_out: Folders = ()
    """Lists of accounts, handles and post ids that must not be in it, one a line; those of the data are read too."""
    licence_file: str | None = None
    """The text of the base's licence, where it must go along and does not lie beside the base."""
    bars: Bars = Bars()
    """What the report must show."""

    @model_validator(mode="after")
    def _somewhere(self) -> PublishSettings:
        if (self.to is None) == (self.repo is None):
            raise ValueError("name where it goes: to=FOLDER for a local export, or repo=USER/NAME")
        return self

    def of_the_files(self) -> dict[str, object]:
        """Those that decide what is in the files: not where they go."""
        return self.model_dump(mode="json", exclude={"to", "private", "revision", "tag", "opt_out"})

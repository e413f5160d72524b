"""Settings of `virality publish`: what a file in configs/publish/ may say."""

from __future__ import annotations

from pydantic import Field, model_validator

from virality.config import Settings


class PublishSettings(Settings):
    """A writer's run and its report -> a folder with a card."""

    name: str | None = None
    """Of the run; the config's stem by default."""
    writer: str
    """A writer's run."""
    report: str
    """The evaluate run that measured it."""
    to: str | None = None
    """A folder: a local export."""
    repo: str | None = None
    """A repository on the hub, `user/name`."""
    title: str | None = None
    """Of the card; the run's name by default."""
    example: str = Field(
        "Our summer sale starts on Friday at 9 am in all 12 shops: https://shop.example/sale", min_length=1
    )
    """The draft in the card's quick start."""

    @model_validator(mode="after")
    def _somewhere(self) -> PublishSettings:
        if (self.to is None) == (self.repo is None):
            raise ValueError("name where it goes: to=FOLDER for a local export, or repo=USER/NAME")
        return self

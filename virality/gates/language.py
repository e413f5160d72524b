"""The language and the script of the draft are kept."""

from __future__ import annotations

from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.text.lang import detect, script

GATE = "language"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where script or detected language differ; 'not_checked' where a language cannot be told."""
    scripts = script(draft), script(rewrite)
    if None not in scripts and scripts[0] != scripts[1] and not _japanese(*scripts):
        return failed(GATE, f"the script changes from {scripts[0]} to {scripts[1]}", *map(str, scripts))
    before, after = context.lang or detect(draft), detect(rewrite)
    if before is None or after is None:
        which = "draft" if before is None else "rewrite"
        return not_checked(GATE, f"the language of the {which} cannot be told: too short, or not known")
    if before != after:
        return failed(GATE, f"the language changes from {before} to {after}", before, after)
    return Verdict(GATE, "pass")


def _japanese(*scripts: str | None) -> bool:
    return set(scripts) == {"han", "kana"}

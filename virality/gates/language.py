"""The language and the script of the draft are kept, in the whole and in each part."""

from __future__ import annotations

from virality.gates.verdict import Context, Verdict, failed, listed, not_checked
from virality.text.foreign import foreign_part, mixed_words, other_script
from virality.text.lang import detect, script

GATE = "language"
_MOST_NAMES = 3


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where script or language differ, also in a part: a clause in another language, words of another script.

    Brand names, hashtags, handles and a loan word in another script pass, and whatever the draft writes so
    itself. 'not_checked' where a language cannot be told.
    """
    scripts = script(draft), script(rewrite)
    if None not in scripts and scripts[0] != scripts[1] and not _japanese(*scripts):
        return failed(GATE, f"the script changes from {scripts[0]} to {scripts[1]}", *map(str, scripts))
    if mixed := mixed_words(rewrite, draft):
        return failed(GATE, f"letters of two scripts in one word: {listed(mixed)}", *mixed)
    strange = other_script(rewrite, draft)
    if len(strange) > _MOST_NAMES or sum(not word[0].isupper() for word in strange) > 1:
        return failed(GATE, f"words of another script than {scripts[0]}: {listed(strange)}", *strange)
    before, after = context.lang or detect(draft), detect(rewrite)
    if before is not None and (clause := foreign_part(rewrite, draft, before)):
        return failed(GATE, f"a part is not in {before}: {clause!r}", clause)
    if before is None or after is None:
        which = "draft" if before is None else "rewrite"
        return not_checked(GATE, f"the language of the {which} cannot be told: too short, or not known")
    if before != after:
        return failed(GATE, f"the language changes from {before} to {after}", before, after)
    return Verdict(GATE, "pass")


def _japanese(*scripts: str | None) -> bool:
    return set(scripts) == {"han", "kana"}

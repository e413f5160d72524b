"""The rewrite fits its platform and stays near the length of the draft."""

from __future__ import annotations

from virality.gates.verdict import Context, Verdict, failed
from virality.text.platforms import LIMITS, length

GATE = "length"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails over the platform's limit, beyond `max_growth` and `growth_slack`, or under `min_length`.

    The platform's limit is in the platform's unit, the others are in code points.

    Raises:
        ViralityError: the context names an unknown platform.
    """
    if context.platform is not None:
        size = length(rewrite, context.platform)
        if size > (limit := LIMITS[context.platform]):
            reason = f"{size} characters as {context.platform} counts, the limit is {limit}"
            return failed(GATE, reason, str(size))
    before, after = len(draft), len(rewrite)
    if after > context.max_growth * before + context.growth_slack:
        return failed(GATE, f"{after} characters, the draft has {before}: too long", str(after))
    if after < context.min_length * before:
        return failed(GATE, f"{after} characters, the draft has {before}: too short", str(after))
    return Verdict(GATE, "pass")

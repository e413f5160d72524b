"""The rewrite fits its platform and stays near the length of the draft."""

from __future__ import annotations

from virality.gates.verdict import Context, Verdict, failed
from virality.text.platforms import excess

GATE = "length"


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails over a limit of the platform, beyond `max_growth` and `growth_slack`, or under `min_length`.

    The platform's limits are in its own units (characters, bytes, hashtags), the others in code points.

    Raises:
        ViralityError: the context names an unknown platform.
    """
    if context.platform is not None and (reason := excess(rewrite, context.platform)):
        return failed(GATE, reason, reason.split()[0])
    before, after = len(draft), len(rewrite)
    if after > context.max_growth * before + context.growth_slack:
        return failed(GATE, f"{after} characters, the draft has {before}: too long", str(after))
    if after < context.min_length * before:
        return failed(GATE, f"{after} characters, the draft has {before}: too short", str(after))
    return Verdict(GATE, "pass")

"""All that is said of the texts that one system returned: preservation, honesty and net gain, voice, diversity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval import diversity, honesty, metrics, preservation, voice
from eval.outcomes import Outcome
from eval.place import Place
from eval.records import Figure
from eval.returned import Returned
from eval.steps import Draft
from virality.models.encoder import Encoder


def figures(
    chosen: Sequence[Draft],
    outcomes: Sequence[Outcome],
    accounts: voice.Accounts,
    place: Place,
    seed: int,
    suffix: str = "",
    encoder: Encoder | None = None,
) -> list[Figure]:
    """Figures of the returned rewrites; each is missing, with its reason, where nothing tells.

    Args:
        chosen: the drafts.
        outcomes: of one system, in the order of the drafts.
        accounts: who wrote what, from the measured pairs.
        place: shared fields; family is the judge's.
        seed: of bootstraps.
        suffix: ends the figures' names: '' for the writer, '.base' for the base model.
        encoder: of English and Arabic, for the stand-in for entailment; None = words alone.
    """
    back = [(draft, one) for draft, one in zip(chosen, outcomes, strict=True) if one.judge is not None]
    returned = Returned(
        drafts=[one.draft for _, one in back],
        rewrites=[one.text for _, one in back],
        components=[one.component for _, one in back],
        langs=[draft.lang for draft, _ in back],
        place=place,
        seed=seed,
        suffix=suffix,
    )
    gain = metrics.log_odds(np.asarray([one.judge for _, one in back], dtype=np.float64))
    owners = [accounts.of_post.get(draft.example_id) for draft, _ in back]
    return [
        *preservation.figures(returned, encoder),
        *honesty.figures(returned),
        *honesty.net_gain(returned, gain),
        *voice.figures(returned, owners, accounts.posts),
        *diversity.figures(returned),
    ]

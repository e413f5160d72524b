"""A second judge, of another family than the first: does the gain survive it, and do the two agree?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.outcomes import Outcome
from eval.place import Place
from eval.records import Figure
from train.scorers import Scorer
from virality.statistics import share

NAME = "writer.second_judge"


def figures(results: Mapping[str, Sequence[Outcome]], judge: Scorer, place: Place, seed: int) -> list[Figure]:
    """Drafts improved by the second judge's word, for each system; and of the writer, how often both judges agree.

    Args:
        results: system -> what became of each draft, `writer` first.
        judge: the second.
        place: shared fields; the family is replaced by the second judge's.
        seed: of bootstraps.
    """
    out = []
    for name, outcomes in results.items():
        suffix = "" if name == "writer" else f".{name}"
        clusters = [one.component for one in outcomes]
        back = [at for at, one in enumerate(outcomes) if one.returned is not None]
        said = judge.probability([outcomes[at].text for at in back], [outcomes[at].draft for at in back]).tolist()
        p = dict(zip(back, said, strict=True))
        won = share([float(p.get(at, 0.0) > 0.5) for at in range(len(outcomes))], clusters, seed)
        note = "of all drafts, the second judge prefers the returned rewrite; nothing returned counts as a loss"
        out.append(place.figure(f"{NAME}.win_rate{suffix}", won, note=note))
        if name == "writer":
            out += _of_writer(outcomes, p, place, seed)
    return out


def _of_writer(outcomes: Sequence[Outcome], p: Mapping[int, float], place: Place, seed: int) -> list[Figure]:
    clusters = [one.component for one in outcomes]
    half = share([float(p[at] > 0.5) if at in p else 0.5 for at in range(len(outcomes))], clusters, seed)
    note = "by the second judge; the draft itself, where nothing was returned, counts half"
    made = [place.figure(f"{NAME}.versus_draft", half, note=note)]
    both = [(float(outcomes[at].improved == (p[at] > 0.5)), clusters[at]) for at in p]
    if not both:
        return [*made, place.missing(f"{NAME}.agreement", "nothing was returned", subset="returned")]
    agreed = share([float(same) for same, _ in both], [component for _, component in both], seed)
    return [*made, place.figure(f"{NAME}.agreement", agreed, subset="returned", note="both judges say the same")]

"""datasheet.html: what a corpus is, which pairs came of it, how sure they are and what to expect. Names nobody.

The page prints what datasheet.json says. A key that is missing was not counted, and is called so: null is not zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from data_prep.datasheet.certainty import certainty
from data_prep.datasheet.engagement import engagement, explained
from data_prep.datasheet.examples import examples
from data_prep.datasheet.expectations import expectations
from data_prep.datasheet.model import model
from data_prep.datasheet.overview import overview
from data_prep.datasheet.pairs import pairs
from data_prep.datasheet.posts import dropped, rights, who_and_when
from data_prep.datasheet.splits import splits
from virality.page import document

_CONTENTS = {
    "dropped": "Dropped",
    "who": "Who and when",
    "engagement": "Engagement",
    "explained": "What explains it",
    "model": "The model",
    "pairs": "Pairs",
    "certainty": "Certainty",
    "examples": "Examples",
    "splits": "Splits",
    "rights": "Rights",
    "expectations": "What to expect",
}
_CSS = """
.alarm { border-left: 4px solid var(--bad); background: var(--removed); }
.alarm { padding: 0.7rem 1rem; max-width: none; margin-bottom: 0.9rem; }
.alarm ul { margin: 0.4rem 0 0; }
.alarm strong { color: var(--bad); }
.mild { border-color: var(--unsure); background: var(--faint); }
.overview .scroll table { font-size: 0.86rem; }
.claims { margin-bottom: 1.2rem; }
.claims li { grid-template-columns: 6.4rem minmax(0, 1fr) auto; }
.sides { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1.4rem 2.2rem; }
.plots .plot { max-width: 25rem; }
.factors table { width: 100%; }
.factors td:nth-child(2) { width: 34%; min-width: 8rem; vertical-align: middle; }
.factors .bar { height: 0.5rem; margin: 0.15rem 0; }
.factors .raw rect:not(.box) { fill: var(--soft); }
.told tbody th, .kinds td:nth-child(2) { white-space: normal; min-width: 11rem; }
.told td:last-child { min-width: 11rem; }
.scroll td bdi { overflow-wrap: anywhere; }
svg rect:hover { opacity: 0.7; }
@media (max-width: 44rem) {
  .claims li, .sides { grid-template-columns: minmax(0, 1fr); }
}
@media print {
  .example, .alarm, figure { break-inside: avoid; }
}
"""


def render(name: str, facts: Mapping[str, Any]) -> str:
    """The data sheet of a prepared run as one page.

    Args:
        name: of the corpus.
        facts: what datasheet.json holds; any key may be missing.
    """
    sections = [
        dropped(facts),
        who_and_when(facts),
        engagement(facts),
        explained(facts),
        model(facts),
        pairs(facts),
        certainty(facts),
        examples(facts),
        splits(facts),
        rights(facts),
        expectations(facts),
    ]
    body = "\n".join(part for part in sections if part)
    present = re.findall(r'<section id="(\w+)"', body)
    links = " ".join(f'<a href="#{anchor}">{_CONTENTS[anchor]}</a>' for anchor in present)
    nav = f'<nav aria-label="Sections">{links}</nav>'
    return document(f"Data sheet: {name}", f"{overview(name, facts)}\n{nav}\n{body}", _CSS)

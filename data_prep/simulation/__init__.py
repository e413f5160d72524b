"""A feed with a known answer: posts whose engagement is made of planted numbers, to see whether pairs recover them.

Raw likes measure the account, the hour and the topic. `world` plants effects of wording and, in a confounded world,
lets large accounts, good hours, strong topics, media and later times word their posts differently; `generate` writes
the posts; `recover` reads the effects off controlled pairs, `raw` off uncontrolled likes.
"""

from data_prep.simulation.posts import ROWS, batch, generate, save, shares, truth
from data_prep.simulation.recover import Effects, raw, recover, relative_error
from data_prep.simulation.truth import Drawn
from data_prep.simulation.world import FEATURES, World, world
from data_prep.simulation.writing import wording, wordings

__all__ = [
    "FEATURES",
    "ROWS",
    "Drawn",
    "Effects",
    "World",
    "batch",
    "generate",
    "raw",
    "recover",
    "relative_error",
    "save",
    "shares",
    "truth",
    "wording",
    "wordings",
    "world",
]

"""`virality improve CONFIG`: a writer's own rewrites, gated and ranked, become pairs; in rounds the writer learns them.

What comes out has the schema of the data room (pairs.parquet), so `virality train` reads it like any other data.
"""

from train.improve.run import run as run

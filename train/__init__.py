"""Train: pairs -> scorer, writer."""

"""Prepare: raw files -> posts, pairs."""

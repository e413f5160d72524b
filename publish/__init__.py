"""Publish: a run and its report -> a folder or a repository with a card."""

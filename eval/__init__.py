"""Evaluate: writer, scorer, judge -> rewrites, scores, report."""

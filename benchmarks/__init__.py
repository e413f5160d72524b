"""Timings: never in tests, always beside what they compare with."""

"""What every room stands on: commands, configs, runs, tables, text, models and gates."""

__version__ = "0.1.0"

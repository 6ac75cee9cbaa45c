"""The command line: the only room that prints."""

from congestion_lab.cli.app import main

__all__ = ["main"]

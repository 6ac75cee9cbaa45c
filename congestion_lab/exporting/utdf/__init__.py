"""Synchro's combined CSV (UTDF)."""

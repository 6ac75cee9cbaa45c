"""Errors, units and times, seeds, digests, files and table contracts: what every room stands on."""

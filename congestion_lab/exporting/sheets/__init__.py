"""Timing sheets as a workbook."""

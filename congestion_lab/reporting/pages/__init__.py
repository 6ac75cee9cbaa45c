"""Whole pages: reports, comparisons, quality."""

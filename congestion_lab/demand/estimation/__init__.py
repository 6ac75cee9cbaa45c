"""Demand fitted to counts, and judged by them."""

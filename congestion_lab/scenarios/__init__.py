"""Scenario files: schema, and loading with line numbers."""

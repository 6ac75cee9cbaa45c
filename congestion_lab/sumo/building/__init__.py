"""Nets made from maps, tables and road models."""

"""Certificates: every rule, what it asks, what a plan gives, and what is left open."""

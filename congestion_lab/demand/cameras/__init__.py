"""Where to count."""

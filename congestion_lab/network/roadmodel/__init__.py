"""Road models from authored tables."""

"""Seeds derived from one seed, so that every random choice has its own reproducible stream."""

import hashlib

_SEED_BITS = 31  # SUMO and Optuna both take a non-negative 32-bit signed integer


def derived_seed(seed: int, *labels: str | int) -> int:
    """Return a seed for the purpose that the labels name; other labels give an unrelated seed."""
    text = ":".join(str(part) for part in (seed, *labels))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % (1 << _SEED_BITS)

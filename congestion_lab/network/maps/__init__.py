"""Networks from maps: what is taken, corrected and checked."""

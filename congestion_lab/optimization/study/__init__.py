"""A study from the present plans to the proof, and its files."""

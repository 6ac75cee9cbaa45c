"""What may be searched: every point is a set of legal plans."""

"""Decision space, objective and search."""

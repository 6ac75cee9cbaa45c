"""Pages of the server: the list of runs, an entry, and notices."""

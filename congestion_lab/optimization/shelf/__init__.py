"""Studies and run sets as they stand in a folder."""

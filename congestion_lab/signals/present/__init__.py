"""Present plans from the files of others: tables, UTDF, GMNS."""

"""Count tables: read, matched, checked, brought to one day."""

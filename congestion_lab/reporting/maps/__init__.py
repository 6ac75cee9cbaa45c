"""Maps of a report and of networks."""

"""The sections of a report, each from the story to what its template shows."""

"""Roads as values: nodes, links, lanes and movements; authored tables, geometry, edits and checks."""

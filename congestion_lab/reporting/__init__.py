"""HTML report, maps, diagrams and translations."""

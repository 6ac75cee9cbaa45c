"""How it is searched: the ladder from formulas over the fast engine to SUMO."""

"""Roads as tables of other programs list them: GMNS, UTDF."""

"""Signal plans: groups, phases and intergreens, conflicts, safety rules, and timing formulas."""

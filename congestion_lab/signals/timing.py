"""Signal timing formulas of the field."""

WALKING_SPEED_MPS = 1.07  # 3.5 ft/s, MUTCD 2009 section 4E.06

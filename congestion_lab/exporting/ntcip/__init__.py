"""Parameters and time base of NTCIP 1202 controllers."""

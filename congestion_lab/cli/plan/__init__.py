"""`congestion-lab plan …`: present plans, safety, certificates, capacity, green waves, schedules and exports."""

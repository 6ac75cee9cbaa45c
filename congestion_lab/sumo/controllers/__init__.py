"""Plans put on controllers, switched by time of day, and those of SUMO's own tools."""

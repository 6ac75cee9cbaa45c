"""Plans by time of day, and the switches between them."""

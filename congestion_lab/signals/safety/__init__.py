"""What makes plans safe: conflicts, clearances, rules, and plans mended or varied within them."""

"""What every engine takes and gives: run specifications, results, protocols."""

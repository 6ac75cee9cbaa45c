"""What route files ask for."""

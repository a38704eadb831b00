"""What the catalogue shows."""

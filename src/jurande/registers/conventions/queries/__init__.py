"""What the register of conventions shows."""

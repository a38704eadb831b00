"""What recruitment shows."""

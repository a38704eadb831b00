"""The background work of the register of conventions."""

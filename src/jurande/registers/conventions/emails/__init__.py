"""The letters of the register of conventions."""

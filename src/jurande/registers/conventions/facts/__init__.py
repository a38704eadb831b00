"""Rows of conventions turned into what may be rendered, signed and compared."""

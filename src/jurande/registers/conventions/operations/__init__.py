"""Every decision about clauses and conventions."""

"""Django's SQLite backend with one checkpointer for the whole installation (docs/adr/0002-sqlite-durability.md)."""

"""Who may do what in recruitment."""

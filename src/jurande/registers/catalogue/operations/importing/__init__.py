"""Reading what the State publishes, as dated intervals."""

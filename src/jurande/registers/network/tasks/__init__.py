"""The background work of the network."""

"""The letters of recruitment."""

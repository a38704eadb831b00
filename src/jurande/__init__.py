"""Jurande: networks of habilitated training bodies, and credentials whose proof nobody can alter."""

__version__ = "0.1.0"

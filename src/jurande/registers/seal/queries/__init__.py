"""What screens and callers read of what is sealed."""

from jurande.registers.seal.queries.credentials import log_proof, log_proof_of, signed_bytes
from jurande.registers.seal.queries.overview import Overview, is_healthy, overview

__all__ = ["Overview", "is_healthy", "log_proof", "log_proof_of", "overview", "signed_bytes"]

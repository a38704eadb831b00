"""What screens and callers read of what is sealed."""

from jurande.registers.seal.queries.credentials import authority_bytes, log_proof, log_proof_of, signed_bytes
from jurande.registers.seal.queries.files import log_file, public_file
from jurande.registers.seal.queries.house import HouseSeal, house_seal
from jurande.registers.seal.queries.overview import Overview, certifier_of_code, is_healthy, overview

__all__ = [
    "HouseSeal",
    "Overview",
    "authority_bytes",
    "certifier_of_code",
    "house_seal",
    "is_healthy",
    "log_file",
    "log_proof",
    "log_proof_of",
    "overview",
    "public_file",
    "signed_bytes",
]

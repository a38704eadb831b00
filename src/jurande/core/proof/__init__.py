# SPDX-License-Identifier: Apache-2.0
"""Credentials that nobody can alter: made, signed and verified, in pure Python. ``README.md`` beside shows how."""

from jurande.core.proof.data_integrity import (
    Cryptosuite,
    DataIntegrityRefused,
    Expected,
    Proof,
    ProofOptions,
    Verified,
    add_proof,
    read_proofs,
    verify_proofs,
    with_proof_object,
)
from jurande.core.proof.documents import DocumentRefused, document_bytes
from jurande.core.proof.errors import LimitExceeded, ProofError, Undecided, VerificationError
from jurande.core.proof.jsonld import JsonLdRefused
from jurande.core.proof.keys import Algorithm, PublicKey
from jurande.core.proof.shape import canonical_bytes
from jurande.core.proof.signer import KeySigner, Signer
from jurande.core.proof.template import Batch, Field, Template, TemplateRefused, with_fields

__all__ = [
    "Algorithm",
    "Batch",
    "Cryptosuite",
    "DataIntegrityRefused",
    "DocumentRefused",
    "Expected",
    "Field",
    "JsonLdRefused",
    "KeySigner",
    "LimitExceeded",
    "Proof",
    "ProofError",
    "ProofOptions",
    "PublicKey",
    "Signer",
    "Template",
    "TemplateRefused",
    "Undecided",
    "VerificationError",
    "Verified",
    "add_proof",
    "canonical_bytes",
    "document_bytes",
    "read_proofs",
    "verify_proofs",
    "with_fields",
    "with_proof_object",
]

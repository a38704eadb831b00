from jurande.registers.seal.models.credentials import Batch, BatchChunk, BatchRefusal, SealedCredential, Skeleton
from jurande.registers.seal.models.documents import Commitment
from jurande.registers.seal.models.keys import SigningKey
from jurande.registers.seal.models.log import (
    Cosignature,
    LogEntry,
    SealCheck,
    SealLog,
    SignedCheckpoint,
    WaitingEntry,
    Witness,
)
from jurande.registers.seal.models.statuses import StatusChange, StatusList, StatusPlaces

__all__ = [
    "Batch",
    "BatchChunk",
    "BatchRefusal",
    "Commitment",
    "Cosignature",
    "LogEntry",
    "SealCheck",
    "SealLog",
    "SealedCredential",
    "SignedCheckpoint",
    "SigningKey",
    "Skeleton",
    "StatusChange",
    "StatusList",
    "StatusPlaces",
    "WaitingEntry",
    "Witness",
]

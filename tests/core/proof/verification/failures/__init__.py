"""One case for each way to fail, named after it; see catalogue.py for what a case is, and ALL for all of them."""

from tests.core.proof.verification.failures import contexts, files, keys, log, proofs, sources, statuses, texts, tokens
from tests.core.proof.verification.failures.catalogue import CASES, Case

ALL: list[Case] = CASES
__all__ = ["ALL", "contexts", "files", "keys", "log", "proofs", "sources", "statuses", "texts", "tokens"]

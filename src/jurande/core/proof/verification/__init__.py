# SPDX-License-Identifier: Apache-2.0
"""Verifying a credential that a stranger hands over. Begin with :func:`verify`."""

from jurande.core.proof.verification.expectations import Expectations
from jurande.core.proof.verification.report import Number, Report, State, Step
from jurande.core.proof.verification.verifier import verify

__all__ = ["Expectations", "Number", "Report", "State", "Step", "verify"]

# SPDX-License-Identifier: Apache-2.0
"""The append-only Merkle log (C2SP tlog-tiles): files, proofs, checkpoints, witnesses, and their audit."""

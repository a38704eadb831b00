# SPDX-License-Identifier: Apache-2.0
"""Encodings with one spelling a value: JSON in canonical form, bases 58 and 64, multibase, varints, bit strings."""

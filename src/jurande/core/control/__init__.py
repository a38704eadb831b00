# SPDX-License-Identifier: Apache-2.0
"""The mathematics of control: what may be concluded from numbers, and what may be shown of them."""

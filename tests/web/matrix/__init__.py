"""Who may do what at each address. An address that is not here fails the suite (test_matrix.py).

``look``: who is answered by GET; ``act``: by POST. None: the method does not exist there. In somebody's own house a
missing right is a 403; somebody else's house is a 404; a visitor is sent to sign in. Nothing else is ever answered.
"""

from __future__ import annotations

from tests.web.matrix.houses import HOUSES
from tests.web.matrix.pages import Page
from tests.web.matrix.people import PEOPLE

MATRIX: dict[str, Page] = PEOPLE | HOUSES

__all__ = ["MATRIX", "Page"]

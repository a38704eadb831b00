"""Between a form and an operation: a refusal becomes an error beside its field, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from jurande.registers.common.refusals import Refused


@contextmanager
def refusing(request: HttpRequest, form: BaseForm | None = None, *, about: str = "") -> Iterator[None]:
    """Run an operation; if it is refused, say why in the form, else as a notice.

    The sentence stands beside the refusal's field; a refusal that names none stands beside ``about``, or at the top.
    """
    try:
        yield
    except Refused as refusal:
        if form is None:
            messages.error(request, str(refusal.sentence))
        else:
            named = refusal.field or about
            field = named if named in form.fields else None
            form.add_error(field, str(refusal.sentence))

"""One's own mail: every letter that the house sent, readable here whatever became of the e-mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jurande.registers.correspondence import operations, queries
from jurande.registers.correspondence.states import MessageState
from jurande.web.access import audience, person_of

PAGE_LETTERS = 50
STATE_STATUS = {
    MessageState.QUEUED: "run",
    MessageState.SENDING: "run",
    MessageState.SENT: "ok",
    MessageState.FAILED: "late",
    MessageState.BOUNCED: "late",
    MessageState.WITHHELD: "stop",
}


@require_safe
@audience("account")
def mailbox(request: HttpRequest) -> HttpResponse:
    """What was written to me, newest first."""
    letters = queries.mailbox(person_of(request).code)
    page = {"letters": letters[:PAGE_LETTERS], "unread": letters.unread().count(), "total": letters.count()}
    return render(request, "account_pages/mailbox.html", page)


@require_safe
@audience("account")
def letter(request: HttpRequest, code: str) -> HttpResponse:
    """One letter. Reading it does not mark it: the page asks for that with a POST."""
    message = get_object_or_404(queries.mailbox(person_of(request).code), code=code)
    return render(request, "account_pages/letter.html", {"letter": message})


@require_POST
@audience("account")
def mark(request: HttpRequest, code: str) -> HttpResponse:
    """Mark a letter read, or unread again."""
    person = person_of(request)
    get_object_or_404(queries.mailbox(person.code), code=code)
    if request.POST.get("lu") == "0":
        operations.mark_unread(message_code=code, person_code=person.code)
        return redirect("account:mailbox")
    operations.mark_read(message_code=code, person_code=person.code, now=timezone.now())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("account:letter", code)

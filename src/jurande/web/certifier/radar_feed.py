"""The calendar of somebody's deadlines, at a secret address that they can revoke."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jurande.registers.network.policies.ledger import can_see_ledger
from jurande.registers.network.queries.keeping import calendar_at
from jurande.registers.parties.queries import actor_for
from jurande.web.access import audience
from jurande.web.certifier.radar import every_due
from jurande.web.ui.calendars import MEDIA_TYPE, DayEvent
from jurande.web.ui.calendars import calendar as written
from jurande.web.ui.radar import SomeReader, uid_of


@require_safe
@audience("public")
def calendar(request: HttpRequest, certifier: str, token: str) -> HttpResponse:
    """Give the deadlines of whoever opened this address, as that person may see them today."""
    feed = calendar_at(token)
    actor = actor_for(feed.person, certifier=feed.certifier) if feed else None
    if feed is None or actor is None or feed.certifier.code != certifier or not can_see_ledger(actor):
        raise Http404
    today = timezone.localdate()
    events = [
        DayEvent(
            uid=f"{uid_of(line)}@{settings.PUBLIC_URL.split('://')[-1]}",
            day=line.due_on,
            summary=str(line.title),
            description=", ".join(filter(None, (line.law, line.who))),
            url=urljoin(settings.PUBLIC_URL, line.url) if line.url else "",
        )
        for line in every_due(SomeReader(actor, feed.certifier), today)
    ]
    name = _("Échéances, %(house)s") % {"house": feed.certifier.name}
    return HttpResponse(
        written(name=name, events=events, now=timezone.now()),
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"},
    )

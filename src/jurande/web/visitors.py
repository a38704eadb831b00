"""Who opens a page: somebody, or a program that looks in advance. Nothing is kept of what the request says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils import timezone

from jurande.registers.awards.operations.visits import note_visit
from jurande.registers.awards.states.visits import VisitKind
from jurande.web.access import client_address, is_too_frequent

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award
    from jurande.registers.catalogue.models import Certification

# Beyond it in a minute, somebody presses the same button again and again: what is counted would be a finger.
FOLLOWED_MOST = 60
# Readers of links for previews, search engines, mail scanners and tools: they say so in what they call themselves.
_PROGRAMS = re.compile(
    r"bot\b|bot[/;]|crawl|spider|slurp|preview|scan|monitor|fetch|archiv|facebookexternalhit|facebookcatalog|whatsapp|"
    r"skypeuri|embedly|vkshare|pinterest/0|mediapartners|feedly|curl/|wget/|python|java/|go-http|okhttp|libwww|ruby|"
    r"axios|node-fetch|safelinks|proofpoint|mimecast|barracuda|symantec|trendmicro",
    re.IGNORECASE | re.ASCII,
)


def is_somebody(request: HttpRequest) -> bool:
    """Whether a person opens this page now: not a program, not a browser that fetches in advance."""
    if request.method != "GET":
        return False
    headers = request.headers
    purpose = " ".join(headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    if "prefetch" in purpose or "preview" in purpose or "prerender" in purpose:
        return False
    agent = headers.get("User-Agent", "")
    return bool(agent) and not _PROGRAMS.search(agent)


def count_visit(request: HttpRequest, award: Award, kind: VisitKind) -> None:
    """Count that somebody saw a page of this award or followed a link of it; nobody is told apart from another."""
    if _counts(request, kind):
        note_visit(
            kind=kind,
            certification_code=award.certification.code,
            partnership_code=award.partnership.code if award.partnership else "",
            lot_code=award.lot.code if award.lot else "",
            now=timezone.now(),
        )


def count_arrival(request: HttpRequest, certification: Certification) -> None:
    """Count that somebody went to the training for a certification, from a page that is of no award."""
    if _counts(request, VisitKind.TRAINING):
        note_visit(
            kind=VisitKind.TRAINING, certification_code=certification.code, partnership_code="", now=timezone.now()
        )


def _counts(request: HttpRequest, kind: VisitKind) -> bool:
    if not is_somebody(request):
        return False
    is_followed = kind in (VisitKind.TRAINING, VisitKind.LINKEDIN)
    return not (is_followed and is_too_frequent("link_followed", client_address(request), most=FOLLOWED_MOST))

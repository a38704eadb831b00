"""The whole public record of a house as a static site: every address answers without us, from a disk or any server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from jurande.integrations.typesetting.ornaments import WIDE_ROSETTE, rosette
from jurande.registers.awards.facts.addresses import KEY_LENGTH, key_of
from jurande.registers.awards.operations import archives
from jurande.registers.awards.operations.kits import Evidence, NoKit, evidence_of, kit_of
from jurande.registers.awards.operations.record import SUMS, Copied, RecordCopy, count_of, numbers_of
from jurande.registers.awards.queries import proofs
from jurande.registers.common.jobs import Run
from jurande.registers.documents.queries import open_content
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.queries import certifier_of_code
from jurande.web.public.copies import asset, assets_of, made_static
from jurande.web.public.proofs.page import page_of
from jurande.web.ui import spoken as words
from jurande.web.ui.pictures import qr

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award
    from jurande.registers.parties.models import Certifier

LANGUAGES = {"fr": "", "en": "/en"}
ORNAMENT, LOGO = "/p/ornement-", "/p/logo-"
type Report = Callable[[int], None]


def export(*, certifier: Certifier, place: Path, report: Report, actor: Actor, now: datetime) -> Copied:
    """Write the public record of this house in ``place``, a new folder; ``report`` is told of each award that is done.

    :raises RecordRefused: the place is taken, or cannot be written; nothing is left of it then.
    """
    copy = RecordCopy(certifier, place)
    site = _Site(copy, now)
    done = 0
    try:
        for number in numbers_of(certifier):
            award = proofs.find(number)
            if award is not None:
                site.add(award)
            done += 1
            report(done)
        site.complete()
        return copy.finish(awards=done, actor=actor, now=now)
    except BaseException:
        copy.abandon()
        raise


def make_copy(run: Run) -> None:
    """Make the copy that a house asked for on screen; run again after a kill, it starts over."""
    certifier = certifier_of_code(run.code)
    if certifier is None:
        return
    actor = Actor(code=run.request.requested_by, certifier_code=certifier.code)
    place = archives.place_of(certifier)
    total = count_of(certifier)
    export(
        certifier=certifier,
        place=place,
        report=lambda done: run.progress(done=done, total=total),
        actor=actor,
        now=run.now(),
    )
    archives.pack(certifier, place)


class _Site:
    """The pages of a copy; what they share is written once."""

    def __init__(self, copy: RecordCopy, now: datetime) -> None:
        self.copy, self.now = copy, now
        self.assets: set[str] = set()
        self.ornaments: set[str] = set()
        self.logos: set[str] = set()

    def add(self, award: Award) -> None:
        """Write the page of an award in both languages, its square, and what proves it."""
        proof = proofs.prove(award, now=self.now)
        evidence = _evidence_of(award)
        # By the number alone, then by what only the document says: each as its public address answers.
        for key in ("", key_of(award.number)):
            at = [award.shown_number, key] if key else [award.shown_number]
            for language in LANGUAGES:
                with override(language):
                    self._write_page(proof, language, key)
            address = settings.PUBLIC_URL + reverse("public:award", args=at)
            drawn = qr(address, address).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
            folder = "/".join(["p", *at])
            self.copy.write(f"{folder}/code.svg", drawn.encode())
            if evidence is not None and proofs.names_holder(award, with_document=bool(key)):
                self.copy.write_evidence(award, evidence, folder=folder)
                self.copy.write(f"{folder}/preuve.zip", kit_of(award, evidence, now=self.now))

    def complete(self) -> None:
        """Write what the pages share, and the page that says what the copy is."""
        for digest in self.logos:
            picture = proofs.logo_at(digest)
            if picture is not None:
                with open_content(picture) as content:
                    self.copy.write(f"p/logo-{digest}.png", content.read())
        for colour in self.ornaments:
            drawn = rosette(WIDE_ROSETTE, f"#{colour}", strength=0.3)
            self.copy.write(f"p/ornement-{colour}.svg", drawn.encode())
        self.copy.write_common()
        told = {"certifier": self.copy.certifier, "now": self.now, "sums_url": f"/{SUMS}"}
        html = render_to_string("public/copy_home.html", told)
        self.assets |= assets_of(html)
        self.copy.write("index.html", self._static(html, "index.html").encode())
        for name in self.assets:
            self.copy.write(*asset(name))

    def _write_page(self, proof: proofs.Proof, language: str, key: str) -> None:
        html: str = render_to_string("public/proof.html", {"page": page_of(proof, key=key)})
        self.assets |= assets_of(html)
        place = f"{proof.award.shown_number}/{key}" if key else proof.award.shown_number
        path = f"p/{place}{LANGUAGES[language]}/index.html"
        told = _("Copie faite le %(day)s. Ce qui fut décidé depuis n’y est pas.") % {"day": words.day(self.now)}
        notice = format_html('<main id="contenu" class="wrap" tabindex="-1"><p class="note" role="note">{}</p>', told)
        html = html.replace('<main id="contenu" class="wrap" tabindex="-1">', notice, 1)
        self.copy.write(path, self._static(html, path).encode())

    def _static(self, html: str, path: str) -> str:
        up = "../" * path.count("/")
        label = _("Comparer un fichier, refaire les contrôles hors connexion")
        link = format_html('<p><a href="{}verifier/index.html">{}</a></p>', up, label)
        return made_static(html, path=path, locate=self._locate, home=settings.PUBLIC_URL, instead_of_form=link)

    def _locate(self, address: str) -> str:
        if address.startswith(settings.STATIC_URL):
            return address[1:]
        if address == reverse("public:verify"):
            return "verifier/index.html"
        if address.startswith(LOGO):
            self.logos.add(address.removeprefix(LOGO).removesuffix(".png"))
            return address[1:]
        if address.startswith(ORNAMENT):
            self.ornaments.add(address.removeprefix(ORNAMENT).removesuffix(".svg"))
            return address[1:]
        code = self.copy.certifier.code
        if address in (f"/c/{code}/confiance.json", f"/c/{code}/did.json", "/registre/checkpoint", f"/{SUMS}"):
            return address[1:]
        parts = address.split("/")
        # A page leads to its own address, to what it replaces or what replaces it: all of one house.
        if len(parts) < 3 or parts[1] != "p" or proofs.read_number(parts[2]) is None:
            return ""
        rest = parts[4:] if len(parts) > 3 and len(parts[3]) == KEY_LENGTH else parts[3:]
        if rest in ([], ["en"]):
            return f"{address[1:]}/index.html"
        return address[1:] if rest[0] in ("code.svg", "attestation.json", "preuve.zip") else ""


def _evidence_of(award: Award) -> Evidence | None:
    try:
        return evidence_of(award)
    except NoKit:
        return None

"""Every address × method × role gives what the matrix declares, and nothing that is not declared exists."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.safestring import SafeString

from jurande.demo.papers import pdf
from jurande.registers.catalogue.models import Delivery
from jurande.registers.catalogue.operations import elements
from jurande.registers.catalogue.operations.claims import claim_fiches
from jurande.registers.catalogue.states import Source
from jurande.registers.common import jobs
from jurande.registers.correspondence import queries as correspondence
from jurande.registers.parties import operations, queries
from jurande.registers.parties.states import CERTIFIER_ROLES, PARTNER_ROLES, DocumentKind, Role
from tests import factories
from tests.registers.awards import (
    claims,
    corrections,
    designs,
    holds,
    lives,
    lots,
    mandates,
    proved,
    receiving,
    rights,
    shared,
    showcases,
)
from tests.registers.awards import combined as combined_awards
from tests.registers.awards import held as held_awards
from tests.registers.catalogue import certifications
from tests.registers.catalogue import fiches as catalogue
from tests.registers.conventions import conventions, signed
from tests.registers.declarations import dossiers
from tests.registers.network import applications, calls, existing, habilitations, judgments
from tests.registers.seal.homes import own_home, public_addresses
from tests.web.elsewhere import ELSEWHERE
from tests.web.matrix import MATRIX, Page
from tests.web.roles import EVERYBODY, VISITOR

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
# A view refuses a method before it asks who is there: these few see every method, the others GET and POST.
SEE_EVERY_METHOD = {VISITOR, "administrator"}
SEE_WHOLE_PAGES = {VISITOR, "operator", "administrator", "head", "holder"}


def addresses(patterns: list[Any] | None = None, space: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def test_every_address_is_declared() -> None:
    found = set(addresses())
    assert found - set(MATRIX) - set(ELSEWHERE) == set()
    assert (set(MATRIX) | set(ELSEWHERE)) - found == set()


@dataclass
class House:
    """One installation with two certifiers, everybody in it, and what each address needs in its path."""

    people: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Path) -> House:
    own_home(settings, tmp_path / "home")
    built = House()
    mine, other = factories.certifier(name="Maison"), factories.certifier(name="Autre maison")
    built.people["operator"] = factories.any_operator()
    for role in CERTIFIER_ROLES:
        built.people[role.value] = factories.member(role, of=mine)
    theirs = factories.partnership(mine)
    for role in PARTNER_ROLES:
        built.people[role.value] = factories.member(role, of=theirs)
    built.people["holder"] = factories.holder(by=mine)
    built.people["other_administrator"] = factories.administrator(other)
    built.people["other_head"] = factories.member(Role.HEAD, of=factories.partnership(other))
    for name in ("operator", "administrator", "network_manager", "other_administrator"):
        Authenticator.objects.create(user=built.people[name], type=Authenticator.Type.TOTP, data={"secret": "x"})
    built.paths = paths(mine, theirs, built.people)
    return built


def paths(mine: Any, theirs: Any, people: dict[str, Any]) -> dict[str, str]:
    """The address of each page, with rows of the house in its path."""
    now = factories.NOW
    administrator = factories.actor_of(people["administrator"], mine)
    head = factories.actor_of(people["head"], theirs)

    def invited(role: Role, **place: Any) -> Any:
        actor = place.pop("actor")
        return operations.invite_member(
            role=role, email=factories.email(), first_name="A", last_name="B", actor=actor, now=now, **place
        )

    at_certifier = invited(Role.READER, certifier=mine, actor=administrator)
    at_partner = invited(Role.TRAINER, partnership=theirs, actor=head)
    an_operator = invited(Role.OPERATOR, actor=factories.actor_of(people["operator"]))
    second = factories.operator()
    piece = operations.attach_document(
        partnership=theirs,
        kind=DocumentKind.OTHER,
        content=BytesIO(pdf("Pièce", ["Une ligne."])),
        filename="piece.pdf",
        expires_on=None,
        actor=head,
        now=now,
    )
    job = jobs.request("journal.verify", certifier_code=mine.code, now=now)
    key, _token = factories.api_key(mine)
    letter = correspondence.deliveries(mine.code).first()
    reader = next(row for row in queries.team(administrator) if row.role == Role.READER)
    trainer = next(row for row in queries.team(head) if row.role == Role.TRAINER)
    an_operator_role = next(
        row for row in queries.team(factories.actor_of(people["operator"])) if row.person_id == second.pk
    )
    own_siret = mine.organisation.sites.get().siret
    ours = catalogue.fiche("RS7423", "Intégrer l’intelligence artificielle", certifier=(own_siret, "Maison"))
    habilitated = catalogue.partner(ours)
    (held,) = claim_fiches(certifier=mine, numbers=["RS7423"], actor=administrator, now=now)
    # Whoever prepared does not publish: those who may are others.
    reviewer = factories.actor_of(people["reviewer"], mine)
    registered = certifications.registered(mine, by=reviewer)
    draft = certifications.draft_of(registered)
    micro = certifications.micro(mine, by=reviewer)
    sheet = certifications.draft_of(micro)
    tie = elements.align(referentiel=sheet, framework="rome", entry="I1402", label="Nom", actor=administrator, now=now)
    reading = jobs.request("catalogue.import", now=now)
    Delivery.objects.create(file_name="export.xml", received_at=now, job_code=reading.code)
    of_name = {
        "operator:registers-snapshot": [catalogue.snapshot(Source.RNCP).code],
        "operator:registers-job": [reading.code],
        "public:certifications-one": ["RS7423"],
        "public:partners-one": [habilitated.siren],
        "guest:invitation": ["inconnu"],
        "operator:seal-key": [mine.code],
        **public_addresses(mine),
        **proved.addresses(mine, theirs),
        **held_awards.addresses(mine, people),
        **shared.addresses(mine, theirs, people),
        **calls.addresses(mine, theirs),
        **judgments.addresses(mine, people["reviewer"]),
        **habilitations.addresses(mine, theirs),
        **designs.addresses(mine),
        **lots.addresses(mine),
        **mandates.addresses(mine, theirs, people),
        **receiving.addresses(mine, theirs),
        **claims.addresses(mine),
        **combined_awards.addresses(mine, people),
        **corrections.addresses(mine, theirs, people),
        **lives.addresses(mine, people),
        **showcases.addresses(mine),
        **holds.addresses(mine),
        **rights.addresses(mine),
        **existing.addresses(mine, theirs, administrator),
        "guest:link": ["inconnu"],
        **applications.addresses(theirs, people["head"]),
        **conventions.addresses(mine, theirs),
        **signed.addresses(mine, theirs, people),
        "account:sessions-close": ["inconnue"],
        "operator:home-invite": [mine.code],
        "operator:home-operators-end": [an_operator_role.code],
        "operator:home-operators-second-factor": [an_operator_role.code],
        "operator:home-renew": [an_operator.code],
        "operator:home-revoke": [an_operator.code],
        "operator:jobs-cancel": [job.code],
        "certifier:certifications-paste": [mine.code, registered.code, draft.code, draft.blocs.all()[0].code],
        "certifier:certifications-bloc": [mine.code, registered.code, draft.code, draft.blocs.all()[0].code],
        "certifier:certifications-sheet": [mine.code, micro.code, sheet.code],
        "certifier:certifications-align": [mine.code, micro.code, sheet.code],
        "certifier:certifications-unalign": [mine.code, micro.code, sheet.code, tie.code],
        **{f"certifier:micro-life{page}": [mine.code, micro.code] for page in ("", "-months")},
        **dossiers.addresses(mine, micro),
        "certifier:state-release": [mine.code, held.code],
        "certifier:team-renew": [mine.code, at_certifier.code],
        "certifier:team-revoke": [mine.code, at_certifier.code],
        "certifier:team-change": [mine.code, reader.code],
        "certifier:team-end": [mine.code, reader.code],
        "certifier:team-second-factor": [mine.code, reader.code],
        "certifier:mail-wording": [mine.code, "parties.invitation"],
        "certifier:mail-restore": [mine.code, "parties.invitation"],
        "certifier:mail-letter": [mine.code, letter.code],
        "certifier:mail-resend": [mine.code, letter.code],
        "certifier:work": [mine.code, job.code],
        "certifier:settings-rule": [mine.code, "separation"],
        "certifier:settings-key-revoke": [mine.code, key.code],
        "certifier:partners-piece": [mine.code, theirs.code, piece.code],
        "certifier:partners-detach": [mine.code, theirs.code, piece.code],
        "partner:documents-piece": [theirs.code, piece.code],
        "partner:documents-detach": [theirs.code, piece.code],
        "partner:team-renew": [theirs.code, at_partner.code],
        "partner:team-revoke": [theirs.code, at_partner.code],
        "partner:team-end": [theirs.code, trainer.code],
    }
    found = {}
    for name, page in MATRIX.items():
        if page.guards_itself:
            continue
        space = name.split(":", 1)[0]
        usual = {"certifier": [mine.code], "partner": [theirs.code]}.get(space, [])
        if name.startswith("certifier:partners-") and name not in of_name:
            usual = [mine.code] if name.endswith(("-new", "-follow")) else [mine.code, theirs.code]
        if name.startswith("certifier:certifications-") and not name.endswith(("-new", "-micro", "-choices")):
            whole = name.endswith(("-one", "-retire", "-version", "-compare"))
            usual = [mine.code, registered.code] if whole else [mine.code, registered.code, draft.code]
        found[name] = reverse(name, args=of_name.get(name, usual))
    return found


def expected(page: Page, method: str, who: str) -> str:
    """What the matrix promises, in a word."""
    allowed = {"GET": page.look, "HEAD": page.look, "POST": page.act}.get(method)
    if allowed is None:
        return "no such method"
    if who in allowed:
        return "answered"
    if who == VISITOR:
        return "sent to sign in"
    return "forbidden" if who in page.house else "not there"


def answered(response: Any) -> str:
    """What came, in the same words."""
    status = response.status_code
    if status == 302 and response["Location"].startswith(("/acces/entrer/", "/candidatures/entrer/?")):
        return "sent to sign in"
    # 503 is what /sante says where no worker runs.
    if status in {200, 302, 204, 410, 422, 503}:
        return "answered"
    return {403: "forbidden", 404: "not there", 405: "no such method"}.get(status, f"status {status}")


def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read each person and their roles once: every request is rolled back, so the next one would read the same."""
    person, roles = lru_cache(queries.signed_in), lru_cache(queries.held_by)
    # A copy: a view may change what it was given.
    monkeypatch.setattr(queries, "signed_in", lambda pk: copy(person(pk)))
    monkeypatch.setattr(queries, "held_by", lambda one: list(roles(one)))


def visit(house: House, who: str) -> Iterator[tuple[str, str, str]]:
    """Ask for everything as this one; give each method, address and answer."""
    client = Client(raise_request_exception=False)
    cache.clear()  # each comes alone: what the others tried is not counted against them
    if who != VISITOR:
        factories.enter(client, house.people[who])
    for name, path in house.paths.items():
        for method in METHODS if who in SEE_EVERY_METHOD else METHODS[:2]:
            with transaction.atomic():
                response = client.generic(method, path)
                # Closing also closes PostgreSQL's connection, in which the test's transaction lives.
                request_finished.disconnect(close_old_connections)
                response.close()
                transaction.set_rollback(True)
            yield method, name, answered(response)


@pytest.mark.slow
def test_every_role_gets_what_the_matrix_says(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, cells = [], 0
    for who in sorted(EVERYBODY):
        with monkeypatch.context() as shorter:
            # What is decided is decided before the page is drawn: it is drawn whole for one role of each audience.
            if who not in SEE_WHOLE_PAGES:
                shorter.setattr(Template, "render", lambda *_, **__: SafeString(""))
            read_once(shorter)
            shorter.setattr(logging.getLogger("django.request"), "disabled", True)
            for method, name, got in visit(house, who):
                cells += 1
                promised = expected(MATRIX[name], method, who)
                if got != promised:
                    wrong.append(f"{who:>20} {method:7} {name}: {got}, the matrix says {promised}")
    assert cells > 3500
    assert not wrong, "\n".join(wrong[:60])

"""The rows of a draft: people, places, references, subcontractors. One row is written at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.france import identifiers
from jurande.registers.network.models import Application, ClientReference, Premises, StaffMember, Subcontractor
from jurande.registers.network.operations.drafts import ApplicationRefused, demand_unchanged, opened, touched
from jurande.registers.network.queries import completeness
from jurande.registers.network.states import StaffFunction, SubcontractBasis
from jurande.registers.parties.operations.identities import read_number
from jurande.registers.parties.policies import Actor

MOST_ROWS = 200
LONG_CHARS = 4_000
FIRST_YEAR = 1950


@dataclass(frozen=True)
class Part:
    """One kind of row: where it is stored, what may be written in it, how what is given is made fit."""

    model: type[models.Model]
    related: str
    fields: tuple[str, ...]
    cleaned: Callable[[Application, dict[str, Any], datetime], dict[str, Any]]


@transaction.atomic
def save_part(
    *,
    application: Application,
    kind: str,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    code: str = "",
    seen: str = "",
) -> Any:
    """Write a row of this kind (a key of ``PARTS``): a new one without ``code``. Fields that are not given stay.

    :raises NotAllowed: not theirs, or submitted. :raises ApplicationRefused: a value that cannot be, a row gone.
    :raises ApplicationChanged: somebody wrote it since.
    """
    part = PARTS[kind]
    held = opened(application, actor=actor)
    rows = getattr(held, part.related)
    if code:
        row = rows.filter(code=code).first()
        if row is None:
            raise ApplicationRefused(_("Cette ligne n’est plus là\u00a0: elle a été retirée. Rechargez la page."))
        demand_unchanged(row, part.fields, seen)
    else:
        if rows.count() >= MOST_ROWS:
            raise ApplicationRefused(_("Deux cents lignes au plus. Regroupez-en quelques-unes."))
        last = rows.aggregate(last=models.Max("position"))["last"]
        row = part.model(application=held, position=0 if last is None else last + 1)
    given = {name: value for name, value in values.items() if name in part.fields}
    for name, value in part.cleaned(held, given, now).items():
        setattr(row, name, value)
    row.save()
    touched(held, actor=actor, now=now)
    return row


@transaction.atomic
def remove_part(*, application: Application, kind: str, code: str, actor: Actor, now: datetime) -> None:
    """Take a row out of the draft, with its documents; nothing happens when it is gone already.

    :raises NotAllowed: not theirs, or submitted.
    """
    held = opened(application, actor=actor)
    getattr(held, PARTS[kind].related).filter(code=code).delete()
    touched(held, actor=actor, now=now)


def _texts(values: dict[str, Any], **most: int) -> dict[str, Any]:
    """Trim the texts among the values; lines keep no break, long texts (``LONG_CHARS``) do."""
    for name, limit in most.items():
        if name in values:
            text = str(values[name] or "").strip()
            values[name] = text[:limit] if limit == LONG_CHARS else " ".join(text.split())[:limit]
    return values


def _number(values: dict[str, Any], kind: str) -> None:
    text = str(values.get(kind) or "").strip()
    if text:
        values[kind] = read_number(getattr(identifiers, kind), text, kind)


def _within(values: dict[str, Any], name: str, least: int, most: int) -> None:
    value = values.get(name)
    if value is not None and not least <= value <= most:
        raise ApplicationRefused(_("Ce nombre n’est pas vraisemblable. Vérifiez-le."), field=name)


def _demand(values: dict[str, Any], *names: str) -> None:
    for name in names:
        if name in values and not values[name]:
            raise ApplicationRefused(_("Remplissez cette case, ou retirez la ligne."), field=name)


def _staff(held: Application, values: dict[str, Any], now: datetime) -> dict[str, Any]:
    values = _texts(values, first_name=100, last_name=100, email=254, qualifications=LONG_CHARS)
    _demand(values, "first_name", "last_name")
    if values.get("email"):
        values["email"] = values["email"].lower()
        try:
            validate_email(values["email"])
        except ValidationError as fault:
            raise ApplicationRefused(
                _("Cette adresse n’en est pas une. Elle ressemble à nom@exemple.fr."), field="email"
            ) from fault
    _within(values, "experience_years", 0, 70)
    if "functions" in values:
        values["functions"] = [one.value for one in StaffFunction if one.value in values["functions"]]
        if not values["functions"]:
            raise ApplicationRefused(
                _("Dites ce que fait cette personne\u00a0: cochez au moins une case."), field="functions"
            )
    if "blocs" in values:
        known = set().union(*(completeness.bloc_keys(one.call) for one in held.targets.select_related("call")))
        values["blocs"] = sorted(set(values["blocs"]) & known)
    return values


def _premises(held: Application, values: dict[str, Any], now: datetime) -> dict[str, Any]:
    values = _texts(values, label=150, address=250, city=100, equipment=LONG_CHARS)
    _demand(values, "label")
    _number(values, "postcode")
    _within(values, "capacity", 1, 10_000)
    return values


def _reference(held: Application, values: dict[str, Any], now: datetime) -> dict[str, Any]:
    values = _texts(values, name=200, what=LONG_CHARS, contact=200)
    _demand(values, "name")
    _within(values, "year", FIRST_YEAR, now.year)
    return values


def _subcontractor(held: Application, values: dict[str, Any], now: datetime) -> dict[str, Any]:
    values = _texts(values, name=250, what=LONG_CHARS, note=LONG_CHARS)
    _demand(values, "name")
    _number(values, "siret")
    _number(values, "nda")
    if values.get("siret") and values["siret"][:9] == held.siren:
        raise ApplicationRefused(_("C’est votre propre organisme\u00a0: il ne se sous-traite rien."), field="siret")
    if values.get("basis") and values["basis"] not in SubcontractBasis.values:
        raise ApplicationRefused(_("Choisissez un des fondements proposés."), field="basis")
    return values


PARTS: Mapping[str, Part] = {
    "staff": Part(
        StaffMember,
        "staff",
        ("first_name", "last_name", "email", "functions", "blocs", "qualifications", "experience_years"),
        _staff,
    ),
    "premises": Part(
        Premises, "premises", ("label", "address", "postcode", "city", "capacity", "equipment"), _premises
    ),
    "reference": Part(ClientReference, "references", ("name", "what", "year", "contact"), _reference),
    "subcontractor": Part(
        Subcontractor,
        "subcontractors",
        ("name", "siret", "nda", "what", "basis", "no_cascade", "note"),
        _subcontractor,
    ),
}

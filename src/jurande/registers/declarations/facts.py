"""A certifier's rows turned into what the criteria look at, and a dossier into the one content that is frozen.

Everything is counted from the registers; nothing here names a person.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from jurande.core.encoding.jcs import canonical_bytes
from jurande.core.france import specific_register as law
from jurande.core.france.conventions import MENTIONS_FROM
from jurande.core.france.specific_register import Examined, Facts, Promotion, Said, Standing
from jurande.core.france.wording import DISCLAIMER
from jurande.registers.awards.queries import cohorts
from jurande.registers.awards.queries.lots import version_in_force
from jurande.registers.catalogue.facts import referentiel_of
from jurande.registers.catalogue.models import Alignment, Certification, Referentiel
from jurande.registers.conventions.models import Convention
from jurande.registers.declarations.models import DossierAnnex, RegistrationDossier
from jurande.registers.declarations.states import RequestKind
from jurande.registers.network.models import Check, Habilitation, HabilitationSpell
from jurande.registers.network.states import Basis, SpellState
from jurande.registers.parties.models import Certifier, Relaxation
from jurande.registers.parties.states import Rule

STANDINGS = {
    Standing.SHOWN: "Montré",
    Standing.PARTIAL: "Montré en partie",
    Standing.MISSING: "À montrer",
    Standing.MOOT: "Sans objet",
}


@dataclass(frozen=True)
class Place:
    """A body that is habilitated today, and the convention that binds it, if it is in the register."""

    name: str
    siret: str
    kind: str
    since: date
    until: date
    convention: str = ""
    concluded_on: date | None = None
    has_means: bool = False

    @property
    def has_mentions(self) -> bool:
        """Whether its convention was concluded once the seven mentions were demanded."""
        return self.concluded_on is not None and self.concluded_on >= MENTIONS_FROM


@dataclass(frozen=True)
class Seen:
    """All that the registers show for one dossier on a day."""

    facts: Facts
    examined: tuple[Examined, ...]
    version: Referentiel | None
    years: Sequence[cohorts.YearOf]
    places: Sequence[Place]
    annexes: Sequence[DossierAnnex]
    on: date

    def count(self, standing: Standing) -> int:
        """How many criteria stand so."""
        return sum(one.standing == standing for one in self.examined)


def seen_of(dossier: RegistrationDossier, *, today: date) -> Seen:
    """Read everything. Some twenty-five queries, whatever the number of holders and of bodies."""
    certification = dossier.certification
    version = version_in_force(certification)
    years = cohorts.promotions(certification)
    places = places_of(certification, today=today)
    annexes = list(dossier.annexes.select_related("document").order_by("added_at", "pk"))
    answers = {
        one.criterion: Said(has_text=bool(one.text), is_moot=one.is_moot) for one in dossier.answers.order_by("pk")
    }
    facts = Facts(
        is_first=dossier.kind == RequestKind.FIRST,
        promotions=_promotions(years),
        endorsements=cohorts.endorsements_given(certification).count(),
        said=answers,
        pieces=Counter(one.piece for one in annexes),
        is_separated=_is_separated(dossier.certifier),
        **_version_facts(version),
        **_network_facts(certification, places),
    )
    return Seen(facts, law.examine(facts), version, years, places, annexes, today)


def places_of(certification: Certification, *, today: date) -> list[Place]:
    """The bodies habilitated that day for it, by name; not the certifier's own sites. Two queries."""
    held = (
        Habilitation.objects.filter(certification=certification)
        .active_on(today)
        .exclude(basis=Basis.OWN_SITE)
        .select_related("partnership__site__organisation")
        .order_by("partnership__site__organisation__legal_name", "pk")
    )
    rows = list(held)
    binding = {
        one.partnership_id: one
        for one in Convention.objects.alive()
        .filter(scopes__certification=certification, partnership__in={row.partnership_id for row in rows})
        .order_by("concluded_on", "pk")
    }
    return [_place(row, binding.get(row.partnership_id)) for row in rows]


def _place(row: Habilitation, bound: Convention | None) -> Place:
    means = (bound.technical_means, bound.teaching_means, bound.supervision_means) if bound else ("",)
    return Place(
        name=row.partnership.name,
        siret=row.partnership.site.siret,
        kind=row.get_kind_display(),
        since=row.valid_from,
        until=row.valid_until,
        convention=bound.reference if bound else "",
        concluded_on=bound.concluded_on if bound else None,
        has_means=all(means),
    )


def _promotions(years: Sequence[cohorts.YearOf]) -> tuple[Promotion, ...]:
    own, partners = Counter[int](), Counter[int]()
    for one in years:
        (own if one.is_own else partners)[one.year] += one.holders
    return tuple(Promotion(year, own[year], partners[year]) for year in sorted({*own, *partners}, reverse=True))


def _is_separated(certifier: Certifier) -> bool:
    return not Relaxation.objects.in_force().filter(certifier=certifier, rule=Rule.SEPARATION).exists()


def _version_facts(version: Referentiel | None) -> dict[str, Any]:
    if version is None:
        return {}
    whole = referentiel_of(version)
    competencies = [one for one in whole.competencies if one.text.strip()]
    said = whole.elements
    written = any(bloc.assessment.strip() for bloc in whole.blocs)
    return {
        "version": version.number,
        "competencies": len(competencies),
        "criteria": sum(len(one.criteria) for one in competencies),
        "bare": sum(not one.criteria for one in competencies),
        "tags": frozenset(tag for one in competencies for tag in one.tags),
        # A registered certification says in its blocs, its juries and its rules what a micro one says of itself.
        "protocol": bool(said["protocol"]) if said else written,
        "pass_rule": bool(said["pass_rule"]) if said else bool(whole.regulation.strip()),
        "assessors": bool(said["assessors"]) if said else bool(whole.juries),
        "is_identified": said.get("supervision") == "identified",
        "workload_hours": said.get("workload_hours") or whole.limits.get("minimum_hours"),
        "aligned": Counter(Alignment.objects.filter(referentiel=version).values_list("framework", flat=True)),
    }


def _network_facts(certification: Certification, places: Sequence[Place]) -> dict[str, Any]:
    sirets = {one.siret for one in places}
    bound = {one.convention: one for one in places if one.convention}.values()
    checked = Check.objects.filter(certifier=certification.certifier, siret__in=sirets)
    spells = HabilitationSpell.objects.filter(habilitation__certification=certification, state=SpellState.SUSPENDED)
    return {
        "places": len(sirets),
        "conventions": len(bound),
        "without_mentions": sum(not one.has_mentions for one in bound),
        "with_means": sum(one.has_means for one in bound),
        "checks": checked.order_by().values("siret").distinct().count(),
        "suspensions": spells.count(),
    }


# --- the content ----------------------------------------------------------------------------------


def content_of(dossier: RegistrationDossier, seen: Seen) -> dict[str, Any]:
    """The whole dossier as JSON: what its document is made of, and what is kept once it is closed."""
    answers = {one.criterion: one for one in dossier.answers.order_by("pk")}
    house, certification = dossier.certifier.organisation, dossier.certification
    return {
        "reference": dossier.reference,
        "kind": dossier.kind,
        "request": str(dossier.get_kind_display()),
        "day": seen.on.isoformat(),
        "certifier": {"name": house.name, "legal_name": house.legal_name, "siren": house.siren},
        "certification": {
            "title": certification.title,
            "reference": certification.reference,
            "disclaimer": DISCLAIMER if certification.is_micro else "",
        },
        "version": {"number": seen.version.number, "digest": seen.version.digest} if seen.version else {},
        "law": {"article": law.ARTICLE, "id": law.LEGIARTI, "requests_from": law.REQUESTS_FROM.isoformat()},
        "criteria": [_criterion(one, answers.get(one.criterion.key), seen) for one in seen.examined],
        "promotions": [
            {
                "year": one.year,
                "body": one.partnership.name if one.partnership else house.name,
                "is_own": one.is_own,
                "holders": one.holders,
            }
            for one in seen.years
        ],
        "places": [
            {
                "name": one.name,
                "siret": one.siret,
                "kind": one.kind,
                "since": one.since.isoformat(),
                "until": one.until.isoformat(),
                "convention": one.convention,
                "concluded_on": one.concluded_on.isoformat() if one.concluded_on else "",
                "has_mentions": one.has_mentions,
                "has_means": one.has_means,
            }
            for one in seen.places
        ],
        "endorsements": [
            {"body": one.body_name, "text": one.text, "day": localdate(one.answered_at).isoformat()}
            for one in cohorts.endorsements_given(certification)
            if one.answered_at is not None
        ],
    }


def _criterion(one: Examined, answer: Any, seen: Seen) -> dict[str, Any]:
    criterion = one.criterion
    return {
        "key": criterion.key,
        "rank": criterion.rank,
        "article": criterion.article,
        "title": criterion.title,
        "asked": criterion.asked,
        "standing": one.standing.value,
        "word": STANDINGS[one.standing],
        "evidence": [
            {"label": each.label, "standing": each.standing.value, "seen": each.seen, "how": each.how}
            for each in one.evidence
        ],
        "answer": answer.text if answer else "",
        "annexes": [
            {
                "number": number,
                "code": each.code,
                "title": each.title,
                "filename": each.document.filename,
                "digest": each.digest,
            }
            for number, each in enumerate(seen.annexes, start=1)
            if each.criterion == criterion.key
        ],
    }


def digest_of(content: dict[str, Any]) -> str:
    """The fingerprint of a content: SHA-256 of its canonical form."""
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def paper_of(content: dict[str, Any], *, fingerprint: str) -> dict[str, object]:
    """What the sheet «dossier» wants; without a fingerprint it is marked as a draft."""
    title = f"Demande d’enregistrement\u00a0: {content['certification']['title']}"
    return {
        "title": title,
        "author": content["certifier"]["name"],
        "reference": content["reference"],
        "day": content["day"],
        "fingerprint": fingerprint,
        "dossier": content,
    }

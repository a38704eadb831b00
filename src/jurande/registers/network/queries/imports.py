"""What bringing an existing network in reads: what is known, what the registers list, what came of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.core.france.network_sheets import KnownCertification, Planned
from jurande.core.france.spelling import fold
from jurande.registers.catalogue.models import Bloc, Certification, FicheVersion, Referentiel, TrainingBody
from jurande.registers.catalogue.queries.directory import declared_partners
from jurande.registers.catalogue.queries.national import latest_snapshot
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.network.models import Habilitation, ImportRow, NetworkImport
from jurande.registers.network.states.habilitations import HabilitationState
from jurande.registers.network.states.ledger import RowState
from jurande.registers.parties.models import Certifier, Partnership, PartnershipDocument
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import partners
from jurande.registers.parties.states import DocumentKind

# The sheet that the national registers give, in the words that a corrected file comes back with.
SHEET_COLUMNS: Mapping[str, int] = {
    name: at
    for at, name in enumerate(
        (
            "siret",
            "legal_name",
            "address",
            "postcode",
            "city",
            "nda",
            "certification",
            "kind",
            "valid_from",
            "valid_until",
            "convention",
            "signed_on",
        )
    )
}
SHEET_HEADERS = (
    "SIRET",
    "Dénomination",
    "Adresse",
    "Code postal",
    "Commune",
    "NDA",
    "Certification",
    "Rôle",
    "Début",
    "Fin",
    "Convention",
    "Signée le",
)
ROLES = {"former": "former", "organiser": "organiser", "both": "former et organiser"}


@dataclass(frozen=True)
class KnownPlaces:
    """Places that are partners in force, and the scopes already held, by place, certification and role."""

    sirets: frozenset[str]
    scopes: frozenset[tuple[str, str, str]]

    def has(self, planned: Planned) -> bool:
        """Whether everything that this row asks for is there already."""
        if not planned.certification:
            return planned.siret in self.sirets
        return (planned.siret, planned.certification, planned.kind) in self.scopes


def known_places(certifier: Certifier) -> KnownPlaces:
    """What the house has already. Two queries."""
    held_places = Partnership.objects.in_force().filter(certifier=certifier)
    held = Habilitation.objects.filter(certifier=certifier).exclude(state=HabilitationState.ENDED)
    scopes = held.order_by("pk").values_list("partnership__site__siret", "certification__code", "kind")
    return KnownPlaces(frozenset(held_places.order_by("pk").values_list("site__siret", flat=True)), frozenset(scopes))


def known_certifications(certifier: Certifier) -> list[KnownCertification]:
    """Those in force of the house, with the blocs of the published version of each. Two queries."""
    held = Certification.objects.filter(certifier=certifier, retired_at=None).order_by("reference")
    blocs: dict[int, dict[str, str]] = {}
    published = Bloc.objects.filter(
        referentiel__certification__in=held, referentiel__state=ReferentielState.PUBLISHED
    ).exclude(number="")
    for certification, number, lineage in published.order_by("pk").values_list(
        "referentiel__certification", "number", "lineage"
    ):
        blocs.setdefault(certification, {})[fold(number)] = lineage
    return [KnownCertification(one.code, one.reference, one.title, blocs.get(one.pk, {})) for one in held]


def partnership_at(certifier: Certifier, siret: str) -> Partnership | None:
    """The partner in force at this place."""
    found = Partnership.objects.in_force().filter(certifier=certifier, site__siret=siret)
    return found.select_related("certifier", "site__organisation").first()


def partnerships_at(certifier: Certifier, sirets: Iterable[str]) -> dict[str, Partnership]:
    """The partners in force at these places, by SIRET. One query."""
    found = Partnership.objects.in_force().filter(certifier=certifier, site__siret__in=set(sirets))
    return {one.site.siret: one for one in found.select_related("certifier__organisation", "site__organisation")}


def published_version(certification: Certification) -> Referentiel | None:
    """The version of the référentiel in force."""
    found: Referentiel | None = certification.versions.filter(state=ReferentielState.PUBLISHED).first()
    return found


def remembered_columns(held: NetworkImport) -> dict[str, str]:
    """What somebody said of the columns of the last file of this house whose titles are all here."""
    earlier = NetworkImport.objects.filter(certifier=held.certifier).exclude(pk=held.pk).exclude(columns={})
    for one in earlier.order_by("-read_at", "-pk")[:10]:
        if set(one.columns.values()) <= set(held.headers):
            return dict(one.columns)
    return {}


@dataclass(frozen=True)
class Listed:
    """What the national registers list for a house, as rows of a sheet; ``name`` says which and of what day."""

    name: str
    rows: Sequence[list[str]]


def listed_network(certifier: Certifier, today: date) -> Listed:
    """The active partners of the fiches of our certifications, own places aside. Eight queries at most."""
    held = Certification.objects.filter(certifier=certifier, retired_at=None, fiche__isnull=False)
    fiches = dict(held.order_by("pk").values_list("fiche", "fiche__number"))
    ends = dict(
        FicheVersion.objects.current()
        .filter(fiche__in=fiches)
        .order_by("pk")
        .values_list("fiche__number", "registered_until")
    )
    taken = [one for one in (latest_snapshot("rncp"), latest_snapshot("rs")) if one is not None]
    listed = [one for one in declared_partners(fiches) if one.is_active and one.siren != certifier.organisation.siren]
    bodies = TrainingBody.objects.current().filter(siret__in={one.siret for one in listed}).order_by("nda")
    places = {body.siret: body for body in bodies}
    days = ", ".join(f"{one.published_on:%d/%m/%Y}" for one in taken)
    rows = []
    for one in listed:
        body = places.get(one.siret)
        since = one.active_on or one.seen_from
        rows.append(
            [
                one.siret,
                one.name,
                body.street if body else "",
                body.postcode if body else "",
                body.city if body else "",
                body.nda if body else "",
                one.number,
                ROLES[one.habilitation],
                f"{min(since, today):%d/%m/%Y}",
                f"{end:%d/%m/%Y}" if (end := ends.get(one.number)) else "",
                "Convention à joindre",
                f"{min(since, today):%d/%m/%Y}",
            ]
        )
    return Listed(f"Registre national du {days}", rows)


# --- what screens read --------------------------------------------------------------------------


def imports(actor: Actor) -> QuerySet[NetworkImport]:
    """The last imports of the actor's house."""
    return NetworkImport.objects.visible_to(actor).select_related("certifier").order_by("-read_at", "-pk")[:20]


def network_import(actor: Actor, code: str) -> NetworkImport | None:
    """One import of the actor's house."""
    rows = NetworkImport.objects.visible_to(actor).filter(code=code)
    return rows.select_related("certifier__organisation").first()


def counts_of(held: NetworkImport) -> dict[str, int]:
    """How many rows stand in each state."""
    counts = Counter(held.rows.order_by("pk").values_list("state", flat=True))
    return {state.value: counts.get(state, 0) for state in RowState}


def rejected_rows(held: NetworkImport) -> QuerySet[ImportRow]:
    """The rows left out, in the order of the sheet."""
    return held.rows.filter(state=RowState.REJECTED).order_by("number")


@dataclass(frozen=True)
class Preview:
    """What launching an import makes: new partnerships, habilitations, and letters if heads are invited."""

    partnerships: int
    habilitations: int
    letters: int


def preview_of(held: NetworkImport) -> Preview:
    """Say what the rows to be made amount to. Two queries."""
    there = known_places(held.certifier).sirets
    plans = list(held.rows.filter(state=RowState.READY).order_by("number").values_list("plan", flat=True))
    new = {plan["siret"] for plan in plans} - there
    return Preview(
        partnerships=len(new),
        habilitations=sum(bool(plan["certification"]) for plan in plans),
        letters=len({plan["siret"] for plan in plans if plan["head_email"] and plan["siret"] in new}),
    )


# --- partners complete their file ----------------------------------------------------------------

FILE_ITEMS: Mapping[str, str | Promise] = {
    "person": _("quelqu’un qui s’est connecté"),
    "nda": _("la déclaration d’activité"),
    "qualiopi": _("un certificat Qualiopi valable"),
    "insurance": _("l’assurance"),
    "convention": _("la convention signée"),
}


@dataclass(frozen=True)
class FileProgress:
    """How far a partner is with its file: ``missing`` holds keys of ``FILE_ITEMS``."""

    code: str
    reference: str
    name: str
    missing: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many things a file holds."""
        return len(FILE_ITEMS)

    @property
    def done(self) -> int:
        """How many of them are there."""
        return len(FILE_ITEMS) - len(self.missing)

    def matches(self, words: str) -> bool:
        """Whether every word is in its name or reference."""
        said = fold(f"{self.name} {self.reference}")
        return all(word in said for word in fold(words).split())


def files_progress(actor: Actor, today: date) -> list[FileProgress]:
    """How far every partner in force is. Three queries, whatever their number."""
    rows = partners(actor).in_force()
    insured = set(
        PartnershipDocument.objects.visible_to(actor)
        .in_force()
        .filter(partnership__in=rows, kind=DocumentKind.INSURANCE)
        .exclude(expires_on__lt=today)
        .order_by("pk")
        .values_list("partnership", flat=True)
    )
    lacking = set(
        Habilitation.objects.visible_to(actor).live().to_document().order_by("pk").values_list("partnership", flat=True)
    )
    return [_file_progress(row, row.pk in insured, row.pk in lacking, today) for row in rows]


def _file_progress(partner: Partnership, insured: bool, lacks_convention: bool, today: date) -> FileProgress:
    until_on = partner.qualiopi_until_on  # type: ignore[attr-defined]
    missing = {
        "person": partner.joined_at is None,
        "nda": not partner.organisation.nda,
        "qualiopi": until_on is None or until_on < today,
        "insurance": not insured,
        "convention": lacks_convention,
    }
    return FileProgress(
        partner.code, partner.reference, partner.name, tuple(key for key, lacks in missing.items() if lacks)
    )

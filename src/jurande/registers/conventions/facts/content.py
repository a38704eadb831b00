"""What a convention says, whole: the one thing that is shown, rendered, fingerprinted, sent and signed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from jurande.core.encoding.jcs import canonical_bytes
from jurande.core.france import conventions as core
from jurande.core.france.clauses import day_in_words, fill
from jurande.core.france.departements import departement_label
from jurande.registers.catalogue.models import Bloc
from jurande.registers.catalogue.states import Habilitation
from jurande.registers.conventions.models import (
    Clause,
    Convention,
    ConventionChoices,
    ConventionScope,
    FreeClause,
)
from jurande.registers.conventions.states import Apprenticeship, ConventionKind, Counterpart, Subcontracting
from jurande.registers.network.models import FeeSchedule

TO_FILL = "[à compléter]"
TITLES = {
    ConventionKind.INITIAL: "Convention d’habilitation",
    ConventionKind.AMENDMENT: "Avenant à la convention d’habilitation",
    ConventionKind.RENEWAL: "Convention d’habilitation renouvelée",
}
PURPOSES = {
    Habilitation.FORMER: "préparer des candidats à l’acquisition des certifications et des blocs désignés plus bas",
    Habilitation.ORGANISER: (
        "évaluer, lors de sessions d’examen, les candidats aux certifications et aux blocs désignés plus bas"
    ),
    Habilitation.BOTH: (
        "préparer des candidats à l’acquisition des certifications et des blocs désignés plus bas, et à les évaluer "
        "lors de sessions d’examen"
    ),
}


@dataclass(frozen=True)
class Area:
    """A rectangle of the last page, in millimetres from its lower left corner."""

    left: int
    bottom: int
    width: int
    height: int


# Left empty by the sheet «convention» for what comes after: proofs of signature, and the cachet.
SIGNATURE_AREAS = {
    "partner": Area(27, 57, 75, 24),
    "certifier": Area(108, 57, 75, 24),
    "cachet": Area(27, 26, 156, 22),
}


@dataclass(frozen=True)
class Party:
    """Who contracts, as the State knows them, and who signs."""

    name: str
    legal_name: str
    siren: str
    siret: str
    address: str
    nda: str
    signer: str
    quality: str


@dataclass(frozen=True)
class ScopeLine:
    """One certification covered. ``blocs`` and ``territory``: in words, () for all of them, for everywhere."""

    reference: str
    title: str
    version: str
    kind: str
    blocs: tuple[str, ...]
    territory: tuple[str, ...]


@dataclass(frozen=True)
class PriceLine:
    """One price of the schedule: cents without tax; the tax in hundredths of a percent, or why there is none."""

    label: str
    counted: str
    cents: int
    vat_basis_points: int
    vat_reason: str
    note: str


@dataclass(frozen=True)
class Article:
    """One numbered article. ``mention``: 0 or 1 to 7; ``is_free``: written for this convention alone."""

    number: int
    title: str
    body: str
    mention: int
    source: str
    is_free: bool


@dataclass(frozen=True)
class AnnexLine:
    """One annex and the SHA-256 of its file; empty while the file is not made."""

    kind: str
    title: str
    digest: str


@dataclass(frozen=True)
class ConventionContent:
    """The whole convention. Days are civil days; ``schedule``: the reference of the prices, empty without any."""

    reference: str
    title: str
    follows: str
    clauses_version: int
    certifier: Party
    partner: Party
    purpose: str
    valid_from: date | None
    valid_until: date | None
    scopes: tuple[ScopeLine, ...]
    articles: tuple[Article, ...]
    schedule: str
    prices: tuple[PriceLine, ...]
    annexes: tuple[AnnexLine, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as what ``json`` can write: days as ISO, tuples as lists."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    def digest(self) -> str:
        """The SHA-256 of the canonical form (RFC 8785) of ``as_json``, in hexadecimal."""
        return hashlib.sha256(canonical_bytes(self.as_json())).hexdigest()


def content_of(convention: Convention) -> ConventionContent:
    """Read what the draft says today, fields filled; what is missing is shown as such. Nine queries at most."""
    scopes = list(convention.scopes.select_related("certification__fiche", "referentiel").order_by("position", "pk"))
    schedule = convention.fee_schedule
    lines = _scope_lines(scopes)
    return ConventionContent(
        reference=convention.reference,
        title=TITLES[ConventionKind(convention.kind)],
        follows=convention.follows.reference if convention.follows else "",
        clauses_version=convention.clause_set.number if convention.clause_set else 0,
        certifier=_certifier(convention),
        partner=_partner(convention),
        purpose=convention.purpose,
        valid_from=convention.valid_from,
        valid_until=convention.valid_until,
        scopes=lines,
        articles=_articles(convention, _values(convention, lines)),
        schedule=f"{schedule.reference} — {schedule.title}" if schedule else "",
        prices=prices_of(schedule) if schedule else (),
        annexes=tuple(_annexes(convention, scopes)),
    )


def paper_of(content: dict[str, Any], *, fingerprint: str, on: date) -> dict[str, Any]:
    """What the sheet «convention» is filled with; ``on`` is written in the file.

    Without a ``fingerprint`` it is a draft, and marked so on each page.
    """
    return {
        "title": f"{content['title']} {content['reference']}",
        "author": content["certifier"]["name"],
        "day": on.isoformat(),
        "reference": content["reference"],
        "fingerprint": fingerprint,
        "convention": content,
    }


def paper(convention: Convention) -> dict[str, Any]:
    """What its pages are made from: the frozen content once sent, else what the draft says today."""
    text = convention.text
    if text is not None:
        return paper_of(text.content, fingerprint=text.content_sha256, on=localdate(text.frozen_at))
    return paper_of(content_of(convention).as_json(), fingerprint="", on=localdate(convention.changed_at))


def missing_of(convention: Convention) -> list[core.Missing]:
    """What its mentions lack before it can be sent. One query."""
    return core.missing_mentions(terms_of(convention))


def terms_of(convention: Convention) -> core.Terms:
    """What the rule of the seven mentions looks at. One query."""
    return core.Terms(
        purpose=convention.purpose,
        scopes=tuple(
            core.Scope(scope.certification.title, scope.kind, scope.referentiel_id is not None, tuple(scope.blocs))
            for scope in convention.scopes.select_related("certification").order_by("position", "pk")
        ),
        valid_from=convention.valid_from,
        valid_until=convention.valid_until,
        counterpart=convention.counterpart,
        counterpart_terms=convention.counterpart_terms,
        has_schedule=convention.fee_schedule_id is not None,
        subcontracting=convention.subcontracting,
        subcontracting_terms=convention.subcontracting_terms,
        technical_means=convention.technical_means,
        teaching_means=convention.teaching_means,
        supervision_means=convention.supervision_means,
        apprenticeship=convention.apprenticeship,
        apprenticeship_terms=convention.apprenticeship_terms,
    )


def annexes_to_make(scopes: Sequence[ConventionScope], convention: Convention) -> list[tuple[str, str]]:
    """Kind and title of the annexes that are made when the convention is sent: référentiels, and the prices."""
    made = [("referentiel", referentiel_title(scope)) for scope in scopes if scope.referentiel is not None]
    made = list(dict.fromkeys(made))
    if convention.fee_schedule is not None:
        made.append(("fees", f"Barème {convention.fee_schedule.reference}"))
    return made


def referentiel_title(scope: ConventionScope) -> str:
    """The title of the annex that holds the version of this scope."""
    number = scope.referentiel.number if scope.referentiel else 0
    return f"Référentiel {scope.certification.reference}, version {number}"


def _annexes(convention: Convention, scopes: Sequence[ConventionScope]) -> list[AnnexLine]:
    held = list(convention.annexes.order_by("position", "pk"))
    lines = [AnnexLine(one.kind, one.title, one.digest) for one in held]
    there = {(one.kind, one.title) for one in held}
    waiting = [AnnexLine(kind, title, "") for kind, title in annexes_to_make(scopes, convention)]
    return [one for one in waiting if (one.kind, one.title) not in there] + lines


def _certifier(convention: Convention) -> Party:
    organisation = convention.certifier.organisation
    site = organisation.sites.order_by("pk").first()
    return Party(
        name=organisation.name,
        legal_name=organisation.legal_name,
        siren=organisation.siren,
        siret=site.siret if site else "",
        address=f"{site.address}, {site.postcode} {site.city}".removeprefix(", ") if site else "",
        nda=organisation.nda,
        signer=convention.certifier_signer_name,
        quality=convention.certifier_signer_quality,
    )


def _partner(convention: Convention) -> Party:
    site = convention.partnership.site
    return Party(
        name=site.organisation.name,
        legal_name=site.organisation.legal_name,
        siren=site.organisation.siren,
        siret=site.siret,
        address=f"{site.address}, {site.postcode} {site.city}".removeprefix(", "),
        nda=site.organisation.nda,
        signer=convention.partner_signer_name,
        quality=convention.partner_signer_quality,
    )


def _scope_lines(scopes: Sequence[ConventionScope]) -> tuple[ScopeLine, ...]:
    versions = [scope.referentiel_id for scope in scopes if scope.blocs]
    titles: dict[tuple[int, str], str] = {
        (bloc.referentiel_id, bloc.lineage): f"{bloc.number} {bloc.text}".strip()
        for bloc in Bloc.objects.filter(referentiel__in=versions)
    }
    return tuple(
        ScopeLine(
            reference=scope.certification.reference,
            title=scope.referentiel.title if scope.referentiel else scope.certification.title,
            version=f"version {scope.referentiel.number}" if scope.referentiel else TO_FILL,
            kind=str(Habilitation(scope.kind).label),
            blocs=tuple(titles.get((scope.referentiel_id or 0, lineage), lineage) for lineage in scope.blocs),
            territory=tuple(departement_label(code) for code in scope.territory),
        )
        for scope in scopes
    )


def prices_of(schedule: FeeSchedule) -> tuple[PriceLine, ...]:
    """The lines of a schedule in words, in order. One query."""
    return tuple(
        PriceLine(
            label=line.label,
            counted=str(line.get_kind_display()),
            cents=line.amount_cents,
            vat_basis_points=line.vat_basis_points,
            vat_reason=line.vat_reason,
            note=line.note,
        )
        for line in schedule.lines.order_by("position")
    )


def _articles(convention: Convention, values: dict[str, str]) -> tuple[Article, ...]:
    free = list(convention.free_clauses.select_related("replaces").order_by("position", "pk"))
    instead = {one.replaces_id: one for one in free if one.replaces_id is not None}
    concerned = {"", *(("former", "organiser") if convention.purpose in ("both", "") else (convention.purpose,))}
    kept: list[tuple[Clause | None, FreeClause | None]] = (
        [
            (clause, instead.get(clause.pk))
            for clause in convention.clause_set.clauses.order_by("position", "pk")
            if clause.only_for in concerned
        ]
        if convention.clause_set
        else []
    )
    kept += [(None, one) for one in free if one.replaces_id is None]
    articles: list[Article] = []
    for clause, other in kept:
        body = other.body if other is not None else clause.body if clause is not None else ""
        if not body:
            continue
        articles.append(
            Article(
                number=len(articles) + 1,
                title=other.title if other is not None else clause.title if clause is not None else "",
                body=fill(body, values),
                mention=clause.mention if clause is not None else 0,
                source=clause.duty if clause is not None else "",
                is_free=other is not None,
            )
        )
    return tuple(articles)


def _values(convention: Convention, scopes: Sequence[ScopeLine]) -> dict[str, str]:
    choices = getattr(convention.certifier, "convention_choices", None) or ConventionChoices()
    certifier, partner = convention.certifier.organisation, convention.partnership.site
    return {
        "certificateur": certifier.name,
        "certificateur_siren": certifier.siren,
        "certificateur_signataire": convention.certifier_signer_name or TO_FILL,
        "partenaire": partner.organisation.name,
        "partenaire_siret": partner.siret,
        "partenaire_commune": partner.city,
        "partenaire_nda": partner.organisation.nda or "non communiquée",
        "partenaire_signataire": convention.partner_signer_name or TO_FILL,
        "reference": convention.reference,
        "objet": PURPOSES[Habilitation(convention.purpose)] if convention.purpose else TO_FILL,
        "certifications": ", ".join(dict.fromkeys(line.title for line in scopes)) or TO_FILL,
        "debut": day_in_words(convention.valid_from) if convention.valid_from else TO_FILL,
        "fin": day_in_words(convention.valid_until) if convention.valid_until else TO_FILL,
        "contrepartie": _counterpart(convention),
        "sous_traitance": _subcontracting(convention, choices.subcontract_percent),
        "moyens_techniques": convention.technical_means or TO_FILL,
        "moyens_pedagogiques": convention.teaching_means or TO_FILL,
        "moyens_encadrement": convention.supervision_means or TO_FILL,
        "apprentissage": _apprenticeship(convention),
        "jours_observations": str(choices.observation_days),
        "jours_preavis": str(choices.notice_days),
    }


def _counterpart(convention: Convention) -> str:
    if convention.counterpart == Counterpart.NONE:
        return "Aucune contrepartie, financière ou autre, n’est due par le partenaire au titre de l’habilitation."
    if convention.counterpart == Counterpart.SCHEDULE and convention.fee_schedule is not None:
        said = (
            f"La contrepartie est fixée par le barème {convention.fee_schedule.reference}, joint en annexe. Ses "
            "montants ne changent pas pendant la durée de la convention\u00a0: un autre barème demande un avenant."
        )
        return f"{said}\n\n{convention.counterpart_terms}".strip()
    return convention.counterpart_terms or TO_FILL


def _subcontracting(convention: Convention, percent: int) -> str:
    if convention.subcontracting == Subcontracting.FORBIDDEN:
        return "Le partenaire ne sous-traite aucune des prestations pour lesquelles il est habilité."
    if convention.subcontracting == Subcontracting.ALLOWED and convention.subcontracting_terms:
        return (
            f"{convention.subcontracting_terms}\n\n"
            "Un sous-traitant ne sous-traite pas à son tour. Chaque sous-traitance fait l’objet d’un contrat écrit, "
            "qui dit les missions, leur contenu, les moyens, la durée et le prix. Quand l’action est payée par le "
            "compte personnel de formation, le sous-traitant remplit les conditions de l’article L. 6323-9-2 du code "
            f"du travail, et la part sous-traitée ne dépasse pas {percent}\u00a0% de ce que le partenaire y réalise "
            "dans l’année."
        )
    return TO_FILL


def _apprenticeship(convention: Convention) -> str:
    if convention.apprenticeship == Apprenticeship.NONE:
        return (
            "Sans objet\u00a0: le partenaire ne forme pas d’apprentis aux certifications visées. S’il souhaite le "
            "faire, un avenant dit d’abord qui s’occupe de leur gestion administrative."
        )
    return convention.apprenticeship_terms or TO_FILL


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value

"""Files of the State, invented: exports of the registers in the layout V4.1, and the list of training bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from xml.sax.saxutils import escape

from jurande.core.france.identifiers import luhn_sum

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<FICHES>\n  <VERSION_FLUX>{version}</VERSION_FLUX>\n'


def siret(rank: int, *, place: int = 1) -> str:
    """A valid SIRET, the same for the same rank: organisation ``rank``, its place ``place``."""
    stem = f"998{rank:05d}"
    siren = stem + str(-luhn_sum(stem + "0") % 10)
    stem = f"{siren}{place:04d}"
    return stem + str(-luhn_sum(stem + "0") % 10)


@dataclass(frozen=True)
class Partner:
    siret: str
    name: str = "ORGANISME"
    habilitation: str = "HABILITATION_ORGA_FORM"
    state: str = "Actif"
    active_on: str = "08/04/2024"
    changed_on: str = ""

    def xml(self) -> str:
        return row(
            "PARTENAIRE",
            NOM_PARTENAIRE=self.name,
            SIRET_PARTENAIRE=self.siret,
            HABILITATION_PARTENAIRE=self.habilitation,
            ETAT_HABILITATION=self.state,
            **({"DATE_ACTIF": self.active_on} if self.active_on else {}),
            **({"DATE_DERNIERE_MODIFICATION_ETAT": self.changed_on} if self.changed_on else {}),
        )


@dataclass(frozen=True)
class Bloc:
    code: str
    title: str = "Conduire un projet"
    competencies: str = "- Analyser la demande  - Planifier les étapes"

    def xml(self) -> str:
        return row(
            "BLOC_COMPETENCES",
            CODE=self.code,
            LIBELLE=self.title,
            LISTE_COMPETENCES=self.competencies,
            MODALITES_EVALUATION="Mise en situation",
        )


@dataclass(frozen=True)
class Fiche:
    number: str
    title: str = "Intégrer un outil dans son métier"
    partners: Sequence[Partner] = ()
    blocs: Sequence[Bloc] = ()
    certifiers: Sequence[tuple[str, str]] = ((siret(1), "ÉCOLE DU PONT"),)
    replacing: Sequence[str] = ()
    active: str = "Oui"
    # Other elements, by tag.
    more: dict[str, str] = field(default_factory=dict)

    def but(self, **changes: Any) -> Fiche:
        return replace(self, **changes)

    def xml(self) -> str:
        parts = [f"    <NUMERO_FICHE>{self.number}</NUMERO_FICHE>\n"] if self.number else []
        if self.replacing:
            rows = "".join(row("NOUVELLE_CERTIFICATION", ID_FICHE_NOUVELLE_CERTIFICATION=n) for n in self.replacing)
            parts.append(f"    <NOUVELLES_CERTIFICATIONS>\n{rows}    </NOUVELLES_CERTIFICATIONS>\n")
        parts.append(f"    <INTITULE>{escape(self.title)}</INTITULE>\n    <ETAT_FICHE>Publiée</ETAT_FICHE>\n")
        certifiers = "".join(
            row("CERTIFICATEUR", SIRET_CERTIFICATEUR=siret, NOM_CERTIFICATEUR=name, ETAT_CERTIFICATEUR="Actif")
            for siret, name in self.certifiers
        )
        parts.append(f"    <CERTIFICATEURS>\n{certifiers}    </CERTIFICATEURS>\n")
        if self.partners:
            rows = "".join(partner.xml() for partner in self.partners)
            parts.append(f"    <PARTENAIRES>\n{rows}    </PARTENAIRES>\n")
        if self.blocs:
            rows = "".join(bloc.xml() for bloc in self.blocs)
            parts.append(f"    <BLOCS_COMPETENCES>\n{rows}    </BLOCS_COMPETENCES>\n")
        parts += [f"    <{tag}>{text}</{tag}>\n" for tag, text in self.more.items()]
        parts.append(f"    <ACTIF>{self.active}</ACTIF>\n")
        return f"  <FICHE>\n{''.join(parts)}  </FICHE>\n"


def row(tag: str, **values: str) -> str:
    inside = "".join(f"        <{name}>{escape(value)}</{name}>\n" for name, value in values.items())
    return f"      <{tag}>\n{inside}      </{tag}>\n"


def export(*fiches: Fiche, version: str = "4.1") -> bytes:
    """An export of these fiches."""
    return f"{HEAD.format(version=version)}{''.join(fiche.xml() for fiche in fiches)}</FICHES>\n".encode()


DOTTED = (
    "numeroDeclarationActivite;numerosDeclarationActivitePrecedent;denomination;siren;siretEtablissementDeclarant;"
    "adressePhysiqueOrganismeFormation.voie;adressePhysiqueOrganismeFormation.codePostal;"
    "adressePhysiqueOrganismeFormation.ville;certifications.actionsDeFormation;certifications.bilansDeCompetences;"
    "certifications.VAE;certifications.actionsDeFormationParApprentissage;informationsDeclarees.dateDerniereDeclaration;"
    "informationsDeclarees.nbStagiaires;"
)
BODY = {
    "nda": "11756000175",
    "name": "Académie Confluence",
    "siren": siret(7)[:9],
    "siret": siret(7),
    "street": "8 rue de l’Étang",
    "postcode": "75011",
    "city": "Paris",
    "training": "true",
    "review": "",
    "vae": "false",
    "apprenticeship": "",
    "declared_on": "15/03/2026",
    "trainees": "560",
}


def body(**changes: str) -> dict[str, str]:
    """A line of the list, with these values changed."""
    return {**BODY, **changes}


def training_list(*bodies: dict[str, str], header: str = DOTTED) -> str:
    """The list of these bodies."""
    lines = [header] + [
        ";".join([b["nda"], "", *(b[key] for key in list(BODY)[1:])]) + ";" for b in (bodies or (BODY,))
    ]
    return "\n".join(lines) + "\n"

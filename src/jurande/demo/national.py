"""What the State publishes in the demonstration: two days of the registers and a list of training bodies, all invented.

They are written in the State's own layouts and read by the real import; nothing is written in a table from here.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from django.utils import timezone

from jurande.demo.fiction import ANSWERS_LATE, BODIES, with_check_digit
from jurande.registers.catalogue.operations import importing

# The three certifications that the demonstration's certifier holds.
OURS = ("RNCP49021", "RNCP49022", "RS9104")
# A month apart, so that there is something to compare.
DAYS_AGO = (31, 1)
# Bodies that the public list does not know, or knows at another address.
UNLISTED = frozenset({"Second Souffle Formation", "Isula Tecnica"})
MOVED = frozenset({"Horizon Technique", "Picardie Vélo Services", "La Bonne Fabrique"})
LISTED_TWICE = "Cap Réparation Nord"
GONE = "Formélec Reims"
WIDENED = "La Maison du Geste"
ROLES = ("HABILITATION_ORGA_FORM", "HABILITATION_ORGA_FORM", "HABILITATION_FORMER", "HABILITATION_ORGANISER")


@dataclass(frozen=True)
class Invented:
    """One fiche of the invented registers. ``blocs``: (title, competencies); ``until_days``: from today."""

    number: str
    title: str
    certifier: tuple[str, str]
    level: str = "AUCUN"
    until_days: int = 700
    abilities: Sequence[str] = ()
    blocs: Sequence[tuple[str, Sequence[str]]] = ()
    jobs: str = ""
    rome: Sequence[tuple[str, str]] = ()
    formacodes: Sequence[tuple[str, str]] = ()
    promotions: Sequence[tuple[int, int, int]] = ()
    replaced_by: str = ""


def siret_of(stem: str) -> str:
    """The SIRET of an invented organisation's first place."""
    return with_check_digit(with_check_digit(stem) + "0001")


IMR = (siret_of("99900417"), "INSTITUT DES METIERS DE LA REPARATION")
GESTE = (siret_of("99900856"), "CONSERVATOIRE DU GESTE")
OTHERS = (siret_of("99901733"), "ECOLE NATIONALE DES METIERS INVENTES")
NAMELESS = ("", "BRANCHE DES METIERS IMAGINAIRES")

_DIAGNOSE = ("Relever les symptômes d’une panne avec la personne", "Mesurer une grandeur électrique sans danger",
             "Choisir entre réparer, remplacer et réemployer")  # fmt: skip
FICHES: tuple[Invented, ...] = (
    Invented(
        "RNCP49021", "Technicien réparateur en électroménager", IMR, "NIV4", 520,
        blocs=(
            ("Diagnostiquer la panne d’un appareil électroménager", _DIAGNOSE),
            ("Réparer et contrôler l’appareil", ("Démonter sans abîmer", "Contrôler l’isolement")),
            ("Conseiller la personne et rendre compte", ("Établir un devis", "Expliquer l’usage et l’entretien")),
        ),
        jobs="Technicien d’atelier, technicien itinérant, réparateur en ressourcerie",
        rome=(("I1402", "Réparation de biens électrodomestiques et multimédia"),),
        formacodes=(("24066", "Appareil électroménager"),),
        promotions=((2023, 512, 71), (2024, 640, 74), (2025, 688, 78)),
    ),
    Invented(
        "RNCP49022", "Mécanicien de cycles électriques", IMR, "NIV3", 610,
        blocs=(
            ("Entretenir un cycle", ("Régler une transmission", "Régler un freinage hydraulique")),
            ("Intervenir sur l’assistance électrique", ("Lire un code de panne", "Remplacer un moteur de moyeu")),
            ("Accueillir à l’atelier", ("Estimer un temps de travail", "Remettre le cycle à son propriétaire")),
        ),
        jobs="Mécanicien cycles, responsable d’atelier vélo",
        rome=(("I1607", "Réparation de cycles, motocycles et motoculteurs de loisirs"),),
        promotions=((2024, 204, 80), (2025, 260, 83)),
    ),
    Invented(
        "RS9104", "Diagnostiquer et remettre en état une batterie de vélo", IMR, until_days=160,
        abilities=("Reconnaître une batterie dangereuse et l’isoler", "Mesurer la capacité restante",
                   "Remplacer des cellules et contrôler l’assemblage", "Tracer l’intervention"),
        rome=(("I1607", "Réparation de cycles, motocycles et motoculteurs de loisirs"),),
    ),
    Invented("RNCP47310", "Réparateur d’appareils ménagers", IMR, "NIV4", -240, replaced_by="RNCP49021",
             blocs=(("Réparer un appareil ménager", _DIAGNOSE),)),
    Invented("RS9207", "Transmettre un geste d’atelier à un apprenti", GESTE, until_days=380,
             abilities=("Montrer, faire faire, corriger", "Évaluer un geste sans décourager")),
    Invented("RNCP48115", "Sellier-garnisseur du bâti ancien", GESTE, "NIV4", 900,
             blocs=(("Déposer et relever une garniture", ("Lire une garniture ancienne", "Choisir un crin")),)),
    Invented("RS9311", "Appliquer l’intelligence artificielle au suivi des ressources humaines", OTHERS, until_days=420,
             abilities=("Choisir un outil selon la tâche et les données", "Contrôler ce que l’outil répond")),
    Invented("RNCP48604", "Chargé de ressources humaines", OTHERS, "NIV6", 820,
             blocs=(("Recruter sans discriminer", ("Décrire un poste", "Conduire un entretien")),)),
    Invented("RNCP48733", "Soudeur à l’arc et au chalumeau", OTHERS, "NIV3", 300,
             blocs=(("Souder un assemblage", ("Préparer les bords", "Contrôler le cordon")),),
             rome=(("H2913", "Soudage manuel"),)),
    Invented("RNCP48890", "Conseiller en réemploi et en économie circulaire", NAMELESS, "NIV5", 640,
             blocs=(("Organiser une collecte", ("Trier un flux", "Tenir un registre")),)),
)  # fmt: skip


def publish(*, now: datetime, today: date, first: bool) -> None:
    """Have the State publish, and the house read, one day of both registers; with the first, the public list too.

    ``today`` is the day of the demonstration: what is in the fiches is told from it, and does not move between the two
    publications. Between them a partner leaves, two come, another takes a wider role.
    """
    day = timezone.localdate(now)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for register in ("RNCP", "RS"):
            path = Path(folder) / f"export_fiches_{register}_V4_1_{day.isoformat()}.xml"
            path.write_bytes(export(register, today, first=first))
            paths.append(path)
        if first:
            path = Path(folder) / f"liste_publique_des_of_{day.isoformat()}.csv"
            path.write_bytes(public_list(today))
            paths.append(path)
        for path in paths:
            delivery = importing.receive_in_place(path, published_on=day, now=now)
            (read,) = importing.read_delivery(delivery, path, report=lambda done, total: None, now=now)
            if read.refusal:
                raise RuntimeError(f"the demonstration's own {path.name} was refused: {read.refusal}")


# --- the registers, version 4.1 -----------------------------------------------------------------


def export(register: str, day: date, *, first: bool) -> bytes:
    """Write one register as the State does, on the first or the second day of its publication."""
    root = Element("FICHES")
    _add(root, "VERSION_FLUX", "4.1")
    for rank, fiche in enumerate(one for one in FICHES if one.number.startswith(register)):
        _fiche(root, fiche, 5000 + rank, day, first=first)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _fiche(root: Element, fiche: Invented, identifier: int, day: date, *, first: bool) -> None:
    node = SubElement(root, "FICHE")
    until_on = day + timedelta(days=fiche.until_days)
    decided = _french(until_on - timedelta(days=3 * 365))
    _add(node, "ID_FICHE", str(identifier))
    _add(node, "NUMERO_FICHE", fiche.number)
    if fiche.replaced_by:
        _add(_within(node, "NOUVELLES_CERTIFICATIONS/NOUVELLE_CERTIFICATION"), "ID_FICHE_NOUVELLE_CERTIFICATION",
             fiche.replaced_by)  # fmt: skip
    _add(node, "INTITULE", fiche.title)
    _add(node, "ETAT_FICHE", "Publiée")
    _coded(node, "FORMACODES", "FORMACODE", fiche.formacodes)
    _all(_within(node, "NOMENCLATURE_EUROPE"), NIVEAU=fiche.level, LIBELLE="")
    siret, name = fiche.certifier
    certifier = _within(node, "CERTIFICATEURS/CERTIFICATEUR")
    _all(certifier, **({"SIRET_CERTIFICATEUR": siret} if siret else {}), NOM_CERTIFICATEUR=name)
    _add(certifier, "ETAT_CERTIFICATEUR", "Actif")
    partners = list(_partners(fiche, day, first=first))
    _add(node, "EXISTENCE_PARTENAIRES", "Oui" if partners else "Non")
    if partners:
        listed = SubElement(node, "PARTENAIRES")
        for partner in partners:
            _all(SubElement(listed, "PARTENAIRE"), **partner)
    _add(node, "CAPACITES_ATTESTEES", "\n".join(fiche.abilities))
    _add(node, "TYPE_EMPLOI_ACCESSIBLES", fiche.jobs)
    _coded(node, "CODES_ROME", "ROME", fiche.rome)
    for route in ("FI", "CA", "FC", "CQ", "CL", "VAE"):
        opened = route in ("CA", "FC", "VAE")
        jury = {"COMPOSITION": "Deux professionnels du métier, extérieurs à l’organisme."} if opened else {}
        _all(SubElement(node, f"SI_JURY_{route}"), ACTIF="Oui" if opened else "Non", **jury)
    if fiche.promotions:
        promotions = SubElement(node, "STATISTIQUES_PROMOTIONS")
        for year, certified, employed in fiche.promotions:
            _all(SubElement(promotions, "STATISTIQUES_PROMOTION"), ANNEE=str(year), NOMBRE_CERTIFIES=str(certified),
                 TAUX_INSERTION_GLOBAL_6MOIS=str(employed))  # fmt: skip
    _all(node, DATE_DECISION=decided, DATE_FIN_ENREGISTREMENT=_french(until_on), DATE_EFFET=decided)
    _all(node, DATE_LIMITE_DELIVRANCE=_french(until_on + timedelta(days=1460)), DUREE_ENREGISTREMENT="3")
    _add(node, "TYPE_ENREGISTREMENT", "Enregistrement sur demande")
    if fiche.blocs:
        blocs = SubElement(node, "BLOCS_COMPETENCES")
        for rank, (title, competencies) in enumerate(fiche.blocs, start=1):
            bloc = SubElement(blocs, "BLOC_COMPETENCES")
            _all(bloc, CODE=f"{fiche.number}BC{rank:02d}", LIBELLE=title, LISTE_COMPETENCES="\n".join(competencies))
            _add(bloc, "MODALITES_EVALUATION", "Mise en situation en atelier.")
    _add(node, "ACTIF", "Oui" if fiche.until_days > 0 else "Non")


def _partners(fiche: Invented, day: date, *, first: bool) -> Iterator[dict[str, str]]:
    """Give the partners of one fiche on one day, as its certifier declared them."""
    if fiche.number == "RNCP49021":
        # The certifier trains too; on its other fiche it forgot to say so.
        yield _partner(IMR[0], IMR[1], ROLES[0], day - timedelta(days=1100))
    for rank, body in enumerate(BODIES if fiche.number in OURS else BODIES[3:15:4] if fiche.certifier == GESTE else ()):
        chosen = {"RNCP49021": rank % 4 != 3, "RNCP49022": rank % 3 == 0, "RS9104": rank % 5 == 1}
        late = body.name in ANSWERS_LATE
        if not chosen.get(fiche.number, True) or (late and first):
            continue
        role = ROLES[(body.stem + rank) % len(ROLES)]
        if body.name == WIDENED and not first:
            role = ROLES[0]
        since_on = None if body.stem % 7 == 0 else day - timedelta(days=max(body.since_days, 3))
        state = "Supprimé" if body.name == GONE and not first else "Inactif" if body.stem % 19 == 0 else "Actif"
        yield _partner(body.siret, body.name.upper(), role, since_on, state)
        if body.name == LISTED_TWICE and fiche.number == "RNCP49021":
            yield _partner(body.siret, body.name.upper(), "HABILITATION_FORMER", since_on)


def _partner(siret: str, name: str, role: str, since_on: date | None, state: str = "Actif") -> dict[str, str]:
    dated = {"DATE_ACTIF": _french(since_on)} if since_on else {}
    named = {"NOM_PARTENAIRE": name, "SIRET_PARTENAIRE": siret}
    return {**named, "HABILITATION_PARTENAIRE": role, "ETAT_HABILITATION": state, **dated}


def _french(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _add(node: Element, tag: str, text: str) -> None:
    if text:
        SubElement(node, tag).text = text


def _all(node: Element, **texts: str) -> None:
    for tag, text in texts.items():
        _add(node, tag, text)


def _within(node: Element, path: str) -> Element:
    for tag in path.split("/"):
        node = SubElement(node, tag)
    return node


def _coded(node: Element, group: str, tag: str, pairs: Iterable[tuple[str, str]]) -> None:
    found = list(pairs)
    if found:
        within = SubElement(node, group)
        for code, label in found:
            _all(SubElement(within, tag), CODE=code, LIBELLE=label)


# --- the public list of training bodies ---------------------------------------------------------

_COLUMNS = (
    "numeroDeclarationActivite", "denomination", "siren", "siretEtablissementDeclarant",
    "adressePhysiqueOrganismeFormation.voie", "adressePhysiqueOrganismeFormation.codePostal",
    "adressePhysiqueOrganismeFormation.ville", "certifications.actionsDeFormation",
    "certifications.bilansDeCompetences", "certifications.VAE", "certifications.actionsDeFormationParApprentissage",
    "informationsDeclarees.dateDerniereDeclaration", "informationsDeclarees.nbStagiaires",
)  # fmt: skip


def public_list(day: date) -> bytes:
    """Write the list of training bodies as the ministry does: a SIRET, or its last five digits alone."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(_COLUMNS)
    for rank, body in enumerate(BODIES):
        if body.name in UNLISTED:
            continue
        siret = with_check_digit(f"{body.siren}0009") if body.name in MOVED else body.siret
        number = body.nda_number or f"93{body.postcode[:2]}{body.stem:05d}13"
        qualiopi = "true" if body.qualiopi_days and body.qualiopi_days > 0 else "false"
        declared = _french(day - timedelta(days=60 + body.stem % 200))
        writer.writerow(
            (number, body.name, body.siren, siret[9:] if rank % 4 == 0 else siret, body.address, body.postcode,
             body.city, qualiopi, "", "true" if body.stem % 3 == 0 else "", "false", declared, 40 + body.stem % 600)
        )  # fmt: skip
    return out.getvalue().encode()

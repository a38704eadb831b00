"""The gallery: every component in each of its states, on one page, in the words of the demonstration's fiction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jurande.web.ui import blocks, parts
from jurande.web.ui.areas import Rows
from jurande.web.ui.context import Frame, Place
from jurande.web.ui.fields import DayInput
from jurande.web.ui.formats import day
from jurande.web.ui.marks import chip
from jurande.web.ui.tables import BulkAct, Column, Filter, Table

TODAY = date(2026, 11, 23)
PARIS = ZoneInfo("Europe/Paris")
SHELLS = ("pro", "public", "guest", "holder", "account", "manage")

COLOURS = (
    ("Papier", "#FBFAF6", "fond"),
    ("Surface", "#FFFFFF", "feuilles, champs"),
    ("Encre", "#1C2033", "15,4 : 1"),
    ("Encre douce", "#5B6070", "6,0 : 1"),
    ("Indigo", "#2F3E8F", "9,1 : 1, liens, repère"),
    ("Cire", "#A4262C", "7,0 : 1"),
    ("Vert", "#1E6B48", "6,2 : 1"),
    ("Ambre", "#8A5A00", "5,7 : 1"),
)
CHIPS = (
    ("ok", "Active"),
    ("run", "Probatoire"),
    ("warn", "À vérifier"),
    ("late", "En retard"),
    ("stop", "Suspendue"),
    ("draft", "Brouillon"),
    ("end", "Terminée"),
)
LONG = (
    "Association interprofessionnelle pour la formation, la qualification et l’accompagnement vers l’emploi "
    "des réparatrices et réparateurs d’appareils électroménagers des Hauts-de-France"
)


class Sample(forms.Form):
    """Every kind of field, with its help."""

    siret = forms.CharField(label="SIRET de l’établissement", help_text="Quatorze chiffres, espaces admis.")
    born_on = forms.DateField(
        label="Date de naissance", help_text="Comme sur la pièce d’identité.", input_formats=["%d/%m/%Y"]
    )
    email = forms.EmailField(label="Adresse e-mail", required=False, help_text="Une seule lettre par mois, au plus.")
    certification = forms.ChoiceField(
        label="Certification",
        help_text="Celle de l’appel en cours.",
        choices=[("RNCP49021", "RNCP49021 Technicien réparateur en électroménager"), ("RS9104", "RS9104 Batterie")],
    )
    role = forms.ChoiceField(
        label="Rôle demandé",
        help_text="Qui forme et évalue doit inscrire à l’examen toutes les personnes formées.",
        widget=forms.RadioSelect,
        choices=[("train", "Former"), ("assess", "Organiser l’évaluation"), ("both", "Former et organiser")],
    )
    blocs = forms.MultipleChoiceField(
        label="Blocs demandés",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("1", "Bloc 1. Diagnostiquer la panne"), ("2", "Bloc 2. Réparer et remettre en service")],
    )
    level = forms.ChoiceField(
        label="Ce que vous avez vu",
        widget=forms.RadioSelect,
        choices=[("no", "Non atteint"), ("partly", "En partie"), ("yes", "Atteint")],
    )
    qualiopi = forms.FileField(label="Certificat Qualiopi", help_text="PDF ou photo nette, 10 Mo au plus.")
    starts_on = forms.DateField(label="Premier jour", required=False, widget=DayInput)
    fee = forms.DecimalField(label="Redevance", required=False, help_text="Hors taxes, par candidat inscrit.")
    reason = forms.CharField(
        label="Motif, écrit au journal",
        help_text="Relu par le partenaire et, en cas de contrôle, par France compétences.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    charter = forms.BooleanField(label="Nous acceptons la charte du réseau", help_text="Version du 2 mars 2026.")

    def clean_born_on(self) -> date:
        """Say what to do, not only what is wrong."""
        raise forms.ValidationError("Février 1999 a 28 jours. Relisez la pièce d’identité, puis corrigez le jour.")


@dataclass(frozen=True)
class Sitting:
    """A line of the sample table."""

    reference: str
    partner: str
    on: date
    enrolled: int
    present: int
    status: str
    word: str


SITTINGS = (
    Sitting("S-2026-0419", "Atelier des Deux-Rives", date(2026, 11, 23), 9, 8, "run", "En cours"),
    Sitting("S-2026-0412", "Ateliers Mistral Formation", date(2026, 11, 19), 24, 24, "ok", "Publiée"),
    Sitting("S-2026-0407", "Cap Réparation Nord", date(2026, 11, 12), 6, 5, "late", "PV en retard"),
    Sitting("S-2026-0398", LONG, date(2026, 11, 1), 1418, 1377, "end", "Archivée"),
)


def _chip(sitting: Sitting) -> str:
    return chip(sitting.status, sitting.word)


SITTINGS_TABLE: Table[Sitting] = Table(
    name="sessions",
    columns=(
        Column("session", "Session", lambda s: s.reference, url=lambda s: f"#{s.reference}"),
        Column("organisme", "Organisme", lambda s: s.partner),
        Column("date", "Date", lambda s: s.on),
        Column("inscrits", "Inscrits", lambda s: s.enrolled, numeric=True),
        Column("presents", "Présents", lambda s: s.present, numeric=True),
        Column("etat", "État", lambda s: s.word, show=_chip),
    ),
    filters=(
        Filter(
            "etat",
            "état",
            [("run", "en cours"), ("ok", "publiée"), ("late", "en retard"), ("end", "archivée")],
            lambda rows, chosen: [row for row in rows if row.status in chosen],
        ),
    ),
    search=lambda rows, words: [row for row in rows if words.lower() in f"{row.reference} {row.partner}".lower()],
    order="-date",
    code=lambda s: s.reference,
    unit="session,sessions",
)

DUES = (
    parts.Due(
        "Déclarer le retrait de Formélec Reims à France compétences",
        date(2026, 11, 21),
        TODAY,
        url="#",
        opened_on=date(2026, 11, 1),
        note="Échu le 21 novembre",
        law="R. 6113-16-5",
        law_url="#",
        who="Claire Vasseur",
    ),
    parts.Due(
        "Répondre à la Caisse des Dépôts : 2 titulaires à rectifier",
        date(2026, 11, 24),
        TODAY,
        url="#",
        opened_on=date(2026, 10, 26),
        law="R. 6113-17-2",
        law_url="#",
        who="Anne-Sophie Keller",
    ),
    parts.Due(
        "Accrochage de 46 parchemins",
        date(2026, 12, 4),
        TODAY,
        url="#",
        opened_on=date(2026, 9, 4),
        law="R. 6113-17-2",
        law_url="#",
        who="Anne-Sophie Keller",
    ),
    parts.Due("Relire la charte", date(2026, 12, 31), TODAY),
)

EVENTS = (
    parts.Event(
        datetime(2026, 11, 23, 9, 15, tzinfo=PARIS), "Anne-Sophie Keller délivre 24 micro-certifications.", "ok"
    ),
    parts.Event(datetime(2026, 11, 23, 6, 20, tzinfo=PARIS), "Niveau de risque élevé : passage à l’examen.", "late"),
    parts.Event(date(2026, 11, 20), "Mehdi Larbi contrôle deux grilles tirées au sort."),
    parts.Event(date(2026, 6, 30), "Fin de l’habilitation RS9104.", "end", "que le partenaire ne renouvelle pas"),
    parts.Event(date(2026, 1, 1), "Candidature déposée, 31 pièces.", "draft"),
)

BARS = (
    parts.Bar("formés", 31, 31),
    parts.Bar("inscrits", 9, 27.3, weak=True),
    parts.Bar("présents", 8, 25.7),
    parts.Bar("certifiés", 6, 21.4),
)
REASONS = (
    parts.Reason(
        "late",
        "9 inscrits à l’examen sur 31 formés, norme du réseau 88 % ; même au mieux (44 %), sous le plancher de 68 %.",
        "R. 6113-16-4, 2°",
        "#",
    ),
    parts.Reason("warn", "Une même jurée a siégé à 6 des 7 dernières sessions.", "Règlement, art. 9", "#"),
)
STAGES = (
    parts.Stage("Formés", 2418),
    parts.Stage("Inscrits", 2127, "291 sans inscription", "#", 0.97),
    parts.Stage("Présents", 2004, "123 absents", "#", 0.87),
    parts.Stage("Certifiés", 1673, "331 ajournés, dont 118 avec un bloc validé", "#", 0.81),
)
_NETWORK = {"13": 5, "59": 5, "44": 4, "69": 3, "33": 3, "31": 3, "62": 2, "67": 2, "35": 2, "75": 2, "93": 5, "63": 4}
_NETWORK |= dict.fromkeys(("76", "29", "56", "34", "38", "21", "57", "45", "971", "974", "2B", "06", "87", "92"), 1)
SPOTS = {code: parts.Spot(value, f"?departement={code}") for code, value in _NETWORK.items()} | {
    "13": parts.Spot(5, "?departement=13", 1),
    "59": parts.Spot(5, "?departement=59", 2),
    "34": parts.Spot(1, "?departement=34", 3),
    "63": parts.Spot(4, "?departement=63", 4),
    "93": parts.Spot(5, "?departement=93", 5),
    "": parts.Spot(2, "?departement="),
}
REJECTED = (
    parts.Rejected("14", "Léa Marchand", "née le 31/02/1999 : ce jour n’existe pas"),
    parts.Rejected("52", "Tom Nguyen", "même personne que la ligne 12"),
    parts.Rejected("98", "S. Okafor", "prénom en initiale : l’écrire en entier"),
)
JOBS = (
    parts.Progress("candidats-2026-12.xlsx", "waiting", "?travail=0"),
    parts.Progress(
        "candidats-2026-11.xlsx",
        "running",
        "?travail=1",
        164,
        7,
        207,
        "encore 40 s environ",
        done_word="délivrées",
        rejected=REJECTED,
        rejected_url="#",
    ),
    parts.Progress(
        "candidats-2026-10.xlsx",
        "done",
        "?travail=2",
        88,
        0,
        88,
        done_word="délivrées",
        next_url="#",
        next_label="Voir le lot",
    ),
    parts.Progress(
        "candidats-2026-09.xlsx",
        "failed",
        "?travail=3",
        12,
        0,
        60,
        reason="La clé de signature est verrouillée. Demandez à Hélène Rouvière de l’ouvrir, puis relancez. "
        "Vos lignes sont gardées.",
    ),
)
FILES = (
    parts.File("qualiopi-2026.pdf", "#", "412 Ko, reçu à 10 h 31, valable jusqu’au 18 mars 2028", "PDF", "#", "#"),
    parts.File("rib.pdf", "#", "88 Ko, reçu le 12 mars 2026", "PDF", status="warn", word="À vérifier"),
    parts.File(
        "compte-rendu-de-la-visite-sur-place-du-12-novembre-2026-signe-par-les-deux-parties-version-definitive.pdf",
        "#",
        "2,4 Mo",
    ),
)
EFFECTS = (
    parts.Effect("circle-x", "Sa page publique dira « révoquée » d’ici une minute, pour toujours."),
    parts.Effect("mail", "1 courriel part à malo.g…@exemple.fr, avec le motif et le moyen de contester."),
    parts.Effect("book-2", "1 écriture au journal, à votre nom. Le bloc 1 n’en dépend pas."),
)


def sample_frame(shell: str) -> Frame:
    """Return the frame that somebody of the fiction would see."""
    nav = [("À faire", 11), ("Réseau", None), ("Certifications", None), ("Formations et sessions", None)]
    nav += [("Délivrance", None), ("Contrôle", None), ("Redevances", None), ("Journal", None)]
    if shell == "holder":
        nav = [("Réussites", None), ("Partages", None), ("Moi", None)]
    if shell == "public":
        nav = [("Vérifier un document", None), ("Organismes habilités", None), ("Certifications", None)]
    return Frame(
        brand="Institut des métiers de la réparation",
        brand_url="/ui/",
        nav=tuple(parts.Tab(label, "#", i == 1, n) for i, (label, n) in enumerate(nav)) if shell != "guest" else (),
        icons=("rosette", "link", "user") if shell == "holder" else ("home",) * len(nav),
        foot=(parts.Link("Mentions légales", "#"), parts.Link("Accessibilité : partiellement conforme", "#")),
        search_url="/ui/",
        search_hint="Partenaire, titulaire, session, numéro…",
        messages=3,
        messages_url="#",
        person="Inès Carvalho" if shell == "holder" else "Claire Vasseur",
        role="" if shell == "holder" else "responsable du réseau",
        places=(
            Place("Institut des métiers de la réparation", "responsable du réseau", "#", current=True),
            Place("Atelier des Deux-Rives", "évaluatrice", "#"),
        ),
        account_url="#",
        logout_url="#",
    )


def gallery(request: HttpRequest) -> HttpResponse:
    """Show the gallery in one of the shells (?cadre=); a job under way asks for itself (?travail=)."""
    asked = request.GET.get("travail", "")
    if asked.isdecimal() and int(asked) < len(JOBS):
        return render(request, "ui/job.html", blocks.job(JOBS[int(asked)]))
    shell = request.GET.get("cadre", "pro")
    shell = shell if shell in SHELLS else "pro"
    posted = {"siret": "999 305 618 00012", "born_on": "31/02/1999", "role": "both", "level": "yes", "fee": "12,50"}
    filled = Sample(
        {**posted, "reason": "Deux sessions observées sur trois, avis favorables.", "certification": "RNCP49021"}
    )
    values = {
        "shell": f"shells/{shell}.html",
        "whole": shell == "pro",
        "shells": [parts.Tab(name, f"?cadre={name}", name == shell) for name in SHELLS],
        "frame": sample_frame(shell),
        "colours": COLOURS,
        "chips": CHIPS,
        "long": LONG,
        "today": TODAY,
        "now": datetime(2026, 11, 23, 9, 42, tzinfo=PARIS),
        "blank": Sample(initial={"role": "both", "level": "yes", "charter": True}, prefix="vide"),
        "wrong": Sample() if request.GET.get("neuf") else filled,
        "listing": SITTINGS_TABLE.read(request.GET, SITTINGS),
        "acts": (BulkAct("Prévenir les organismes", "#"),),
        "views": (
            parts.Tab("Toutes", "#", count=214),
            parts.Tab("À publier avant la fin du mois", "#", current=True, count=4),
            parts.Tab("Sans procès-verbal", "#", count=1),
        ),
        "moments": Rows(
            [parts.Tab("Délivrer", "#"), parts.Tab("Suivre", "#", current=True, waiting=3), parts.Tab("Vitrine", "#")],
            [parts.Tab("Délivrances", "#"), parts.Tab("Corrections", "#", current=True, waiting=3)],
            "Suivre",
        ),
        "keep_view": parts.Link("Enregistrer cette vue", "#"),
        "dues": DUES,
        "events": EVENTS,
        "bars": BARS,
        "reasons": REASONS,
        "stages": STAGES,
        "spots": SPOTS,
        "jobs": JOBS,
        "files": FILES,
        "effects": EFFECTS,
        "facts": (
            parts.Fact("SIRET", "999 412 877 00022"),
            parts.Fact("Adresse", "27 traverse de la Minoterie, Marseille"),
            parts.Fact("Qualiopi", "Formation, jusqu’au 18 mars 2028"),
        ),
        "stats": (
            parts.Stat("Formés", "2 418"),
            parts.Stat("Certifiés", "1 673", "sur 2 418"),
            parts.Stat("Délai d’accrochage", "12", "jours", "dans la norme", "ok"),
        ),
        "steps": (
            parts.Step("Votre organisme", "done", "SIRET, NDA, Qualiopi vérifiés", "#"),
            parts.Step("Personnes", "done", "4 formateurs, 2 évaluateurs", "#"),
            parts.Step("Programme", "current", "3 compétences sans module"),
            parts.Step("Relire et déposer"),
        ),
        "pages": [parts.Pages.of(1, 1, ""), parts.Pages.of(1, 3, "q=a"), parts.Pages.of(7, 24, "q=a")],
        "said_on": day(TODAY),
    }
    return render(request, "ui_gallery.html", values)

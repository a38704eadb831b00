"""Who one can be in the demonstration world. Every name, number and address here is invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as: ``key`` is what the button posts, ``purpose`` says what they come to do, ``to`` where."""

    key: str
    first_name: str
    last_name: str
    email: str
    role: str
    house: str
    purpose: str
    to: str = "/"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


IMR = "Institut des métiers de la réparation"
PERSONAS: tuple[Persona, ...] = (
    Persona(
        "claire",
        "Claire",
        "Vasseur",
        "claire.vasseur@imr.exemple.fr",
        "Responsable du réseau",
        IMR,
        "Suit les partenaires, leurs pièces et leurs échéances.",
    ),
    Persona(
        "helene",
        "Hélène",
        "Rouvière",
        "helene.rouviere@imr.exemple.fr",
        "Directrice, administratrice et signataire",
        IMR,
        "Compose l’équipe, règle les droits, signe.",
    ),
    Persona(
        "mehdi",
        "Mehdi",
        "Larbi",
        "mehdi.larbi@imr.exemple.fr",
        "Auditeur",
        IMR,
        "Lit les dossiers des partenaires et le journal.",
    ),
    Persona(
        "lucie",
        "Lucie",
        "Garnier",
        "lucie.garnier@imr.exemple.fr",
        "Instructrice",
        IMR,
        "Évalue les candidatures qui lui sont confiées.",
    ),
    Persona(
        "anne-sophie",
        "Anne-Sophie",
        "Keller",
        "anne-sophie.keller@imr.exemple.fr",
        "Délivrance",
        IMR,
        "Prépare ce qui sera délivré aux titulaires.",
    ),
    Persona(
        "jocelyn",
        "Jocelyn",
        "Paoli",
        "jocelyn.paoli@mistral.exemple.fr",
        "Dirigeant",
        "Ateliers Mistral Formation",
        "Dépose les pièces demandées et tient son équipe à jour.",
    ),
    Persona(
        "nadege",
        "Nadège",
        "Roustan",
        "nadege.roustan@mistral.exemple.fr",
        "Responsable des formations",
        "Ateliers Mistral Formation",
        "Voit ce qui est demandé à son organisme.",
    ),
    Persona(
        "yann",
        "Yann",
        "Le Goff",
        "yann.le-goff@candidat.exemple.fr",
        "Dirigeant, candidat",
        "La Bonne Fabrique",
        "Prépare une candidature, étape par étape.",
        to="/candidatures/",
    ),
    Persona(
        "ines",
        "Inès",
        "Carvalho",
        "ines.carvalho@exemple.fr",
        "Titulaire",
        "à titre personnel",
        "Retrouve ce qui lui a été reconnu.",
    ),
    Persona(
        "samir",
        "Samir",
        "Delcourt",
        "exploitation@jurande.exemple.fr",
        "Exploitant",
        "cette installation",
        "Crée les certificateurs et veille sur la machine.",
    ),
)
BY_KEY = {persona.key: persona for persona in PERSONAS}

"""Why a file of the State is refused whole, in French: what happened, why, what to do."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jurande.core.france.registers import ExportRefused
from jurande.core.france.training_bodies import ListRefused
from jurande.integrations.register_files import FileRefused
from jurande.registers.catalogue.models import Snapshot
from jurande.registers.common.refusals import Refused

AGAIN = _("Téléchargez-le de nouveau, puis recommencez. Rien n’a changé : la lecture précédente reste en place.")
OTHER = _("Rien n’a changé : la lecture précédente reste en place.")

COLUMNS_TOLD = 4

FILES = {
    "missing": _("Ce fichier n’existe pas ou ne peut pas être ouvert. Vérifiez son nom."),
    "link": _("Ce n’est pas un fichier ordinaire mais un lien ou un périphérique. Donnez le fichier lui-même."),
    "nothing": _("Il n’y a là ni fichier XML ni fichier CSV à lire."),
    "empty": _("Ce fichier est vide."),
    "damaged": _("Cette archive ZIP est coupée ou abîmée."),
    "encrypted": _("Cette archive est protégée par un mot de passe. Ouvrez-la, puis donnez ce qu’elle contient."),
    "nested": _("C’est une archive dans une archive, ou une archive qui n’est pas un ZIP. Donnez ce qu’elle contient."),
    "too_large": _("Une fois ouvert, ce fichier dépasse tout ce que l’État publie. Il n’a pas été lu jusqu’au bout."),
    "bomb": _("Une fois ouvert, ce fichier serait démesuré : c’est un piège. Il n’a pas été lu."),
}
EXPORTS = {
    "registers.encoding": _("À la ligne {line}, ce qui est écrit n’est pas de l’UTF-8."),
    "registers.malformed": _("À la ligne {line}, le fichier n’est plus du XML : il est abîmé."),
    "registers.truncated": _("Le fichier s’arrête avant sa fin, à la ligne {line} : il a été coupé."),
    "registers.declarations": _("Le fichier déclare un type de document ou des entités : l’État n’en met pas."),
    "registers.root": _("Ce n’est pas un export des fiches du RNCP ou du RS : sa racine n’est pas « FICHES »."),
    "registers.version": _("Ce n’est pas un export à la version 4.1, la seule que Jurande sache lire."),
    "registers.layout": _("À la ligne {line}, la mise en page n’est pas celle des exports de l’État."),
    "registers.empty": _("Ce fichier ne contient aucune fiche."),
    "registers.fiche_too_large": _("À la ligne {line}, une fiche n’a pas de fin."),
}
LISTS = {
    "training_bodies.columns": _("Il manque des colonnes à la liste des organismes : {columns}."),
    "training_bodies.malformed": _("Ce fichier n’est pas un tableau CSV."),
    "training_bodies.truncated": _("La dernière ligne, la {line}, est coupée."),
    "training_bodies.empty": _("Cette liste ne contient aucun organisme."),
}


class Superseded(Refused):
    """Another import took the place of this one while it ran."""

    def __init__(self) -> None:
        """Say it."""
        super().__init__(_("Un autre import de ce répertoire a pris la suite. Celui-ci s’arrête, sans dommage."))


def file_refusal(refused: FileRefused) -> Refused:
    """Say why a file was not even opened."""
    return Refused(format_lazy("{} {}", FILES[refused.code], OTHER))


def content_refusal(refused: ExportRefused | ListRefused) -> Refused:
    """Say why a file that was opened is none that we read."""
    missing = getattr(refused, "columns", ())
    columns = ", ".join(missing[:COLUMNS_TOLD]) + ("…" if len(missing) > COLUMNS_TOLD else "")
    sentence = (EXPORTS | LISTS)[refused.code]
    return Refused(format_lazy("{} {}", format_lazy(sentence, line=refused.line, columns=columns), AGAIN))


def shrunk(snapshot: Snapshot, *, read: int, current: int) -> Refused:
    """Say that a file holds less than half of what is known."""
    sentence = _(
        "Ce fichier ne contient que {read} lignes ou fiches, quand la dernière lecture en avait {current} : c’est un "
        "extrait, ou un fichier coupé. {rest}"
    )
    return Refused(format_lazy(sentence, read=read, current=current, rest=AGAIN))


def older(snapshot: Snapshot) -> Refused:
    """Say that the file is older than what is known."""
    sentence = _(
        "Ce fichier est plus ancien que la dernière lecture, du {day}. On ne réécrit pas le passé : importez les "
        "fichiers dans l’ordre de leurs dates. {rest}"
    )
    return Refused(format_lazy(sentence, day=snapshot.published_on.strftime("%d/%m/%Y"), rest=OTHER))


def undated() -> Refused:
    """Say that nothing tells the day of publication."""
    return Refused(
        _(
            "Le nom de ce fichier ne dit pas sa date de publication. Donnez-la, ou gardez le nom d’origine, comme "
            "export_fiches_RNCP_V4_1_2026-08-16.xml."
        ),
        field="published_on",
    )


def future() -> Refused:
    """Say that the day of publication has not come."""
    return Refused(_("Cette date de publication n’est pas encore venue. Corrigez-la."), field="published_on")


def disk_full() -> Refused:
    """Say that there is no room for the file."""
    return Refused(_("Il n’y a plus de place sur le disque pour ce fichier. Libérez de la place, puis renvoyez-le."))


def busy(snapshot: Snapshot) -> Refused:
    """Say that the same register is being read."""
    sentence = _("Un autre fichier est en cours de lecture pour ce répertoire : {name}. Attendez qu’il soit fini.")
    return Refused(format_lazy(sentence, name=snapshot.file_name))

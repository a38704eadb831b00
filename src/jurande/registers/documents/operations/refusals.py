"""Every refusal of a file, in words: what happened, why, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jurande.integrations.inspection import Accept, Kind, Reason, Rejected
from jurande.registers.common.refusals import Refused
from jurande.registers.documents.states import FileKind

FIELD = "document"


class DocumentRefused(Refused):
    """The file cannot be kept. ``code`` is stable: a ``Reason`` of the inspection, ``quota`` or ``disk_full``."""

    def __init__(self, sentence: str | Promise, *, code: str) -> None:
        """Keep the code beside the sentence."""
        super().__init__(sentence, field=FIELD)
        self.code = code


class DocumentHeld(Refused):
    """A record holds this document: it cannot be thrown away before it."""


def refusal(rejected: Rejected, accept: Accept) -> DocumentRefused:
    """Put into words why the inspection turned the file away."""
    words: dict[str, object] = {**rejected.details, "accepted": accepted(accept)}
    if "limit" in words and rejected.reason is Reason.TOO_LARGE:
        words["limit"] = megabytes(accept.max_bytes)
    if "kind" in words:
        words["kind"] = FileKind(str(words["kind"])).label
    return DocumentRefused(str(SENTENCES[rejected.reason]).format(**words), code=rejected.reason.value)


def accepted(accept: Accept) -> Promise:
    """Name the formats that this use takes."""
    labels = [FileKind(kind.value).label for kind in Kind if kind in accept.kinds]
    return format_lazy(", ".join("{}" for _label in labels), *labels)


def megabytes(size_bytes: int) -> Promise:
    """Write a size as people read it: «20 Mo», «1,5 Go»."""
    size, unit = (size_bytes / 1e9, _("Go")) if size_bytes >= 1e9 else (size_bytes / 1e6, _("Mo"))
    return format_lazy("{figure}\u00a0{unit}", figure=f"{size:.1f}".removesuffix(".0").replace(".", ","), unit=unit)


SENTENCES: Mapping[Reason, Promise] = {
    Reason.EMPTY: _("Ce fichier est vide. Vérifiez qu’il s’ouvre sur votre poste, puis envoyez-le de nouveau."),
    Reason.TOO_LARGE: _(
        "Ce fichier est trop lourd\u00a0: {limit} au plus. Réduisez-le (numérisation en 150 à 200 points par pouce, "
        "photo de taille moyenne) ou envoyez-le en plusieurs fichiers."
    ),
    Reason.DAMAGED: _(
        "Ce fichier est abîmé ou incomplet\u00a0: il ne peut pas être lu jusqu’au bout. Ouvrez-le sur votre poste, "
        "enregistrez-le de nouveau, puis renvoyez-le."
    ),
    Reason.UNKNOWN: _(
        "Le format de ce fichier n’est pas reconnu. Formats acceptés\u00a0: {accepted}. Enregistrez-le dans l’un d’eux."
    ),
    Reason.NOT_ACCEPTED: _(
        "Ce fichier est d’un format qui n’est pas accepté ici ({kind}). Formats acceptés\u00a0: {accepted}. "
        "Enregistrez-le dans l’un d’eux."
    ),
    Reason.NAME_INVISIBLE: _(
        "Le nom de ce fichier contient un caractère invisible. Renommez-le avec des lettres et des chiffres, puis "
        "envoyez-le de nouveau."
    ),
    Reason.NAME_DECEPTIVE: _(
        "Le nom de ce fichier est trompeur\u00a0: il cache une seconde extension ou un caractère qui inverse la "
        "lecture. Renommez-le simplement, par exemple «\u00a0contrat-2026\u00a0»."
    ),
    Reason.NAME_EXTENSION: _(
        "Le nom de ce fichier finit par «\u00a0.{extension}\u00a0», mais son contenu est d’un autre format\u00a0: "
        "{kind}. Donnez-lui la bonne extension, ou enregistrez-le dans le format que son nom annonce."
    ),
    Reason.HTML: _(
        "Ce fichier est une page web. Une page peut agir à l’insu de qui l’ouvre. Imprimez-la en PDF et envoyez ce PDF."
    ),
    Reason.SVG: _(
        "Ce fichier est un dessin SVG. Ce format peut contenir un programme et aller chercher des images ailleurs, il "
        "n’est donc pas accepté. Exportez le dessin en PNG ou en PDF."
    ),
    Reason.XML: _("Ce fichier est du XML, qui n’est pas accepté ici. Formats acceptés\u00a0: {accepted}."),
    Reason.SCRIPT: _(
        "Ce fichier est un programme. Les programmes ne sont jamais acceptés. Envoyez un PDF ou une image."
    ),
    Reason.EXECUTABLE: _(
        "Ce fichier est un programme. Les programmes ne sont jamais acceptés. Si vous pensiez envoyer un document, ne "
        "l’ouvrez pas\u00a0: votre poste est peut-être infecté. Prévenez la personne qui s’occupe de l’informatique."
    ),
    Reason.ARCHIVE: _(
        "Ce fichier est une archive, qui contient d’autres fichiers. Ouvrez-la et envoyez les documents un par un."
    ),
    Reason.PICTURE_FORMAT: _(
        "Ce format d’image n’est pas accepté. Enregistrez l’image en JPEG ou en PNG. Sur un iPhone\u00a0: Réglages, "
        "Appareil photo, Formats, «\u00a0Le plus compatible\u00a0»."
    ),
    Reason.RECORDING: _("Les sons et les films ne sont pas acceptés ici. Formats acceptés\u00a0: {accepted}."),
    Reason.OFFICE_FORMAT: _(
        "Ce document vient d’une ancienne version, d’un modèle, ou il est protégé par un mot de passe. Ouvrez-le, ôtez "
        "le mot de passe s’il y en a un, et enregistrez-le dans un de ces formats\u00a0: {accepted}."
    ),
    Reason.TEXT_ENCODING: _(
        "Ce texte est enregistré dans un codage peu courant (UTF-16). Enregistrez-le de nouveau en choisissant "
        "«\u00a0CSV UTF-8\u00a0» ou «\u00a0texte UTF-8\u00a0»."
    ),
    Reason.MALWARE_TEST: _(
        "Ce fichier contient la signature qui sert à essayer les antivirus. Il a été refusé, comme le serait un virus."
    ),
    Reason.PREFIXED: _(
        "Quelque chose précède le document dans ce fichier, ce qui permet d’y cacher autre chose. Ouvrez-le et "
        "enregistrez-le de nouveau en PDF."
    ),
    Reason.TRAILING: _(
        "Quelque chose suit la fin du document dans ce fichier (un film, une archive, un ajout). Ouvrez-le, "
        "enregistrez-le de nouveau, puis renvoyez-le. Pour une photo animée, enregistrez seulement l’image."
    ),
    Reason.TWO_FORMATS: _(
        "Ce fichier est à la fois un document et autre chose (une page web ou une archive), ce qui sert à tromper qui "
        "l’ouvre. Ouvrez le document et enregistrez-le de nouveau."
    ),
    Reason.PICTURE_PIXELS: _(
        "Cette image est trop grande\u00a0: {width} × {height} points, pour {limit} millions au plus. Réduisez-la."
    ),
    Reason.PICTURE_ANIMATED: _("Cette image est animée. Enregistrez-en une image fixe, en PNG ou en JPEG."),
    Reason.PICTURE_BOMB: _(
        "Cette image contient une partie qui grossit sans mesure à l’ouverture. Enregistrez-la de nouveau depuis un "
        "logiciel d’images."
    ),
    Reason.PDF_ENCRYPTED: _(
        "Ce PDF est protégé par un mot de passe ou par des restrictions, son contenu ne peut pas être vérifié. Ôtez la "
        "protection, ou imprimez-le en PDF, et envoyez le résultat."
    ),
    Reason.PDF_PAGES: _("Ce PDF a {pages}\u00a0pages, pour {limit}\u00a0au plus. Envoyez-le en plusieurs fichiers."),
    Reason.PDF_ACTIVE: _(
        "Ce PDF contient un programme, un film ou un envoi automatique. Un document à conserver ne doit rien faire "
        "quand on l’ouvre. Imprimez-le en PDF et envoyez le résultat."
    ),
    Reason.PDF_ATTACHMENT: _(
        "Ce PDF transporte d’autres fichiers joints. Envoyez ces fichiers séparément, et le PDF imprimé en PDF."
    ),
    Reason.PDF_EXTERNAL: _(
        "Ce PDF va chercher une partie de son contenu dans un autre fichier. Imprimez-le en PDF et envoyez le résultat."
    ),
    Reason.PDF_FORM: _(
        "Ce PDF est un formulaire dynamique (XFA), que la plupart des lecteurs n’affichent pas. Ouvrez-le avec Acrobat "
        "Reader, imprimez-le en PDF et envoyez le résultat."
    ),
    Reason.PDF_COMPLEX: _("Ce PDF est trop compliqué pour être vérifié. Imprimez-le en PDF et envoyez le résultat."),
    Reason.OFFICE_BOMB: _(
        "Ce document grossit sans mesure à l’ouverture, ou contient trop de parties. Enregistrez-le en PDF et envoyez "
        "ce PDF."
    ),
    Reason.OFFICE_ENCRYPTED: _(
        "Ce document est protégé par un mot de passe, son contenu ne peut pas être vérifié. Ôtez le mot de passe, puis "
        "envoyez-le de nouveau."
    ),
    Reason.OFFICE_MACRO: _(
        "Ce document contient des macros, qui sont des programmes. Enregistrez-le sans macros (.docx, .xlsx) ou en PDF."
    ),
    Reason.OFFICE_NESTED: _(
        "Ce document contient un autre fichier (tableau incorporé, objet, archive). Enregistrez-le en PDF, ou envoyez "
        "les deux fichiers séparément."
    ),
    Reason.OFFICE_EXTERNAL: _(
        "Ce document va chercher des données ailleurs (image liée, autre classeur, modèle sur un serveur). Rompez ces "
        "liaisons, ou enregistrez-le en PDF."
    ),
    Reason.OFFICE_PATH: _(
        "Ce document contient une partie au nom anormal, qui pourrait écrire hors de son dossier. Enregistrez-le de "
        "nouveau depuis votre logiciel de bureau."
    ),
    Reason.OFFICE_HIDDEN: _(
        "Ce document contient des octets qui n’appartiennent à aucune de ses parties. Ouvrez-le et enregistrez-le de "
        "nouveau depuis votre logiciel de bureau."
    ),
    Reason.OFFICE_ENTITY: _(
        "Ce document contient des définitions XML dangereuses, qu’aucun logiciel de bureau n’écrit. Ouvrez-le et "
        "enregistrez-le de nouveau, ou envoyez un PDF."
    ),
}

"""What is told of a file that was handed over: the answer, what differs, who signed it, what was checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jurande.core.proof.carriers.detection import Carrier
from jurande.core.proof.comparison import Difference
from jurande.core.proof.verification import Number
from jurande.core.proof.verification.examination import Examination, Finding, Outcome
from jurande.registers.awards.facts.addresses import key_of
from jurande.registers.awards.queries.handed import Judgment
from jurande.registers.awards.queries.proofs import Standing
from jurande.web.public.proofs.checks import SHAPES, Checked
from jurande.web.public.proofs.page import Fact, Verdict, verdict_of
from jurande.web.ui import spoken as words

# Members of the signed file that have a name for everybody; the others are shown by their path.
_MEMBERS = (
    ("credentialSubject.identifier", "holder"),
    ("credentialSubject.licenseNumber", "number"),
    ("credentialSubject.achievement.name", "title"),
    ("credentialSubject.achievement.criteria", "criteria"),
    ("credentialSubject.result", "results"),
    ("awardedDate", "awarded_on"),
    ("validUntil", "valid_until"),
    ("validFrom", "valid_from"),
    ("issuer", "issuer"),
    ("name", "title"),
)
# Last names of the paths of members that only programs read.
_MACHINE_S = ("type", "id", "hashed", "salt", "identityType", "@context")


@dataclass(frozen=True)
class Row:
    """One thing that differs: its name, what was issued, what the file says."""

    label: str
    recorded: str
    shown: str


@dataclass(frozen=True)
class Told:
    """The page of a judged file."""

    verdict: Verdict
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    checks: list[Checked] = field(default_factory=list)
    page_url: str = ""


def told_of(judged: Judgment) -> Told:
    """Say it, in the active language."""
    return Told(
        verdict=_verdict(judged),
        rows=_rows(judged),
        notes=_notes(judged),
        facts=_facts(judged),
        checks=_checks(judged.examination) if judged.examination is not None else [],
        page_url=_page_url(judged),
    )


def _page_url(judged: Judgment) -> str:
    if judged.proof is None:
        return ""
    view = "public:award-en" if words.is_english() else "public:award"
    award = judged.proof.award
    return reverse(
        view, args=[award.shown_number, key_of(award.number)] if _has_document(judged) else [award.shown_number]
    )


def _has_document(judged: Judgment) -> bool:
    """Whether what was handed over is the document itself: its signature holds, nothing in it differs."""
    return judged.names_holder and judged.examination is not None and not judged.is_forged


# --- the answer ---------------------------------------------------------------------------------


def _verdict(judged: Judgment) -> Verdict:
    if judged.is_forged:
        if judged.proof is not None and judged.differs:
            said = _("Sa signature ne tient plus\u00a0: voici ce qui n’est pas comme dans l’original.")
            return Verdict("late", _("Ce fichier a été modifié"), said)
        said = _("Il se présente comme signé, mais la signature ne correspond pas. Demandez l’original à la personne.")
        return Verdict("late", _("Ce fichier n’est pas authentique"), said)
    if judged.page is not None and judged.page.differences:
        if judged.has_credential:
            said = _(
                "La preuve qu’il contient est authentique, mais la page a été modifiée autour d’elle. Ne "
                "croyez que l’original."
            )
        else:
            said = _("Son numéro est celui d’un document authentique, mais la page ne dit pas la même chose.")
        return Verdict("late", _("Ce document n’est pas celui qui a été délivré"), said)
    if judged.examination is not None and not judged.is_ours:
        return _foreign(judged.examination)
    if judged.proof is not None:
        found = verdict_of(judged.proof)
        if judged.proof.standing in (Standing.VALID, Standing.UNCERTAIN):
            if judged.carrier is Carrier.PDF and judged.has_no_text:
                said = _("La page n’a pas de texte à comparer\u00a0: regardez-la à côté de l’original.")
                return Verdict("warn", found.title, said)
            said = _("Ce fichier dit la même chose que l’original, nom compris.")
            return Verdict(found.status, found.title, said)
        return found
    if judged.examination is not None and judged.examination.outcome is Outcome.OK:
        said = _("Signé par un organisme de ce site. Ce n’est pas l’attestation d’une personne.")
        return Verdict("ok", _("Document authentique"), said)
    said = _("Il dit venir d’ici, mais aucun contrôle ne permet de le confirmer.")
    return Verdict("warn", _("On ne peut pas le dire"), said)


def _foreign(examination: Examination) -> Verdict:
    """Somebody else's: who they are is not ours to say, what they signed is."""
    if examination.document is None:
        said = _("Nous ne connaissons pas cet émetteur, et sa clé n’a pas pu être lue. Interrogez-le directement.")
        return Verdict("warn", _("Émetteur inconnu de nous"), said)
    status = examination.of(Number.STATUS)
    if status is not None and status.code == "status.revoked":
        return Verdict("late", _("Révoquée par son émetteur"), _("La signature est bonne, et l’émetteur l’a retirée."))
    if status is not None and status.code == "status.suspended":
        return Verdict(
            "stop", _("Suspendue par son émetteur"), _("La signature est bonne, et l’émetteur l’a suspendue.")
        )
    dates = examination.of(Number.DATES)
    if dates is not None and dates.code == "dates.expired":
        return Verdict(
            "end", _("Arrivée à son terme"), _("La signature est bonne, et sa durée de validité est passée.")
        )
    said = _(
        "Rien n’a changé depuis la signature. Mais nous ne savons pas qui est derrière cet émetteur\u00a0: vérifiez "
        "que l’adresse ci-dessous est bien la sienne."
    )
    return Verdict("warn", _("Signature intacte, émetteur inconnu de nous"), said)


# --- what differs -------------------------------------------------------------------------------


def _labels() -> dict[str, str]:
    return {
        "holder": _("Titulaire"),
        "title": _("Intitulé"),
        "number": _("Numéro"),
        "awarded_on": _("Date d’obtention"),
        "valid_until": _("Valable jusqu’au"),
        "valid_from": _("Délivrée le"),
        "issuer": _("Organisme"),
        "criteria": _("Évaluation"),
        "results": _("Résultats"),
        "": _("Texte de la page"),
    }


def _rows(judged: Judgment) -> list[Row]:
    labels = _labels()
    rows: list[Row] = []
    for one in judged.page.differences if judged.page is not None else ():
        rows.append(Row(labels.get(one.field, one.field), _recorded(judged, one), one.shown))
    for one in _members(judged):
        rows.append(Row(_member(one, labels), _recorded(judged, one), one.shown))
    return rows


def _members(judged: Judgment) -> list[Difference]:
    """The members that differ, but for those that say nothing to anybody: kinds, salts, digests, identifiers."""
    return [one for one in judged.members if not _is_machine_s(one)]


def _is_machine_s(one: Difference) -> bool:
    last = one.field.rpartition(".")[2].partition("[")[0]
    return last in _MACHINE_S or "sha256$" in (one.recorded[:7], one.shown[:7])


def _recorded(judged: Judgment, one: Difference) -> str:
    """What was issued; to somebody who has the number alone, only that it is something else."""
    if one.recorded or judged.names_holder:
        return one.recorded
    return _("autre chose, que le numéro seul ne permet pas de montrer")


def _member(one: Difference, labels: dict[str, str]) -> str:
    known = next(
        (code for path, code in _MEMBERS if one.field == path or one.field.startswith((f"{path}.", f"{path}["))), ""
    )
    return labels[known] if known else one.field


def _notes(judged: Judgment) -> list[str]:
    notes: list[str] = []
    if judged.page is not None and not judged.page.is_same_page and not judged.page.differences:
        notes.append(
            _(
                "La mise en page n’est pas celle de l’original\u00a0: seuls le nom, l’intitulé et le numéro ont "
                "été comparés."
            )
        )
    if judged.carrier in (Carrier.PNG, Carrier.SVG) and judged.examination is not None:
        notes.append(_("C’est la preuve contenue dans l’image qui est vérifiée. Ce que l’image montre ne prouve rien."))
    unsaid = len(judged.members) - len(_members(judged))
    if unsaid:
        notes.append(
            ngettext(
                "Une donnée destinée aux logiciels diffère aussi.",
                "%(count)d données destinées aux logiciels diffèrent aussi.",
                unsaid,
            )
            % {"count": unsaid}
        )
    if judged.has_no_text:
        notes.append(_("Le texte de cette page n’a pas pu être lu, et n’a donc pas été comparé."))
    elif judged.carrier is Carrier.PDF and judged.page is not None and not judged.page.differences:
        notes.append(_("Le texte est comparé, pas les images\u00a0: en cas de doute, ouvrez l’original à côté."))
    return notes


def _facts(judged: Judgment) -> list[Fact]:
    """What was signed, by whom: from the verified bytes only."""
    signed = judged.signed
    if signed is None:
        return []
    found = [
        (_("Intitulé"), signed.title),
        (_("Titulaire"), signed.holder),
        (_("Date d’obtention"), words.day(signed.awarded_on)),
        (_("Émetteur"), _issuer(judged)),
    ]
    return [Fact(term, value) for term, value in found if value]


def _issuer(judged: Judgment) -> str:
    if judged.is_ours and judged.proof is not None:
        return judged.proof.award.certifier.name
    return judged.issuer_id


# --- what was checked ---------------------------------------------------------------------------


def _checks(examination: Examination) -> list[Checked]:
    """One line by step of the engine that says something; those that go without saying are left out."""
    made = (_says(finding) for finding in examination.findings)
    return [found for found in made if found is not None]


def _says(finding: Finding) -> Checked | None:
    """The sentence of a step, by its number and how it ended."""
    said = _sentences().get((finding.number, finding.outcome))
    if finding.code == "status.revoked":
        said = (_("Révoquée"), _("La liste publique de son émetteur le dit."))
    elif finding.code == "status.suspended":
        said = (_("Suspendue"), _("La liste publique de son émetteur le dit."))
    elif finding.code == "dates.expired":
        said = (_("Arrivée à son terme"), _("Sa date de fin est passée."))
    elif finding.code == "issuer.unknown":
        said = (_("L’émetteur n’est pas connu"), _("Aucune clé publiée ne permet de contrôler la signature."))
    return Checked(SHAPES[finding.outcome], *said) if said is not None else None


def _sentences() -> dict[tuple[Number, Outcome], tuple[str, str]]:
    ok, refused, unknown = Outcome.OK, Outcome.REFUSED, Outcome.UNKNOWN
    return {
        (Number.PARSE, refused): (_("Le fichier ne se lit pas"), _("Ce n’est pas une attestation en bon état.")),
        (Number.SAFE_MODE, refused): (
            _("Le fichier dit autre chose que ce qu’il montre"),
            _("Il contient des mots que la signature ne couvre pas."),
        ),
        (Number.KEY, ok): (
            _("La clé est celle de l’émetteur"),
            _("Il la publie, et elle était en service ce jour-là."),
        ),
        (Number.KEY, Outcome.WARNING): (_("La clé demande de la prudence"), _("Son émetteur l’a signalée.")),
        (Number.KEY, refused): (_("La clé n’est pas celle de l’émetteur"), _("Quelqu’un d’autre a signé ce fichier.")),
        (Number.SIGNATURE, ok): (_("La signature est intacte"), _("Pas une lettre n’a changé depuis.")),
        (Number.SIGNATURE, refused): (
            _("La signature ne correspond pas"),
            _("Quelque chose a changé depuis qu’il a été signé."),
        ),
        (Number.STATUS, ok): (_("Non révoquée à ce jour"), _("Listes publiques consultées à l’instant.")),
        (Number.STATUS, unknown): (_("Le statut n’est pas connu"), _("La liste de son émetteur n’a pas pu être lue.")),
        (Number.STATUS, refused): (
            _("Le statut ne peut pas être cru"),
            _("La liste n’est pas signée comme elle le doit."),
        ),
        (Number.DATES, ok): (_("Les dates sont bonnes"), _("Elle a commencé, et n’est pas finie.")),
        (Number.DATES, refused): (_("Les dates ne vont pas"), _("Elle n’a pas commencé, ou finit avant de commencer.")),
        (Number.AUTHORITY, ok): (
            _("L’organisme était habilité à cette date"),
            _("Son habilitation est liée à la signature."),
        ),
        (Number.AUTHORITY, Outcome.WARNING): (
            _("L’organisme était habilité à cette date"),
            _("Son habilitation a été suspendue depuis, ou n’est pas liée à la signature."),
        ),
        (Number.AUTHORITY, refused): (
            _("L’organisme n’était pas habilité"),
            _("Rien ne montre qu’il pouvait la délivrer ce jour-là."),
        ),
        (Number.AUTHORITY, unknown): (_("L’habilitation n’est pas connue"), _("Elle n’a pas pu être lue.")),
    }

"""Each check of the engine in a sentence that anyone understands: what was looked at, what it says, never more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jurande.core.proof.instants import parse_instant
from jurande.core.proof.verification import Number
from jurande.core.proof.verification.examination import Finding, Outcome
from jurande.registers.awards.queries.proofs import Proof
from jurande.registers.awards.states import AwardState
from jurande.web.ui import spoken as words
from jurande.web.ui.formats import NBSP

# It was in force when it was issued, and was suspended or withdrawn since.
LIVED_THEN = ("authority.suspended", "authority.lived_then")
SHAPES = {
    Outcome.OK: "ok",
    Outcome.WARNING: "warn",
    Outcome.NOT_APPLICABLE: "draft",
    Outcome.UNKNOWN: "draft",
    Outcome.REFUSED: "late",
}


@dataclass(frozen=True)
class Checked:
    """One check: its shape, what it says, and on what ground."""

    status: str
    title: str
    said: str


def checks_of(proof: Proof) -> list[Checked]:
    """Return what was checked, in the order in which one would ask; empty where nothing is signed."""
    if proof.examination is None:
        return []
    made = (_signature, _signer, _record, _status, _dates, _habilitation, _log)
    return [found for make in made if (found := make(proof)) is not None]


def _finding(proof: Proof, number: Number) -> Finding | None:
    return proof.examination.of(number) if proof.examination is not None else None


def _signature(proof: Proof) -> Checked:
    assert proof.examination is not None  # noqa: S101 - checks_of looked; for the type checker
    established = proof.examination.established
    if established is None:
        key = _finding(proof, Number.KEY)
        if key is not None and key.outcome in (Outcome.REFUSED, Outcome.UNKNOWN):
            said = _("La clé qui l’a signée n’est pas reconnue, et rien ne peut donc être contrôlé.")
            return Checked("late", _("La signature ne peut pas être rattachée"), said)
        said = _("Quelque chose a changé depuis qu’elle a été signée. Ne vous y fiez pas.")
        return Checked("late", _("La signature ne correspond pas"), said)
    signed_at = established.signed_at
    said = _("Pas une lettre n’a changé depuis le %(when)s.") % {"when": words.moment(signed_at)} if signed_at else ""
    return Checked("ok", _("La signature est intacte"), said)


def _signer(proof: Proof) -> Checked | None:
    assert proof.examination is not None  # noqa: S101 - as above
    established = proof.examination.established
    if established is None:
        return None
    house = words.named(proof.award.certifier.name)
    key = established.keys[0]
    if key.compromise is not None:
        said = _("Sa clé a été volée le %(day)s. Seul compte ce que le registre public montrait avant.")
        return Checked(
            "warn",
            _("La clé était celle de %(house)s") % {"house": house},
            said % {"day": words.day(key.compromise.at)},
        )
    told = {"since": words.day(key.since), "until": words.day(key.until)}
    if key.since is None:
        said = _("Avec une clé que cet organisme publie.")
    elif key.until is None:
        said = _("Avec la clé que cet organisme publie, en service depuis le %(since)s.") % told
    else:
        said = _("Avec une clé que cet organisme publie, en service du %(since)s au %(until)s.") % told
    return Checked("ok", _("C’est bien %(house)s qui a signé") % {"house": house}, said)


def _record(proof: Proof) -> Checked | None:
    if proof.document is None:
        return None
    if proof.contradicts:
        said = _("Le registre et ce qui a été signé ne disent pas la même chose.")
        return Checked("late", _("Le nom affiché n’est pas celui qui a été signé"), said)
    said = _("Le nom, le titre et la date affichés ici sont lus dans ce qui a été signé.")
    return Checked("ok", _("C’est ce qui a été signé qui est montré"), said)


def _status(proof: Proof) -> Checked | None:
    finding, award = _finding(proof, Number.STATUS), proof.award
    if finding is None:
        return None
    if finding.code == "status.revoked":
        if award.state == AwardState.REPLACED:
            return Checked("end", _("Remplacée par une autre"), _("La liste publique le dit, consultée à l’instant."))
        said = _("La liste publique le dit, consultée à l’instant.")
        return Checked("late", _("Révoquée"), said)
    if finding.code == "status.suspended":
        said = _("La liste publique le dit, consultée à l’instant.")
        return Checked("stop", _("Suspendue"), said)
    if finding.outcome is Outcome.REFUSED:
        said = _("La liste publique des révocations ne porte pas la signature attendue.")
        return Checked("late", _("Le statut ne peut pas être cru"), said)
    if finding.outcome is Outcome.UNKNOWN:
        said = _("La liste publique des révocations n’est pas à jour. Réessayez dans quelques minutes.")
        return Checked("draft", _("Le statut n’est pas connu"), said)
    if award.state in (AwardState.REVOKED, AwardState.REPLACED, AwardState.SUSPENDED):
        said = _("La décision est prise\u00a0; la liste publique la dira dans quelques instants.")
        return Checked("warn", _("Une décision vient d’être prise"), said)
    return Checked("ok", _("Non révoquée à ce jour"), _("Listes publiques consultées à l’instant."))


def _dates(proof: Proof) -> Checked | None:
    finding, award = _finding(proof, Number.DATES), proof.award
    if finding is None:
        return None
    if finding.code == "dates.expired":
        said = _("Elle valait jusqu’au %(day)s.") % {"day": words.day(award.valid_until)}
        return Checked("end", _("Arrivée à son terme"), said)
    if finding.outcome is Outcome.REFUSED:
        return Checked("late", _("Les dates ne vont pas ensemble"), _("Ne vous y fiez pas."))
    begins = finding.facts.get("valid_from", "")
    since = words.day(parse_instant(begins)) if begins else ""
    if award.valid_until is None:
        return Checked("ok", _("Sans date de fin"), _("Délivrée le %(day)s.") % {"day": since} if since else "")
    told = {"since": since, "until": words.day(award.valid_until)}
    return Checked("ok", _("En cours de validité"), _("Depuis le %(since)s, jusqu’au %(until)s.") % told)


def _habilitation(proof: Proof) -> Checked | None:
    finding, award = _finding(proof, Number.AUTHORITY), proof.award
    if award.partnership is None:
        return None
    told = {"name": award.partnership.name, "day": words.day(award.awarded_on)}
    if finding is not None and finding.outcome is Outcome.REFUSED:
        said = _("Rien ne montre que %(name)s pouvait la délivrer le %(day)s.") % told
        return Checked("late", _("L’organisme n’était pas habilité à cette date"), said)
    if finding is not None and finding.code in LIVED_THEN:
        said = _("%(name)s l’était le %(day)s\u00a0; son habilitation a été suspendue depuis.") % told
        return Checked("ok", _("L’organisme était habilité à cette date"), said)
    if finding is not None and finding.outcome is Outcome.UNKNOWN:
        said = _("L’habilitation de %(name)s n’a pas pu être lue.") % told
        return Checked("draft", _("L’habilitation n’est pas connue"), said)
    # Who issued by delegation is judged at the instant of the signature; who assessed, by the day.
    is_delegated = finding is not None and finding.code == "authority.habilitated"
    if proof.was_habilitated is None and not is_delegated:
        return None
    if proof.was_habilitated or is_delegated:
        said = _("%(name)s pouvait organiser l’évaluation le %(day)s.") % told
        return Checked("ok", _("L’organisme était habilité à cette date"), said)
    said = _("%(name)s ne l’était pas le %(day)s.") % told
    return Checked("warn", _("L’organisme n’était pas habilité à cette date"), said)


def _log(proof: Proof) -> Checked | None:
    finding = _finding(proof, Number.LOG)
    if finding is None:
        return None
    if finding.outcome is Outcome.REFUSED:
        said = _("Le registre public ne contient pas ce qui est montré ici.")
        return Checked("late", _("Absente du registre public"), said)
    if "index" not in finding.facts:
        said = _("Elle vient d’être signée, et y entre dans la minute.")
        return Checked("run", _("Entre au registre public"), said)
    entry = {"entry": words.number(int(finding.facts["index"]))}
    if proof.witnesses < 1:
        said = _("Écriture %(entry)s, que personne ne peut retirer.") % entry
    elif proof.witnesses == 1:
        said = _("Écriture %(entry)s, contresignée par un témoin indépendant.") % entry
    else:
        told = entry | {"count": words.number(proof.witnesses)}
        said = _("Écriture %(entry)s, contresignée par %(count)s témoins indépendants.") % told
    return Checked("ok", _("Inscrite au registre public"), said)


_ONES: tuple[Callable[[], str], ...] = (
    lambda: _("Un contrôle"),
    lambda: _("Deux contrôles"),
    lambda: _("Trois contrôles"),
    lambda: _("Quatre contrôles"),
    lambda: _("Cinq contrôles"),
    lambda: _("Six contrôles"),
    lambda: _("Sept contrôles"),
    lambda: _("Huit contrôles"),
)


def counted(number: int) -> str:
    """«Sept contrôles»."""
    return _ONES[number - 1]() if 0 < number <= len(_ONES) else f"{number}{NBSP}" + _("contrôles")

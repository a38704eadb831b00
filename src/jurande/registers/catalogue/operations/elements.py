"""What a micro-certification says of itself, and the lists it is tied to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.france import microcertifications as core
from jurande.core.france.microcertifications import FRAMEWORKS, AlignmentRefused
from jurande.registers.catalogue.models import Alignment, MicroElements, Referentiel
from jurande.registers.catalogue.operations.lines import opened, told
from jurande.registers.catalogue.operations.versions import VersionRefused, clean_long
from jurande.registers.catalogue.states import CertificationAct as Act
from jurande.registers.parties.policies import Actor

MOST_ALIGNMENTS = 60
MOST_TEXT = 10_000
_TEXTS = ("description", "protocol", "assessors", "pass_rule", "quality", "prerequisites", "grading", "further")
_CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "level": core.EQF_LEVELS,
    "field": core.ISCED_FIELDS,
    "assessment_type": core.ASSESSMENT_TYPES,
    "participation": core.PARTICIPATIONS,
    "supervision": core.SUPERVISIONS,
    "stackability": core.STACKABILITIES,
}


@transaction.atomic
def set_elements(
    *, referentiel: Referentiel, given: Mapping[str, object], revision: int, actor: Actor, now: datetime
) -> MicroElements:
    """Keep some of the elements; those that are not given stay. An unfinished draft is kept as it is.

    :raises NotAllowed: who may not prepare, or a published version. :raises VersionRefused: not a micro-certification,
    a value that is not in its list, or written by somebody else since ``revision``.
    """
    draft = opened(referentiel, actor)
    held = MicroElements.objects.filter(referentiel=draft).first()
    if held is None:
        raise VersionRefused(_("Une certification enregistrée n’a pas de fiche européenne."))
    if held.revision != revision:
        raise VersionRefused(
            _(
                "Quelqu’un a changé cette fiche pendant que vous écriviez. Votre saisie est toujours là\u00a0: "
                "ouvrez la fiche dans un autre onglet, comparez, puis enregistrez de nouveau."
            )
        )
    for name, value in given.items():
        setattr(held, name, _checked(name, value))
    held.revision += 1
    held.save()
    told(Act.ELEMENTS_CHANGED, draft, actor, now)
    return held


@transaction.atomic
def align(
    *, referentiel: Referentiel, framework: str, entry: str, label: str, actor: Actor, now: datetime
) -> Alignment:
    """Tie a micro-certification to an entry of a list.

    :raises NotAllowed: as ``set_elements``. :raises VersionRefused: a code of the wrong shape, no label, tied already.
    """
    draft = opened(referentiel, actor)
    try:
        tie = core.alignment(framework, entry, label)
    except AlignmentRefused as refusal:
        raise VersionRefused(_sentence(refusal, framework), field=_FIELDS.get(refusal.code, "entry")) from refusal
    if draft.alignments.filter(framework=tie.framework, entry=tie.code).exists():
        raise VersionRefused(_("Ce rattachement y est déjà."), field="entry")
    if draft.alignments.count() >= MOST_ALIGNMENTS:
        raise VersionRefused(_("Soixante rattachements au plus. Gardez ceux qui disent l’essentiel."), field="entry")
    kept = Alignment(referentiel=draft, framework=tie.framework, entry=tie.code, label=tie.label[:250])
    kept.save(force_insert=True)
    told(Act.ALIGNED, draft, actor, now, text=tie.code)
    return kept


@transaction.atomic
def unalign(*, alignment: Alignment, actor: Actor, now: datetime) -> None:
    """Take a tie away from a draft.

    :raises NotAllowed: as ``set_elements``.
    """
    draft = opened(alignment.referentiel, actor)
    Alignment.objects.filter(pk=alignment.pk).delete()
    told(Act.UNALIGNED, draft, actor, now, text=alignment.entry)


_FIELDS = {"alignment.framework": "framework", "alignment.label": "label"}


def _sentence(refusal: AlignmentRefused, framework: str) -> str:
    if refusal.code == "alignment.label":
        return str(_("Donnez le libellé tel qu’il est dans la liste."))
    known = next((one for one in FRAMEWORKS if one.key == framework), None)
    if known is None:
        return str(_("Choisissez une liste."))
    return str(_("Ce code n’a pas la forme attendue pour %(list)s. Exemple\u00a0: %(example)s")) % {
        "list": known.label,
        "example": known.example,
    }


def _checked(name: str, value: object) -> object:
    if name in _TEXTS:
        return clean_long(str(value or ""), MOST_TEXT)
    if name in _CHOICES:
        if value and value not in dict(_CHOICES[name]):
            raise VersionRefused(_("Choisissez dans la liste."), field=name)
        return value or ""
    if name in ("workload_hours", "validity_months"):
        if value is not None and not (isinstance(value, int) and 1 <= value <= 2_000):
            raise VersionRefused(_("Un nombre entier, de 1 à 2\u00a0000."), field=name)
        return value
    if name == "country":
        code = str(value or "").strip().upper()
        if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
            raise VersionRefused(_("Deux lettres, comme FR."), field=name)
        return code
    if name == "ects":
        credits = str(value or "").strip().replace(".", ",")
        if credits and not (credits.replace(",", "", 1).isdecimal() and len(credits) <= 5):
            raise VersionRefused(_("Un nombre de crédits, comme 2 ou 1,5."), field=name)
        return credits
    raise VersionRefused(_("Cet élément n’existe pas."))

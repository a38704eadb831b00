"""Everything that the page of an award says, ready to be laid out, in the language that is active."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jurande.core.france.microcertifications import (
    ASSESSMENT_TYPES,
    PARTICIPATIONS,
    SUPERVISIONS,
)
from jurande.integrations.typesetting.ornaments import wax_seal
from jurande.registers.awards.queries import proofs
from jurande.registers.awards.queries.proofs import Proof, Standing, endorsements_of, look_of, skills_of
from jurande.registers.awards.states import Exposure, Subject
from jurande.registers.awards.states.erasure import ErasureCause
from jurande.web.public.proofs.checks import Checked, checks_of, counted
from jurande.web.ui import spoken as words
from jurande.web.ui.formats import initials, typo

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award
    from jurande.registers.catalogue.models import MicroElements

SHOWN_FIRST = 8
LONG_TITLE = 70


@dataclass(frozen=True)
class Verdict:
    """The answer: the shape of its status, the sentence, what follows from it."""

    status: str
    title: str
    said: str = ""


@dataclass(frozen=True)
class Fact:
    """One figure under the text: what it is, its value."""

    term: str
    value: str


@dataclass(frozen=True)
class Link:
    """One who answers: who, what they do, and how they stand to the next."""

    name: str
    said: str
    mark: str = ""
    relation: str = ""
    url: str = ""
    url_label: str = ""


@dataclass(frozen=True)
class Given:
    """What a body says the certification is worth to it, in its words."""

    text: str
    who: str


@dataclass(frozen=True)
class Page:
    """The page of one award. ``shows_award``: what it shows may be believed; otherwise nothing of it is laid out.

    ``withheld``: why nobody is named, «» when somebody is; ``name_url``: where the name read on the document is told.
    """

    award: Award
    language: str
    other_url: str
    url: str
    verdict: Verdict
    checks: list[Checked]
    checked: str
    kind: str
    house: str
    title: str
    name: str
    given: str
    skills: list[str] = field(default_factory=list)
    more_skills: list[str] = field(default_factory=list)
    assessed: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    elements: list[Fact] = field(default_factory=list)
    chain: list[Link] = field(default_factory=list)
    by: str = ""
    blocs: list[str] = field(default_factory=list)
    ornament_url: str = ""
    qr_url: str = ""
    is_dimmed: bool = False
    seal: SafeString = field(default_factory=lambda: SafeString())
    next_url: str = ""
    former_url: str = ""
    training_url: str = ""
    file_url: str = ""
    kit_url: str = ""
    is_micro: bool = False
    endorsements: list[Given] = field(default_factory=list)
    shows_award: bool = True
    logo_url: str = ""
    name_url: str = ""
    withheld: str = ""

    @property
    def is_long(self) -> bool:
        """Whether the title needs smaller letters."""
        return len(self.title) > LONG_TITLE


def page_of(proof: Proof, *, key: str = "", is_shown: bool = False) -> Page:
    """Say it all, in the active language. Reads what the référentiel says, once by process.

    ``key``: what the document holds (``facts.addresses``), checked already; ``is_shown``: its holder shows it by a link
    of their own, whose page sets its own addresses. Without either nobody is named who did not ask to be, and no file
    that names them is offered.
    """
    award = proof.award
    number = award.shown_number
    is_erased = proof.standing is Standing.ERASED
    is_named = not is_erased and proofs.names_holder(award, with_document=bool(key) or is_shown)
    english = words.is_english()
    signed, former = proof.signed, proofs.former_of(award)
    at = [number, key] if key else [number]
    there = "award" if english else "award-en"
    has_files = is_named and proof.document is not None
    return Page(
        award=award,
        language="en" if english else "fr",
        url=settings.PUBLIC_URL + reverse("public:award", args=at),
        other_url=reverse(f"public:{there}", args=at),
        verdict=verdict_of(proof),
        checks=checks_of(proof),
        checked=_checked(proof),
        kind=words.kind(award),
        house=award.certifier.name,
        title=typo((signed.title if signed else "") or _record_title(award)),
        name=((signed.holder if signed else "") or award.full_name) if is_named else "",
        given=_given(award),
        **_skills(award),
        assessed=_assessed(award),
        facts=_facts(award),
        elements=_elements(award),
        chain=_chain(award, is_erased=is_erased, is_named=is_named),
        ornament_url=_ornament(award),
        logo_url=reverse("public:award-logo", args=[digest]) if (digest := proofs.logo_of(award)) else "",
        qr_url=reverse("public:award-qr", args=at),
        blocs=_blocs(award),
        by=words.by_name(award.certifier.name),
        is_dimmed=proof.standing not in (Standing.VALID, Standing.UNCERTAIN, Standing.TAKEN_OVER, Standing.WAITING),
        seal=_seal(award),
        next_url="" if _is_hidden(award) else _address(proofs.following_of(award)),
        former_url="" if former is None or _is_hidden(former) else _address(former),
        training_url=_training(award),
        file_url=reverse("public:award-file", args=at) if has_files else "",
        kit_url=reverse("public:award-kit", args=at) if has_files else "",
        is_micro=award.subject == Subject.MICRO,
        endorsements=[
            Given(typo(one.text), f"{one.signer_name}, {one.signer_quality}, {one.body_name}".replace(", , ", ", "))
            for one in endorsements_of(award.certification)
        ],
        shows_award=proof.standing is not Standing.BROKEN,
        withheld="" if is_named or is_erased else _withheld(award),
        name_url=reverse("public:award-name", args=[number]) if _may_be_told(award, is_named, is_erased) else "",
    )


def _withheld(award: Award) -> str:
    """Why nobody is named on the page: a choice, never a fault."""
    if award.refused_at is not None:
        return _("La personne à qui elle a été délivrée ne l’a pas acceptée.")
    if award.exposure == Exposure.HIDDEN:
        return _("La personne qui la détient a choisi de ne pas la montrer.")
    return _("Le numéro seul ne dit pas à qui elle appartient\u00a0: c’est à cette personne de vous la montrer.")


def _may_be_told(award: Award, is_named: bool, is_erased: bool) -> bool:
    return not is_named and not is_erased and award.refused_at is None and award.exposure != Exposure.HIDDEN


def _is_hidden(award: Award) -> bool:
    """Whether no other page leads to it, nor it to another: after a change of name, one would tell the other."""
    return award.exposure == Exposure.HIDDEN


def _address(award: Award | None) -> str:
    if award is None:
        return ""
    view = "public:award-en" if words.is_english() else "public:award"
    return reverse(view, args=[award.shown_number])


# --- the answer ---------------------------------------------------------------------------------


def verdict_of(proof: Proof) -> Verdict:
    """Say in one sentence what is true of it today, and calmly what follows."""
    award = proof.award
    house = words.named(award.certifier.name)
    told = {
        "House": house[:1].upper() + house[1:],
        "kind": words.kind(award).lower() if words.is_english() else words.kind(award),
        "house": house,
        "day": words.day(award.awarded_on),
        "until": words.day(award.valid_until),
        "suspended": words.day(award.suspended_on),
        "revoked": words.day(award.revoked_on),
        "replaced": words.day(award.replaced_at),
        "erased": words.day(award.erased_at),
    }
    return _VERDICTS[proof.standing](award, told)


def _valid(award: Award, told: dict[str, str]) -> Verdict:
    if award.valid_until is None:
        return Verdict("ok", _("%(kind)s authentique") % told)
    return Verdict("ok", _("%(kind)s authentique, en cours de validité") % told)


def _expired(award: Award, told: dict[str, str]) -> Verdict:
    title = _("%(kind)s authentique, arrivée à son terme le %(until)s") % told
    said = _("Elle a été obtenue et n’a jamais été retirée. Sa durée de validité est passée, rien d’autre n’a changé.")
    return Verdict("end", title, said)


def _suspended(award: Award, told: dict[str, str]) -> Verdict:
    since = (
        _("%(kind)s suspendue depuis le %(suspended)s") % told if award.suspended_on else _("%(kind)s suspendue") % told
    )
    said = _(
        "Elle a bien été délivrée. Le temps d’une vérification, %(house)s demande de ne pas s’y fier\u00a0; cela ne "
        "préjuge de rien, et cette page dira la suite."
    )
    return Verdict("stop", since, said % told)


def _revoked(award: Award, told: dict[str, str]) -> Verdict:
    title = _("%(kind)s révoquée le %(revoked)s") % told if award.revoked_on else _("%(kind)s révoquée") % told
    said = _("Elle a été délivrée, puis %(house)s l’a retirée. Elle ne vaut plus. Le motif n’est pas public.") % told
    return Verdict("late", title, said)


def _replaced(award: Award, told: dict[str, str]) -> Verdict:
    title = _("%(kind)s remplacée le %(replaced)s") % told
    return Verdict("end", title, _("Quelque chose y a été corrigé. C’est la nouvelle qui vaut."))


def _erased(award: Award, told: dict[str, str]) -> Verdict:
    erasure = getattr(award, "erasure", None)
    if erasure is not None and erasure.cause == ErasureCause.RETENTION:
        title = _("%(kind)s retirée le %(erased)s, une fois passée sa durée de conservation") % told
        return Verdict("end", title, _("Elle a existé. Ce qui concernait la personne n’est plus conservé."))
    title = _("%(kind)s retirée à la demande de son titulaire le %(erased)s") % told
    said = _(
        "Elle a existé. Le nom et tout ce qui concernait la personne ont été effacés, et ne peuvent être retrouvés."
    )
    return Verdict("end", title, said)


def _taken_over(award: Award, told: dict[str, str]) -> Verdict:
    former = getattr(award, "former", None)
    told = told | {"first": (former.issuer_name if former else "") or award.certifier.name}
    said = _(
        "Délivrée par %(first)s le %(day)s, avant ce registre. %(House)s la reconnaît et répond de ce qui est écrit "
        "ici\u00a0; elle n’a pas été signée ici, et sa preuve d’origine n’est pas contrôlée."
    )
    return Verdict("run", _("%(kind)s reprise d’un autre service") % told, said % told)


def _waiting(award: Award, told: dict[str, str]) -> Verdict:
    said = _("%(House)s vient de la délivrer. Elle se scelle, et cette page le dira sous peu.") % told
    return Verdict("run", _("%(kind)s en cours de scellement") % told, said)


def _broken(award: Award, told: dict[str, str]) -> Verdict:
    said = _(
        "Un contrôle a échoué\u00a0: ce que nous gardons n’est pas ce qui a été signé. Rien n’en est montré tant que "
        "%(house)s n’a pas vérifié. Écrivez-lui."
    )
    return Verdict("late", _("Ne vous y fiez pas pour le moment"), said % told)


def _uncertain(award: Award, told: dict[str, str]) -> Verdict:
    said = _(
        "Sa signature est intacte. L’un des contrôles n’a pas pu être fait\u00a0: réessayez dans quelques minutes."
    )
    return Verdict("warn", _("%(kind)s authentique, un contrôle manque") % told, said)


_VERDICTS = {
    Standing.VALID: _valid,
    Standing.EXPIRED: _expired,
    Standing.SUSPENDED: _suspended,
    Standing.REVOKED: _revoked,
    Standing.REPLACED: _replaced,
    Standing.ERASED: _erased,
    Standing.TAKEN_OVER: _taken_over,
    Standing.WAITING: _waiting,
    Standing.BROKEN: _broken,
    Standing.UNCERTAIN: _uncertain,
}


def _checked(proof: Proof) -> str:
    """How many checks were made, and when: nothing was kept from an earlier visit."""
    number = len(checks_of(proof))
    if not number:
        return _("Regardé à l’instant\u00a0: %(when)s.") % {"when": words.weekday(proof.at)}
    told = {"count": counted(number), "when": words.weekday(proof.at)}
    if number == 1:
        return _("%(count)s, refait à l’instant\u00a0: %(when)s.") % told
    return _("%(count)s, refaits à l’instant\u00a0: %(when)s.") % told


# --- what was obtained --------------------------------------------------------------------------


def _record_title(award: Award) -> str:
    if award.referentiel is not None:
        return award.referentiel.title
    return award.certification.title


def _given(award: Award) -> str:
    told = {"day": words.day(award.awarded_on), "place": award.place}
    return _("obtenue le %(day)s à %(place)s") % told if award.place else _("obtenue le %(day)s") % told


def _skills(award: Award) -> dict[str, list[str]]:
    if award.referentiel is None:
        return {}
    known = skills_of(award.referentiel)
    lineages = award.blocs if award.subject == Subject.BLOC else []
    skills = [typo(text) for text in known.of(lineages)]
    return {"skills": skills[:SHOWN_FIRST], "more_skills": skills[SHOWN_FIRST:]}


def _blocs(award: Award) -> list[str]:
    if award.referentiel is None or award.subject != Subject.BLOC:
        return []
    return [typo(title) for title in skills_of(award.referentiel).titles(award.blocs)]


def _assessed(award: Award) -> list[str]:
    """How, by whom, under which watch: sentences that the house wrote, as they were when it was assessed."""
    elements = _elements_of(award)
    if elements is None:
        return []
    told = [elements.protocol, elements.assessors, elements.pass_rule]
    return [typo(text) for text in told if text]


def _elements_of(award: Award) -> MicroElements | None:
    return getattr(award.referentiel, "elements", None) if award.referentiel is not None else None


def _facts(award: Award) -> list[Fact]:
    elements = _elements_of(award)
    found: list[Fact] = []
    if elements is not None and elements.workload_hours:
        hours = words.number(elements.workload_hours)
        one = elements.workload_hours == 1
        value = _("%(hours)s heure") if one else _("%(hours)s heures")
        found.append(Fact(_("Formation"), value % {"hours": hours}))
    if elements is not None and elements.level.isdecimal():
        found.append(Fact(_("Niveau européen"), _("%(level)s sur 8") % {"level": elements.level}))
    if award.certification.fiche is not None:
        found.append(Fact(_("Répertoire national"), award.certification.fiche.number))
    if award.valid_until is not None:
        found.append(Fact(_("Valable jusqu’au"), words.day(award.valid_until)))
    return [*found, Fact(_("Numéro"), award.shown_number)]


def _elements(award: Award) -> list[Fact]:
    """What the European recommendation of 16 June 2022 asks a micro-certification to say of itself."""
    elements = _elements_of(award)
    if elements is None:
        return []
    told = (
        (_("Présentation"), elements.description),
        (_("Prérequis"), elements.prerequisites),
        (_("Charge de travail"), f"{elements.workload_hours}{words.NBSP}h" if elements.workload_hours else ""),
        (_("Évaluation"), _label(ASSESSMENT_TYPES, elements.assessment_type)),
        (_("Surveillance"), _label(SUPERVISIONS, elements.supervision)),
        (_("Participation"), _label(PARTICIPATIONS, elements.participation)),
        (_("Assurance qualité"), elements.quality),
        (_("Note ou mention"), elements.grading),
        ("ECTS", elements.ects),
        (_("Pays"), elements.country),
    )
    return [Fact(term, typo(value)) for term, value in told if value]


def _label(pairs: tuple[tuple[str, str], ...], key: str) -> str:
    return _(dict(pairs)[key]) if key in dict(pairs) else ""


# --- who answers for it -------------------------------------------------------------------------


def _chain(award: Award, *, is_erased: bool, is_named: bool) -> list[Link]:
    house = award.certifier.name
    partner, held = award.partnership, award.habilitation
    chain = [
        Link(
            house,
            _("Certificateur. Fixe les critères, délivre, peut retirer."),
            mark=initials(house)[:1],
            relation=_("habilite") if partner else _("délivre à"),
            url=_showcase(award),
            url_label=_("Voir sa vitrine"),
        )
    ]
    if partner is not None:
        said = _("A organisé l’évaluation.")
        url = ""
        if held is not None:
            told = {"span": words.span(held.valid_from, held.valid_until)}
            said = _("Habilité %(span)s.") % told
            url = reverse("public:habilitation", args=[held.code])
        name = f"{partner.name}, {partner.site.city}" if partner.site.city else partner.name
        chain.append(
            Link(
                name,
                said,
                mark=initials(partner.name)[:1],
                relation=_("évalue"),
                url=url,
                url_label=_("Voir l’habilitation"),
            )
        )
    if is_erased:
        return [*chain, Link(_("Une personne"), _("A demandé l’effacement de ce qui la concernait."), mark="–")]
    if not is_named:
        return [*chain, Link(_("Une personne"), _("Détient la preuve et choisit à qui la montrer."), mark="–")]
    return [
        *chain,
        Link(award.full_name, _("Détient la preuve et choisit à qui la montrer."), mark=initials(award.full_name)),
    ]


def _showcase(award: Award) -> str:
    """Where the house shows what it certifies; empty when it does not."""
    showcase = getattr(award.certifier, "showcase", None)
    if showcase is None or showcase.opened_at is None:
        return ""
    view = "public:showcase-en" if words.is_english() else "public:showcase"
    return reverse(view, args=[award.certifier.code])


def _training(award: Award) -> str:
    """Where «suivre cette formation» leads, through the address that counts; empty when there is nowhere to go."""
    return reverse("public:award-training", args=[award.shown_number]) if training_target(award) else ""


def training_target(award: Award) -> str:
    """The page of who trains for it: the partner's in the directory, else what the house declared, else none.

    The house may have told its own page for the certification; else it is that of the national register.
    """
    if award.partnership is not None:
        return reverse("public:partners-one", args=[award.partnership.site.organisation.siren])
    shown = getattr(award.certification, "shown", None)
    if shown is not None and shown.training_url:
        return str(shown.training_url)
    if award.certification.fiche is not None:
        return reverse("public:certifications-one", args=[award.certification.fiche.number])
    return ""


def _ornament(award: Award) -> str:
    colour, _accent, _emblem = look_of(award)
    return reverse("public:award-ornament", args=[colour.removeprefix("#")])


def _seal(award: Award) -> SafeString:
    """The seal of the house, in the wax and with the emblem of the design; its name is read out."""
    _colour, accent, emblem = look_of(award)
    drawn = wax_seal(award.certifier.name, accent, emblem)
    return mark_safe(drawn.replace("<svg ", '<svg class="seal" aria-hidden="true" focusable="false" ', 1))  # noqa: S308 - our own drawing, its text escaped

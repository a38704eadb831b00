"""A convention, its scopes, the clauses written for it alone and its annexes. Source: C. trav. R. 6113-16-1 to -6."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.core.france import conventions
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.catalogue.states import Habilitation
from jurande.registers.common.codes import CodeField
from jurande.registers.conventions.models.clauses import Clause, ClauseSet
from jurande.registers.conventions.models.texts import ConventionText
from jurande.registers.conventions.states import (
    AnnexKind,
    Apprenticeship,
    ConventionKind,
    ConventionState,
    Counterpart,
    EndReason,
    Origin,
    Subcontracting,
)
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_UNSENT = [ConventionState.DRAFT, ConventionState.ABANDONED]
_CONCLUDED = [ConventionState.SIGNED, ConventionState.IN_FORCE, ConventionState.SUSPENDED, ConventionState.ENDED]


class ConventionQuerySet(models.QuerySet["Convention"]):
    def visible_to(self, actor: Actor) -> ConventionQuerySet:
        """All of one's house for the certifier; its own for a partner, once they were sent."""
        if not actor.has(Right.SEE_CONVENTIONS):
            return self.none()
        if actor.partnership_code:
            return self.filter(partnership__code=actor.partnership_code).exclude(state__in=_UNSENT)
        return self.filter(certifier__code=actor.certifier_code) if actor.certifier_code else self.none()

    def in_states(self, *states: str) -> ConventionQuerySet:
        return self.filter(state__in=states)

    def alive(self) -> ConventionQuerySet:
        """In force, or suspended: what binds both sides today."""
        return self.in_states(ConventionState.IN_FORCE, ConventionState.SUSPENDED)

    def ending_by(self, day: date) -> ConventionQuerySet:
        return self.filter(valid_until__lte=day)

    def to_upgrade(self) -> ConventionQuerySet:
        """Concluded before the seven mentions were demanded. Source: décret 2025-500, art. 2 II."""
        return self.alive().filter(concluded_on__lt=conventions.MENTIONS_FROM)

    def matching(self, words: str) -> ConventionQuerySet:
        found = self
        for word in words.split():
            found = found.filter(
                Q(reference__icontains=word)
                | Q(partnership__site__organisation__search_text__icontains=word)
                | Q(partnership__site__siret__startswith=word)
                | Q(scopes__certification__reference__icontains=word)
            ).distinct()
        return found


class Convention(models.Model):
    """What a certifier and a partner agree on. Its columns are the draft; what was sent is ``text``, frozen.

    The seven mentions are: ``purpose`` (1°), the scopes (2°), ``valid_from`` and ``valid_until`` (3°, last day),
    ``counterpart``… (4°), ``subcontracting``… (5°), the three means (6°), ``apprenticeship``… (7°). ``concluded_on``:
    the day of the last signature. The signers are who must sign, as the convention names them.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="conventions")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="conventions")
    reference = models.CharField(_("référence"), max_length=40)
    kind = models.CharField(_("nature"), max_length=10, choices=ConventionKind, default=ConventionKind.INITIAL)
    origin = models.CharField(_("origine"), max_length=10, choices=Origin, default=Origin.JURANDE)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followers")
    clause_set = models.ForeignKey(ClauseSet, on_delete=models.PROTECT, null=True, related_name="conventions")
    state = models.CharField(_("état"), max_length=10, choices=ConventionState, default=ConventionState.DRAFT)

    purpose = models.CharField(_("objet"), max_length=10, choices=Habilitation, blank=True)
    valid_from = models.DateField(_("du"), null=True)
    valid_until = models.DateField(_("au"), null=True)
    counterpart = models.CharField(_("contrepartie"), max_length=10, choices=Counterpart, blank=True)
    counterpart_terms = models.TextField(_("modalités de la contrepartie"), blank=True)
    fee_schedule = models.ForeignKey(
        "network.FeeSchedule", on_delete=models.PROTECT, null=True, related_name="conventions", verbose_name=_("barème")
    )
    subcontracting = models.CharField(_("sous-traitance"), max_length=10, choices=Subcontracting, blank=True)
    subcontracting_terms = models.TextField(_("conditions de la sous-traitance"), blank=True)
    technical_means = models.TextField(_("moyens techniques"), blank=True)
    teaching_means = models.TextField(_("moyens pédagogiques"), blank=True)
    supervision_means = models.TextField(_("moyens d’encadrement"), blank=True)
    apprenticeship = models.CharField(_("apprentissage"), max_length=10, choices=Apprenticeship, blank=True)
    apprenticeship_terms = models.TextField(_("gestion de l’apprentissage"), blank=True)

    partner_signer_name = models.CharField(_("signataire du partenaire"), max_length=200, blank=True)
    partner_signer_quality = models.CharField(_("qualité"), max_length=120, blank=True)
    partner_signer_email = models.EmailField(_("adresse e-mail"), blank=True)
    certifier_signer_name = models.CharField(_("signataire du certificateur"), max_length=200, blank=True)
    certifier_signer_quality = models.CharField(_("qualité"), max_length=120, blank=True)
    certifier_signer_email = models.EmailField(_("adresse e-mail"), blank=True)

    revision = models.PositiveIntegerField(default=1)
    prepared_at = models.DateTimeField(_("préparée le"))
    prepared_by_code = models.CharField(max_length=16)
    changed_at = models.DateTimeField(_("modifiée le"))
    changed_by_code = models.CharField(max_length=16)
    sent_at = models.DateTimeField(_("envoyée le"), null=True)
    sent_by_code = models.CharField(max_length=16, blank=True)
    concluded_on = models.DateField(_("signée le"), null=True)
    in_force_on = models.DateField(_("en vigueur depuis le"), null=True)
    ended_on = models.DateField(_("terminée le"), null=True)
    end_reason = models.CharField(_("motif de fin"), max_length=12, choices=EndReason, blank=True)
    text = models.OneToOneField(ConventionText, on_delete=models.PROTECT, null=True, related_name="current_of")

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = _("convention")
        verbose_name_plural = _("conventions")
        indexes = [
            models.Index(fields=["certifier", "state", "valid_until"], name="convention_state_until"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["certifier", "reference"], name="convention_reference_once"),
            models.UniqueConstraint(
                fields=["follows"],
                condition=~Q(state=ConventionState.ABANDONED) & ~Q(state=ConventionState.ENDED),
                name="convention_followed_by_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind=ConventionKind.INITIAL, follows=None)
                | Q(kind__in=[ConventionKind.AMENDMENT, ConventionKind.RENEWAL], follows__isnull=False),
                name="convention_amendment_and_renewal_follow",
            ),
            models.CheckConstraint(
                condition=Q(origin=Origin.ELSEWHERE) | Q(clause_set__isnull=False),
                name="convention_written_here_has_clauses",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_UNSENT, text=None, sent_at=None, sent_by_code="")
                | Q(state__in=[ConventionState.SENT, *_CONCLUDED], text__isnull=False, origin=Origin.ELSEWHERE)
                | Q(state__in=[ConventionState.SENT, *_CONCLUDED], text__isnull=False, sent_at__isnull=False)
                & ~Q(sent_by_code=""),
                name="convention_sent_has_its_text",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_CONCLUDED, concluded_on__isnull=False)
                | ~Q(state__in=_CONCLUDED) & Q(concluded_on=None),
                name="convention_concluded_once_signed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ConventionState.IN_FORCE, ConventionState.SUSPENDED], in_force_on__isnull=False)
                | Q(state=ConventionState.ENDED)
                | ~Q(state__in=[ConventionState.IN_FORCE, ConventionState.SUSPENDED, ConventionState.ENDED])
                & Q(in_force_on=None),
                name="convention_in_force_since_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state=ConventionState.ENDED, ended_on__isnull=False) & ~Q(end_reason="")
                | ~Q(state=ConventionState.ENDED) & Q(ended_on=None, end_reason=""),
                name="convention_ended_says_why",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="convention_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=~Q(prepared_by_code=""), name="convention_has_an_author"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_draft(self) -> bool:
        return self.state == ConventionState.DRAFT

    @property
    def is_to_upgrade(self) -> bool:
        """Whether it binds today and was concluded before the seven mentions were demanded."""
        alive = self.state in (ConventionState.IN_FORCE, ConventionState.SUSPENDED)
        return alive and self.concluded_on is not None and self.concluded_on < conventions.MENTIONS_FROM


class ConventionScope(models.Model):
    """One certification that the convention covers; ``blocs``: lineages, none for the whole certification.

    ``territory``: codes of départements, none for everywhere. ``approval_code``: the approval it was taken from.
    """

    code = CodeField()
    convention = models.ForeignKey(Convention, on_delete=models.CASCADE, related_name="scopes")
    position = models.PositiveSmallIntegerField()
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="convention_scopes")
    referentiel = models.ForeignKey(Referentiel, on_delete=models.PROTECT, related_name="convention_scopes", null=True)
    blocs = models.JSONField(_("blocs"), default=list)
    kind = models.CharField(_("habilitation"), max_length=10, choices=Habilitation)
    territory = models.JSONField(_("territoire"), default=list)
    approval_code = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("certification visée")
        verbose_name_plural = _("certifications visées")
        constraints = [
            models.UniqueConstraint(fields=["convention", "certification", "kind"], name="conventionscope_once"),
        ]

    def __str__(self) -> str:
        return f"{self.certification_id} {self.kind}"


class FreeClause(models.Model):
    """A clause for this convention alone: added, or in the place of one of the set; without words, it takes it out."""

    code = CodeField()
    convention = models.ForeignKey(Convention, on_delete=models.CASCADE, related_name="free_clauses")
    replaces = models.ForeignKey(Clause, on_delete=models.PROTECT, null=True, related_name="replaced_by")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("titre"), max_length=160)
    body = models.TextField(_("texte"), blank=True)
    written_by_code = models.CharField(max_length=16)
    written_at = models.DateTimeField(_("écrite le"))

    class Meta:
        verbose_name = _("clause particulière")
        verbose_name_plural = _("clauses particulières")
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "replaces"],
                condition=Q(replaces__isnull=False),
                name="freeclause_replaces_a_clause_once",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=False) | ~Q(body=""), name="freeclause_added_has_words"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Annex(models.Model):
    """What goes with the convention: a file that was given, or one made when it is sent. ``digest``: its SHA-256."""

    code = CodeField()
    convention = models.ForeignKey(Convention, on_delete=models.CASCADE, related_name="annexes")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("nature"), max_length=16, choices=AnnexKind)
    title = models.CharField(_("titre"), max_length=160)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(_("empreinte"), max_length=64, blank=True)
    added_at = models.DateTimeField(_("jointe le"))
    added_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("annexe")
        verbose_name_plural = _("annexes")
        constraints = [
            models.CheckConstraint(
                condition=Q(document=None, digest="") | Q(document__isnull=False) & ~Q(digest=""),
                name="annex_file_has_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.title

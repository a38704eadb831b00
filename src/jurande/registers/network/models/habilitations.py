"""Habilitations: who may do what, where, from when until when, under which act.

A habilitation's own columns say what was decided last; its spells, which are only added, say what was true on any day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from jurande.core.france.habilitations import Reach, Spell
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.common.codes import CodeField
from jurande.registers.documents.models import Document
from jurande.registers.network.states.calls import HabilitationKind
from jurande.registers.network.states.habilitations import (
    ACTIONS_OF,
    DECIDED_STATES,
    LIVE_STATES,
    Action,
    Basis,
    ConditionKey,
    HabilitationEndReason,
    HabilitationState,
    HabilitationSuspendReason,
    HoldCause,
    SpellState,
)
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Right
from jurande.registers.seal.models import SealedCredential

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_RESTS_ON_SOMETHING = ~Q(basis="") & ~Q(basis_reference="") & Q(basis_on__isnull=False)
_OPENED = Q(activated_at__isnull=False) & ~Q(activated_by_code="") & _RESTS_ON_SOMETHING


class HabilitationQuerySet(models.QuerySet["Habilitation"]):
    def visible_to(self, actor: Actor) -> HabilitationQuerySet:
        """All of one's house for the certifier; its own for a partner, once they took effect."""
        if actor.partnership_code:
            mine = self.filter(partnership__code=actor.partnership_code)
            return mine.decided() if actor.has(Right.SEE_PARTNERSHIP) else self.none()
        if actor.certifier_code and actor.has(Right.SEE_NETWORK):
            return self.filter(certifier__code=actor.certifier_code)
        return self.none()

    def decided(self) -> HabilitationQuerySet:
        """Those that took effect one day: what everybody may check."""
        return self.filter(state__in=DECIDED_STATES)

    def live(self) -> HabilitationQuerySet:
        """Those that no decision ended: active or suspended."""
        return self.filter(state__in=LIVE_STATES)

    def with_state_on(self, day: date) -> HabilitationQuerySet:
        """Add ``state_on``: what its spells say of that day (a ``SpellState``), None outside of its dates."""
        latest = (
            HabilitationSpell.objects.filter(habilitation=OuterRef("pk"), from_on__lte=day)
            .order_by("-number")
            .values("state")[:1]
        )
        held = models.Case(
            models.When(valid_from__lte=day, valid_until__gte=day, then=Subquery(latest)),
            default=None,
            output_field=models.CharField(null=True),
        )
        return self.annotate(state_on=held)

    def active_on(self, day: date) -> HabilitationQuerySet:
        named: Any = self.with_state_on(day)
        found: HabilitationQuerySet = named.filter(state_on=SpellState.ACTIVE)
        return found

    def to_document(self) -> HabilitationQuerySet:
        """Resting on an earlier convention that nobody attached yet."""
        return self.decided().filter(basis=Basis.EARLIER_CONVENTION, basis_document=None)


class Habilitation(models.Model):
    """What a place may do for a certification, from ``valid_from`` to ``valid_until``, its last day.

    ``blocs``: lineages of blocs ([]: the whole certification); ``territory``: codes of départements ([]: everywhere).
    ``basis_code``: the code of the convention, when it is in the register. ``suspended_on``: the first day of the
    suspension that stands; ``ended_on``: the first day without it. ``follows``: the one whose scope this one changes.
    ``credential``: None until its first day, and as long as nothing can be sealed here.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="habilitations")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="habilitations")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="habilitations")
    referentiel = models.ForeignKey(Referentiel, on_delete=models.PROTECT, null=True, related_name="habilitations")
    reference = models.CharField(_("référence"), max_length=40)
    kind = models.CharField(_("habilité à"), max_length=10, choices=HabilitationKind)
    blocs = models.JSONField(_("blocs"), default=list)
    territory = models.JSONField(_("territoire"), default=list)
    valid_from = models.DateField(_("à partir du"))
    valid_until = models.DateField(_("jusqu’au"))
    state = models.CharField(_("état"), max_length=10, choices=HabilitationState, default=HabilitationState.PREPARED)
    is_probation = models.BooleanField(_("probatoire"), default=False)
    confirmed_on = models.DateField(_("confirmée le"), null=True)
    basis = models.CharField(_("fondement"), max_length=20, choices=Basis, blank=True)
    basis_reference = models.CharField(_("référence de l’acte"), max_length=120, blank=True)
    basis_on = models.DateField(_("date de l’acte"), null=True)
    basis_code = models.CharField(max_length=16, blank=True)
    basis_document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="followed_by")
    credential = models.OneToOneField(
        SealedCredential, on_delete=models.PROTECT, null=True, related_name="habilitation"
    )
    prepared_at = models.DateTimeField(_("préparée le"))
    prepared_by_code = models.CharField(max_length=16)
    activated_at = models.DateTimeField(_("ouverte le"), null=True)
    activated_by_code = models.CharField(max_length=16, blank=True)
    suspended_on = models.DateField(_("suspendue à partir du"), null=True)
    ended_on = models.DateField(_("terminée à partir du"), null=True)
    ended_at = models.DateTimeField(_("fin décidée le"), null=True)
    ended_by_code = models.CharField(max_length=16, blank=True)
    end_reason = models.CharField(_("motif de fin"), max_length=24, choices=HabilitationEndReason, blank=True)
    end_note = models.TextField(_("précision"), blank=True)

    objects = HabilitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("habilitation")
        verbose_name_plural = _("habilitations")
        indexes = [
            models.Index(fields=["certifier", "state", "valid_until"], name="habilitation_state_until"),
            models.Index(fields=["partnership", "certification"], name="habilitation_by_scope"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["certifier", "reference"], name="habilitation_reference_once"),
            models.CheckConstraint(
                condition=Q(state=HabilitationState.PREPARED, activated_at=None, activated_by_code="")
                | Q(state__in=DECIDED_STATES) & _OPENED,
                name="habilitation_open_rests_on_an_act",
            ),
            models.CheckConstraint(
                condition=~Q(state=HabilitationState.PREPARED) | Q(credential=None),
                name="habilitation_prepared_has_no_credential",
            ),
            models.CheckConstraint(
                condition=Q(state=HabilitationState.SUSPENDED, suspended_on__isnull=False)
                | ~Q(state=HabilitationState.SUSPENDED) & Q(suspended_on=None),
                name="habilitation_suspended_since_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state=HabilitationState.ENDED, ended_on__isnull=False, ended_at__isnull=False)
                & ~Q(end_reason="")
                | ~Q(state=HabilitationState.ENDED)
                & Q(ended_on=None, ended_at=None, ended_by_code="", end_reason="", end_note=""),
                name="habilitation_ended_says_why",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="habilitation_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("valid_from")), name="habilitation_over_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(is_probation=True, confirmed_on=None) | Q(is_probation=False),
                name="habilitation_confirmed_is_full",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def actions(self) -> frozenset[Action]:
        return ACTIONS_OF[HabilitationKind(self.kind)]

    @property
    def last_day(self) -> date:
        """The last day on which it counts, suspensions aside; before ``valid_from`` when it ended unbegun."""
        over = self.ended_on
        return self.valid_until if over is None else min(over - timedelta(days=1), self.valid_until)

    @property
    def decisions(self) -> list[Spell]:
        """Its spells as the rules see them; no query when ``spells`` was prefetched."""
        return [Spell(spell.number, spell.from_on, spell.state) for spell in self.spells.all()]

    @property
    def reach(self) -> Reach:
        """How far it goes."""
        return Reach.of(self.kind, self.blocs, self.territory)

    @property
    def lacks_its_document(self) -> bool:
        return self.basis == Basis.EARLIER_CONVENTION and self.basis_document_id is None


class HabilitationSpell(models.Model):
    """What one decision made true: ``state`` from ``from_on`` until the next decision's day, or ``until_on``.

    Rows are added, never changed. On a day, the spell with the greatest ``number`` among those begun says what is true;
    a decision never takes effect before the one it follows, nor in the past: what was true stays so.
    """

    habilitation = models.ForeignKey(Habilitation, on_delete=models.PROTECT, related_name="spells")
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField(_("à partir du"))
    until_on = models.DateField(_("jusqu’au"), null=True)
    state = models.CharField(_("état"), max_length=10, choices=SpellState)
    reason_code = models.CharField(_("motif"), max_length=24, blank=True)
    decided_at = models.DateTimeField(_("décidé le"))
    decided_by_code = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("période d’une habilitation")
        verbose_name_plural = _("périodes d’une habilitation")
        constraints = [
            models.UniqueConstraint(fields=["habilitation", "number"], name="habilitationspell_number_once"),
            models.CheckConstraint(
                condition=Q(state=SpellState.ENDED, until_on=None)
                | ~Q(state=SpellState.ENDED) & Q(until_on__isnull=False),
                name="habilitationspell_ends_unless_it_is_the_end",
            ),
        ]
        indexes = [models.Index(fields=["habilitation", "from_on", "state"], name="habilitationspell_on_a_day")]

    def __str__(self) -> str:
        return f"{self.state} {self.from_on}"


class HabilitationHold(models.Model):
    """One reason to keep a habilitation suspended; it is active again once none stands."""

    code = CodeField()
    habilitation = models.ForeignKey(Habilitation, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(_("cause"), max_length=12, choices=HoldCause)
    reason_code = models.CharField(_("motif"), max_length=24, choices=HabilitationSuspendReason)
    note = models.TextField(_("précision"), blank=True)
    from_on = models.DateField(_("à partir du"))
    placed_at = models.DateTimeField(_("décidée le"))
    placed_by_code = models.CharField(max_length=16, blank=True)
    lifted_on = models.DateField(_("levée à partir du"), null=True)
    lifted_at = models.DateTimeField(_("levée le"), null=True)
    lifted_by_code = models.CharField(max_length=16, blank=True)
    lift_note = models.TextField(_("précision"), blank=True)

    class Meta:
        verbose_name = _("suspension d’une habilitation")
        verbose_name_plural = _("suspensions d’une habilitation")
        constraints = [
            models.UniqueConstraint(
                fields=["habilitation", "cause"],
                condition=Q(lifted_at=None),
                name="habilitationhold_one_of_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_on=None, lifted_by_code="", lift_note="")
                | Q(lifted_at__isnull=False, lifted_on__isnull=False, lifted_on__gte=F("from_on")),
                name="habilitationhold_lifted_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.from_on}"


class HabilitationCondition(models.Model):
    """What is demanded of a partner for this habilitation, and since when it is met.

    ``key``: one of ``ConditionKey``, or the name that another register gives to what it follows. Met while ``met_on``
    has come and ``lapsed_on`` has not.
    """

    code = CodeField()
    habilitation = models.ForeignKey(Habilitation, on_delete=models.CASCADE, related_name="conditions")
    key = models.CharField(_("condition"), max_length=40, choices=ConditionKey)
    label = models.CharField(_("en clair"), max_length=200)
    is_required = models.BooleanField(_("exigée"), default=True)
    met_on = models.DateField(_("remplie le"), null=True)
    lapsed_on = models.DateField(_("n’est plus remplie depuis le"), null=True)
    evidence = models.CharField(_("preuve"), max_length=250, blank=True)
    changed_at = models.DateTimeField(null=True)
    changed_by_code = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("condition d’une habilitation")
        verbose_name_plural = _("conditions d’une habilitation")
        constraints = [
            models.UniqueConstraint(fields=["habilitation", "key", "label"], name="habilitationcondition_once"),
            models.CheckConstraint(
                condition=Q(lapsed_on=None) | Q(met_on__isnull=False, lapsed_on__gte=F("met_on")),
                name="habilitationcondition_lapses_after",
            ),
            models.CheckConstraint(
                condition=Q(met_on=None) | ~Q(evidence=""), name="habilitationcondition_met_has_evidence"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def is_met_on(self, day: date) -> bool:
        return self.met_on is not None and self.met_on <= day and (self.lapsed_on is None or day < self.lapsed_on)

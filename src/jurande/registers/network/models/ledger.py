"""The list that a certifier declares to France compétences: what changed, until when to say it, what does not agree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.core.france.spelling import fold
from jurande.registers.catalogue.models import Fiche
from jurande.registers.common.codes import CodeField
from jurande.registers.network.models.habilitations import Habilitation
from jurande.registers.network.states.calls import HabilitationKind
from jurande.registers.network.states.ledger import ChangeKind, ChangeState, DifferenceKind
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_MOVES = (
    Q(kind=ChangeKind.ADD, before="") & ~Q(after="")
    | Q(kind=ChangeKind.REMOVE, after="") & ~Q(before="")
    | Q(kind=ChangeKind.CHANGE_TYPE) & ~Q(before="") & ~Q(after="") & ~Q(before=F("after"))
)
_DECLARED = Q(declared_on__isnull=False) & ~Q(declared_by_code="")
_UNDECLARED = Q(declared_on=None, declared_by_code="")


class DeclaredChangeQuerySet(models.QuerySet["DeclaredChange"]):
    def visible_to(self, actor: Actor) -> DeclaredChangeQuerySet:
        """Those of one's own house: what is declared of a partner is the certifier's duty."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_NETWORK):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def pending(self) -> DeclaredChangeQuerySet:
        """Not read in the national register yet."""
        return self.exclude(state=ChangeState.CONFIRMED)

    def in_states(self, states: Iterable[str]) -> DeclaredChangeQuerySet:
        return self.filter(state__in=states)

    def matching(self, words: str) -> DeclaredChangeQuerySet:
        """Every word is found in the partner's name, the SIRET or the fiche's number."""
        found = self
        for word in fold(words).split():
            found = found.filter(
                Q(habilitation__partnership__site__organisation__search_text__contains=word)
                | Q(siret__contains=word)
                | Q(fiche__number__icontains=word)
            )
        return found

    def in_order(self) -> DeclaredChangeQuerySet:
        """In the order in which they happened, as each starts from where the one before led."""
        return self.order_by("noted_at", "pk")


class DeclaredChange(models.Model):
    """One change of what a place may do for a fiche, with its two months. Source: C. trav. R. 6113-16-5.

    ``before`` and ``after``: the role of the place on the fiche, all its habilitations together; empty for none.
    ``happened_on``: the day it takes effect; ``due_on``: the last day to declare it. ``declared_on``: the day somebody
    typed it in; ``seen_on``: the day of the national snapshot that shows it.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="declared_changes")
    habilitation = models.ForeignKey(Habilitation, on_delete=models.PROTECT, related_name="declared_changes")
    fiche = models.ForeignKey(Fiche, on_delete=models.PROTECT, related_name="+")
    siret = models.CharField("SIRET", max_length=14)
    kind = models.CharField(_("changement"), max_length=12, choices=ChangeKind)
    before = models.CharField(_("rôle avant"), max_length=10, choices=HabilitationKind, blank=True)
    after = models.CharField(_("rôle après"), max_length=10, choices=HabilitationKind, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=ChangeState, default=ChangeState.TO_DECLARE)
    happened_on = models.DateField(_("effet le"))
    due_on = models.DateField(_("à déclarer avant la fin du"))
    noted_at = models.DateTimeField(_("noté le"))
    declared_on = models.DateField(_("déclaré le"), null=True)
    declared_by_code = models.CharField(max_length=16, blank=True)
    seen_on = models.DateField(_("lu au registre du"), null=True)

    objects = DeclaredChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("changement à déclarer")
        verbose_name_plural = _("changements à déclarer")
        constraints = [
            models.CheckConstraint(condition=_MOVES, name="change_kind_agrees_with_its_roles"),
            models.CheckConstraint(
                condition=Q(state=ChangeState.TO_DECLARE, seen_on=None) & _UNDECLARED
                | Q(state=ChangeState.DECLARED, seen_on=None) & _DECLARED
                | Q(state=ChangeState.CONFIRMED, seen_on__isnull=False) & (_DECLARED | _UNDECLARED),
                name="change_state_agrees_with_its_dates",
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("happened_on")), name="change_is_due_after_it_happened"),
        ]
        indexes = [
            models.Index(
                fields=["certifier", "due_on"], condition=~Q(state=ChangeState.CONFIRMED), name="change_waiting"
            ),
            models.Index(fields=["certifier", "fiche", "siret", "noted_at"], name="change_of_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.siret}"

    def days_left(self, today: date) -> int:
        """Days until the last day to declare; negative once it is past."""
        return (self.due_on - today).days


class RegisterDifferenceQuerySet(models.QuerySet["RegisterDifference"]):
    def visible_to(self, actor: Actor) -> RegisterDifferenceQuerySet:
        """Those of one's own house."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_NETWORK):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def raised(self) -> RegisterDifferenceQuerySet:
        return self.filter(settled_at=None)


class RegisterDifference(models.Model):
    """What the national register says of a place, that nobody here decided and no open line explains.

    ``here`` and ``listed``: the role in our list and in the register's; empty for none. ``seen_on``: the snapshot that
    first showed it. ``settled_by_code``: empty when the two lists came to agree by themselves.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="register_differences")
    fiche = models.ForeignKey(Fiche, on_delete=models.PROTECT, related_name="+")
    siret = models.CharField("SIRET", max_length=14)
    name = models.CharField(_("nom"), max_length=250)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("écart"), max_length=12, choices=DifferenceKind)
    here = models.CharField(_("rôle ici"), max_length=10, choices=HabilitationKind, blank=True)
    listed = models.CharField(_("rôle au registre"), max_length=10, choices=HabilitationKind, blank=True)
    seen_on = models.DateField(_("lu au registre du"))
    raised_at = models.DateTimeField(_("signalé le"))
    settled_at = models.DateTimeField(_("réglé le"), null=True)
    settled_by_code = models.CharField(max_length=16, blank=True)
    note = models.TextField(_("ce qui a été vu"), blank=True)

    objects = RegisterDifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("écart avec le registre national")
        verbose_name_plural = _("écarts avec le registre national")
        constraints = [
            models.UniqueConstraint(
                fields=["certifier", "fiche", "siret"], condition=Q(settled_at=None), name="difference_one_raised"
            ),
            models.CheckConstraint(
                condition=Q(kind=DifferenceKind.NOT_LISTED, listed="") & ~Q(here="")
                | Q(kind=DifferenceKind.NOT_HERE, here="") & ~Q(listed="")
                | Q(kind=DifferenceKind.OTHER_ROLE) & ~Q(here="") & ~Q(listed="") & ~Q(here=F("listed")),
                name="difference_kind_agrees_with_its_roles",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | Q(settled_by_code="", note=""),
                name="difference_settled_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(settled_by_code="") | ~Q(note=""), name="difference_settled_by_hand_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["certifier", "raised_at"], condition=Q(settled_at=None), name="difference_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.siret}"

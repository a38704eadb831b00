"""The clauses of a certifier, set by set: a draft that is written, then a published set that the database freezes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.core.france import conventions
from jurande.registers.catalogue.states import Habilitation
from jurande.registers.common.codes import CodeField
from jurande.registers.conventions.states import ClauseSetState
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class ClauseSetQuerySet(models.QuerySet["ClauseSet"]):
    def visible_to(self, actor: Actor) -> ClauseSetQuerySet:
        """Those of one's own house; a partner reads its conventions, not the sets they came from."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_CONVENTIONS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def published(self) -> ClauseSetQuerySet:
        return self.filter(state=ClauseSetState.PUBLISHED)


class ClauseSet(models.Model):
    """One version of a certifier's clauses. ``author_codes``: everybody who wrote in it while it was a draft."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="clause_sets")
    number = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("titre"), max_length=120)
    state = models.CharField(_("état"), max_length=10, choices=ClauseSetState, default=ClauseSetState.DRAFT)
    author_codes = models.JSONField(default=list)
    started_at = models.DateTimeField(_("commencée le"))
    started_by_code = models.CharField(max_length=16)
    published_at = models.DateTimeField(_("publiée le"), null=True)
    published_by_code = models.CharField(max_length=16, blank=True)
    replaced_at = models.DateTimeField(_("remplacée le"), null=True)

    objects = ClauseSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("jeu de clauses")
        verbose_name_plural = _("jeux de clauses")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "number"], name="clauseset_number_once"),
            models.UniqueConstraint(
                fields=["certifier"], condition=Q(state=ClauseSetState.DRAFT), name="clauseset_one_draft"
            ),
            models.UniqueConstraint(
                fields=["certifier"], condition=Q(state=ClauseSetState.PUBLISHED), name="clauseset_one_published"
            ),
            models.CheckConstraint(
                condition=Q(state=ClauseSetState.DRAFT, published_at=None, published_by_code="", replaced_at=None)
                | Q(state=ClauseSetState.PUBLISHED, published_at__isnull=False, replaced_at=None)
                & ~Q(published_by_code="")
                | Q(state=ClauseSetState.REPLACED, published_at__isnull=False, replaced_at__isnull=False)
                & ~Q(published_by_code=""),
                name="clauseset_state_agrees_with_its_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == ClauseSetState.DRAFT


class Clause(models.Model):
    """One article. ``key`` stays the same from set to set: it tells reworded from new.

    ``mention``: which of the seven of C. trav. R. 6113-16-2 it carries, 0 for none. ``duty``: the source shown beside
    its title. ``only_for``: the habilitation without which it does not appear. ``revision`` grows at each change, so
    that nobody overwrites what they have not read.
    """

    code = CodeField()
    clause_set = models.ForeignKey(ClauseSet, on_delete=models.CASCADE, related_name="clauses")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    title = models.CharField(_("titre"), max_length=160)
    body = models.TextField(_("texte"))
    mention = models.PositiveSmallIntegerField(_("mention"), default=0)
    duty = models.CharField(_("source"), max_length=120, blank=True)
    is_required = models.BooleanField(_("ne peut être retirée"), default=False)
    only_for = models.CharField(_("seulement pour qui doit"), max_length=10, choices=Habilitation, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        constraints = [
            models.UniqueConstraint(fields=["clause_set", "key"], name="clause_key_once"),
            models.CheckConstraint(condition=Q(mention__lte=7), name="clause_mention_is_one_of_seven"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="clause_has_words"),
        ]

    def __str__(self) -> str:
        return self.title


class ConventionChoices(models.Model):
    """What the law leaves to a certifier about its conventions; without a row, what is usual.

    ``subcontract_percent``: the largest share that a partner may subcontract. ``observation_days``: how long, in civil
    days, a partner has at least to answer griefs (R. 6113-16-6 asks for a sufficient delay). ``notice_days``: how many
    days before a planned visit it is told.
    """

    certifier = models.OneToOneField(Certifier, on_delete=models.CASCADE, related_name="convention_choices")
    subcontract_percent = models.PositiveSmallIntegerField(
        _("part sous-traitée, au plus"), default=conventions.USUAL_SUBCONTRACT_PERCENT
    )
    observation_days = models.PositiveSmallIntegerField(
        _("délai d’observations"), default=conventions.USUAL_OBSERVATION_DAYS
    )
    notice_days = models.PositiveSmallIntegerField(_("préavis de visite"), default=conventions.USUAL_NOTICE_DAYS)

    class Meta:
        verbose_name = _("choix des conventions")
        verbose_name_plural = _("choix des conventions")
        constraints = [
            models.CheckConstraint(
                condition=Q(subcontract_percent__lte=100, notice_days__lte=90)
                & Q(observation_days__gte=1, observation_days__lte=365),
                name="conventionchoices_are_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certifier_id}"

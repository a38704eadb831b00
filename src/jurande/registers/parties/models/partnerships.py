"""The relation of a certifier with a place of an organisation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Count, F, Max, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from jurande.core.france.spelling import fold
from jurande.registers.common.codes import CodeField
from jurande.registers.parties.models.certifiers import Certifier
from jurande.registers.parties.models.organisations import Organisation, QualiopiCategory, Site
from jurande.registers.parties.models.people import Membership
from jurande.registers.parties.states import EndReason, InvitationState, PartnershipState, Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def visible_to(self, actor: Actor) -> PartnershipQuerySet:
        """The network for who works at the certifier, one's own for who works at the partner, nothing for others."""
        if actor.partnership_code:
            return self.filter(code=actor.partnership_code)
        if actor.has(Right.SEE_NETWORK):
            return self.filter(certifier__code=actor.certifier_code)
        return self.none()

    def in_force(self) -> PartnershipQuerySet:
        return self.exclude(state=PartnershipState.ENDED)

    def in_states(self, states: Iterable[str]) -> PartnershipQuerySet:
        return self.filter(state__in=states)

    def in_departements(self, codes: Iterable[str]) -> PartnershipQuerySet:
        return self.filter(site__departement__in=codes)

    def followed_by_any(self, person_codes: Iterable[str]) -> PartnershipQuerySet:
        return self.filter(followed_by__code__in=person_codes)

    def matching(self, words: str) -> PartnershipQuerySet:
        """Every word is found in a name, the town, a number or the reference, whatever the accents."""
        found = self
        for word in fold(words).split():
            found = found.filter(
                Q(site__organisation__search_text__contains=word)
                | Q(site__search_text__contains=word)
                | Q(reference__icontains=word)
            )
        return found

    def with_list_columns(self) -> PartnershipQuerySet:
        """Annotate what lists show and sort by.

        ``sort_name``; ``qualiopi_until_on``, the last day of the latest certificate (None: none is known);
        ``people_count``, who works at the partner; ``invited_count``, who was asked to and has not answered.
        """
        people = _figure(Membership, "partnership", Count("person", distinct=True), ended_at=None)
        invited = _figure(
            apps.get_model("parties", "Invitation"), "partnership", Count("pk"), state=InvitationState.PENDING
        )
        return self.annotate(
            sort_name=F("site__organisation__search_text"),
            qualiopi_until_on=_figure(QualiopiCategory, "organisation", Max("until_on"), outer="site__organisation"),
            people_count=Coalesce(people, 0),
            invited_count=Coalesce(invited, 0),
        )


def _figure(
    model: type[models.Model], link: str, aggregate: models.Aggregate, *, outer: str = "pk", **conditions: Any
) -> models.Subquery:
    """One figure of the rows linked to each partnership, by a subquery: several joins would multiply one another."""
    rows = model._default_manager.filter(**{link: models.OuterRef(outer)}, **conditions)
    return models.Subquery(rows.order_by().values(link).annotate(figure=aggregate).values("figure"))


class Partnership(models.Model):
    """One certifier × one place. Notes, files and approvals hang from it and are seen by nobody else.

    ``since_on`` is the civil day the relation began, set once. ``joined_at`` is when somebody of the partner first
    came; ``ended_on`` the last day.
    """

    code = CodeField()
    reference = models.CharField(_("référence"), max_length=40)
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="partnerships")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="partnerships")
    state = models.CharField(
        _("état"), max_length=10, choices=PartnershipState.choices, default=PartnershipState.INVITED
    )
    since_on = models.DateField(_("depuis le"))
    joined_at = models.DateTimeField(_("venu le"), null=True)
    ended_on = models.DateField(_("terminé le"), null=True)
    end_reason = models.CharField(_("motif de fin"), max_length=20, choices=EndReason.choices, blank=True)
    end_note = models.TextField(_("précision"), blank=True)
    followed_by = models.ForeignKey(
        "parties.Person",
        on_delete=models.PROTECT,
        null=True,
        related_name="followed_partnerships",
        verbose_name=_("suivi par"),
    )

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partenariat")
        verbose_name_plural = _("partenariats")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "reference"], name="partnership_reference_by_certifier"),
            models.UniqueConstraint(
                fields=["certifier", "site"],
                condition=~Q(state=PartnershipState.ENDED),
                name="partnership_one_in_force_by_site",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=PartnershipState.INVITED, joined_at=None, ended_on=None, end_reason="")
                    | Q(state=PartnershipState.ACTIVE, joined_at__isnull=False, ended_on=None, end_reason="")
                    | (Q(state=PartnershipState.ENDED, ended_on__isnull=False) & ~Q(end_reason=""))
                ),
                name="partnership_state_agrees_with_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("since_on")), name="partnership_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def organisation(self) -> Organisation:
        return self.site.organisation

    @property
    def name(self) -> str:
        """The name of the partner, as people use it."""
        return self.site.organisation.name

    @property
    def is_ended(self) -> bool:
        return self.state == PartnershipState.ENDED

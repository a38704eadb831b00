"""People, and the one account each of them has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.correspondence.states import Language
from jurande.registers.parties.states import CERTIFIER_ROLES, INSTALLATION_ROLES, PARTNER_ROLES, Right, Role

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


# What a person reads: one of these two.
READ = (Language.FR, Language.EN)


def email_key(email: str) -> str:
    """An address as it is stored and compared: trimmed, lower case."""
    return email.strip().lower()


class PersonQuerySet(models.QuerySet["Person"]):
    def able_to_sign_in(self) -> PersonQuerySet:
        return self.filter(is_active=True)


class Persons(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """What Django asks of a user's manager; accounts are opened by operations only."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email=email_key(username or ""))


class Person(AbstractBaseUser):
    """A human being, known once on the installation whatever the number of roles.

    E-mail and name stay in clear: the first is what one signs in with, the second is searched and sorted.
    The telephone number is encrypted.
    """

    code = CodeField()
    email = models.EmailField(_("adresse e-mail"), unique=True)
    first_name = models.CharField(_("prénom"), max_length=100, blank=True)
    last_name = models.CharField(_("nom"), max_length=100, blank=True)
    phone = EncryptedTextField(_("téléphone"), blank=True)
    language = models.CharField(
        _("langue"),
        max_length=2,
        choices=[(one.value, one.label) for one in READ],
        default=Language.FR,
        db_default=Language.FR,
    )
    is_active = models.BooleanField(_("compte ouvert"), default=True)
    joined_at = models.DateTimeField(_("arrivée"), default=timezone.now)

    objects = Persons()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="person_email_is_lower_case"),
            models.CheckConstraint(condition=models.Q(language__in=READ), name="person_reads_french_or_english"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name; the address when neither is known yet."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


def role_fits_its_place(name: str) -> models.CheckConstraint:
    """A role of the installation stands nowhere, a certifier's at a certifier, a partner's at a partnership."""
    return models.CheckConstraint(
        condition=(
            models.Q(role__in=INSTALLATION_ROLES, certifier=None, partnership=None)
            | models.Q(role__in=CERTIFIER_ROLES, certifier__isnull=False, partnership=None)
            | models.Q(role__in=PARTNER_ROLES, certifier=None, partnership__isnull=False)
        ),
        name=name,
    )


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, actor: Actor) -> MembershipQuerySet:
        """The people of one's own house, and for a certifier those of its partners."""
        if actor.partnership_code:
            return self.filter(partnership__code=actor.partnership_code)
        if actor.has(Right.SEE_NETWORK):
            return self.filter(
                models.Q(certifier__code=actor.certifier_code)
                | models.Q(partnership__certifier__code=actor.certifier_code)
            )
        if actor.has(Right.NAME_OPERATORS):
            return self.filter(partnership=None).exclude(role=Role.HOLDER)
        return self.none()

    def in_force(self) -> MembershipQuerySet:
        return self.filter(ended_at=None)


class Membership(models.Model):
    """What a person may do, and where. It ends at once, for good; a new row begins again."""

    code = CodeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("rôle"), max_length=20, choices=Role.choices)
    certifier = models.ForeignKey("parties.Certifier", on_delete=models.PROTECT, null=True, related_name="memberships")
    partnership = models.ForeignKey(
        "parties.Partnership", on_delete=models.PROTECT, null=True, related_name="memberships"
    )
    since_at = models.DateTimeField(_("depuis"))
    ended_at = models.DateTimeField(_("jusqu’à"), null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("rôle")
        verbose_name_plural = _("rôles")
        constraints = [
            role_fits_its_place("membership_role_fits_its_place"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("since_at")),
                name="membership_ends_after_it_starts",
            ),
            *(
                models.UniqueConstraint(
                    fields=["person", "role", *place],
                    condition=models.Q(ended_at=None, **filled),
                    name=f"membership_once_{name}",
                )
                for name, place, filled in (
                    ("installation", (), {"certifier": None, "partnership": None}),
                    ("certifier", ("certifier",), {"certifier__isnull": False}),
                    ("partnership", ("partnership",), {"partnership__isnull": False}),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.role}"

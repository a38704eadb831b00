"""Signing in: what allauth is told to do our way, and the ways in that are not a password."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jurande.registers.common.crypto.fields import Sealed, decrypt, encrypt
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import moment
from jurande.registers.parties import emails
from jurande.web.access import PERSONA_KEY, client_address

logger = logging.getLogger("jurande.sign_in")

# What allauth announces by mail, in one sentence each.
NOTICES: dict[str, str | Promise] = {
    "account/email/password_changed": lazy("Votre mot de passe a été changé."),
    "account/email/password_set": lazy("Un mot de passe a été choisi pour votre compte."),
    "account/email/password_reset": lazy("Un nouveau mot de passe a été choisi pour votre compte."),
    "account/email/email_changed": lazy("L’adresse de votre compte a été changée."),
    "account/email/email_confirm": lazy("Une adresse de votre compte a été confirmée."),
    "account/email/email_deleted": lazy("Une adresse a été retirée de votre compte."),
    "mfa/email/totp_activated": lazy("Une application d’authentification a été ajoutée à votre compte."),
    "mfa/email/totp_deactivated": lazy("L’application d’authentification a été retirée de votre compte."),
    "mfa/email/recovery_codes_generated": lazy("De nouveaux codes de secours ont été créés pour votre compte."),
    "mfa/email/webauthn_added": lazy("Une clé d’accès a été ajoutée à votre compte."),
    "mfa/email/webauthn_removed": lazy("Une clé d’accès a été retirée de votre compte."),
}
# Asked about an address that has no account, or that somebody tries to take: nothing leaves, nothing is said.
UNSENT = ("account/email/unknown_account", "account/email/account_already_exists")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts exist by invitation only; every letter goes through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody opens an account alone."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits are counted by."""
        return client_address(request) or "127.0.0.1"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the public address, whatever host the request came by."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """On the public address, whatever host the request came by."""
        return settings.PUBLIC_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter in our own words, into the outbox."""
        if template_prefix in UNSENT:
            return
        person = context["user"]
        if template_prefix == "account/email/password_reset_key":
            letter = emails.about_account(emails.PASSWORD_RESET, person, lien=context["password_reset_url"])
        elif template_prefix.startswith("account/email/email_confirmation"):
            letter = emails.about_account(
                emails.ADDRESS_CONFIRMATION, person, to_email=email, lien=context["activate_url"]
            )
        else:
            raise LookupError(f"no letter for {template_prefix}")
        with transaction.atomic():
            correspondence.send(letter, now=timezone.now())

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the person that the way into their account has changed; at the former address when it is that."""
        now = timezone.now()
        letter = emails.about_account(
            emails.SECURITY_NOTICE,
            user,
            to_email=email or "",
            evenement=NOTICES[template_prefix],
            moment=moment(now),
            lien=f"{settings.PUBLIC_URL}{reverse('account_email')}",
        )
        with transaction.atomic():
            correspondence.send(letter, now=now)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave a trace that counts, without the address."""
        logger.warning("sign-in refused")


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator applications and recovery codes are encrypted like personal data."""

    def encrypt(self, text: str) -> str:
        """Seal a secret; it is bound to its column, the row is not known here."""
        return encrypt(text, label="mfa.authenticator", column="data", code="").text

    def decrypt(self, encrypted_text: str) -> str:
        """Open it."""
        return decrypt(Sealed(encrypted_text), label="mfa.authenticator", column="data", code="")

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Whether a second proof is asked for. The passkey of somebody who comes in by links only is none.

        Their mailbox is their door already, and gives back what a lost telephone takes: a passkey is a faster way in,
        which must not lock them out elsewhere. An authenticator application, which they chose for that, is asked for.
        """
        asked = [one for one in types or Authenticator.Type if one != Authenticator.Type.WEBAUTHN]
        by_links = user.is_authenticated and not user.has_usable_password()
        enabled: bool = super().is_mfa_enabled(user, asked if by_links else types)
        return enabled

    def _get_site_name(self) -> str:
        return "Jurande"


def sign_in(request: HttpRequest, person: Any, *, to: str = "/", chose_password: bool = False) -> HttpResponse:
    """Let in the person whom a single-use link has just proved to be there, then go to ``to``.

    Their second factor is asked for when they have one: a mailbox alone never replaces it. ``chose_password``: they
    typed it on this very page, and are not asked for it again at once.
    """
    method = "password" if chose_password else "link"
    record_authentication(request, person, method=method, **({"reauthenticated": True} if chose_password else {}))
    login = Login(user=person, redirect_url=to, email_verification=EmailVerificationMethod.NONE)
    answer: HttpResponse = perform_login(request, login)
    return answer


def sign_in_persona(request: HttpRequest, person: Any, *, to: str = "/") -> HttpResponse:
    """Let a visitor of the demonstration be somebody, without a password or a second factor.

    :raises PermissionDenied: outside the demonstration, always.
    """
    if not settings.DEMO:
        raise PermissionDenied(_("Cette porte n’existe que dans la démonstration."))
    adapter = get_adapter(request)
    adapter.login(request, person)
    request.session[PERSONA_KEY] = True
    record_authentication(request, person, method="password", reauthenticated=True)
    answer: HttpResponse = adapter.post_login(
        request,
        person,
        email_verification=EmailVerificationMethod.NONE,
        signal_kwargs=None,
        email=None,
        signup=False,
        redirect_url=to,
    )
    return answer

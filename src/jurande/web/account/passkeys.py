"""What a browser sends for a passkey, when no browser would send it: refused as a wrong one, with the same sentence."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature

# What the libraries let through when a member is missing, has another type, or was signed with something else.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, InvalidSignature)


class _Careful:
    """A form whose ``credential`` may be anything."""

    def full_clean(self) -> None:
        """Check all of it; what cannot be read is an error of the field, not ours."""
        try:
            super().full_clean()  # type: ignore[misc]
        except UNREADABLE:
            self.add_error("credential", get_adapter().validation_error("incorrect_code"))  # type: ignore[attr-defined]


class AddForm(_Careful, AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey."""


class LoginForm(_Careful, LoginWebAuthnForm):  # type: ignore[misc]
    """Coming in with a passkey alone."""


class AuthenticateForm(_Careful, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after a password."""


class ReauthenticateForm(_Careful, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey once more, before something that matters."""

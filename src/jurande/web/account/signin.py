"""Signing in, one's password and second factor: allauth's views at French addresses, under their own names."""

from __future__ import annotations

import re

from allauth.account.urls import urlpatterns as account_patterns
from allauth.mfa.urls import urlpatterns as mfa_patterns
from django.urls import URLPattern, URLResolver, path, re_path
from django.urls.resolvers import RegexPattern

from jurande.web.account.addresses import addresses

WORDS = {
    "login": "entrer",
    "logout": "sortir",
    "inactive": "ferme",
    "signup": "ouvrir",
    "reauthenticate": "confirmer",
    "confirm-email": "adresse-confirmee",
    "email": "adresse",
    "password": "mot-de-passe",
    "change": "changer",
    "set": "choisir",
    "reset": "oublie",
    "done": "fait",
    "key": "lien",
    "keys": "cles",
    "code": "code",
    "confirm": "valider",
    "complete": "terminer",
    "authenticate": "second-facteur",
    "trust": "navigateur",
    "totp": "application",
    "activate": "activer",
    "deactivate": "desactiver",
    "recovery-codes": "codes-de-secours",
    "generate": "renouveler",
    "download": "telecharger",
    "webauthn": "cles-d-acces",
    "add": "ajouter",
    "remove": "retirer",
    "edit": "nommer",
    "passkey": "cle-d-acces",
}
WORD = re.compile(r"(?<![\w<(?:-])[a-z][a-z-]*(?=/)")


def in_french(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[URLPattern]:
    """Flatten allauth's addresses, their words in French; views and names stay, so that everything finds them."""
    found: list[URLPattern] = []
    for pattern in patterns:
        route = WORD.sub(lambda match: WORDS[match.group()], str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            found += in_french(pattern.url_patterns, prefix + route)
        elif isinstance(pattern.pattern, RegexPattern):
            found.append(re_path(f"^{prefix}{route.removeprefix('^')}", pattern.callback, name=pattern.name))
        else:
            found.append(path(prefix + route, pattern.callback, name=pattern.name))
    return found


urlpatterns = [
    # Before allauth's own page of the same name, which it shows to whoever is no holder.
    path("adresse/", addresses, name="account_email"),
    *in_french(account_patterns),
    *in_french(mfa_patterns, "securite/"),
]

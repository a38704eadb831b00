"""Where each audience can go. A list of data: an entry shows only if its address exists and the actor may read it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.parties.states import Right


@dataclass(frozen=True)
class Entry:
    """One line of a navigation. Pages named ``view`` or ``view-…`` light it."""

    label: str | Promise
    view: str
    icon: str = ""
    family: str | tuple[str, ...] = ""  # pages whose name starts so light it too
    right: Right | None = None  # without it, none of its pages opens: the entry is not shown

    def lit_by(self, view_name: str) -> bool:
        """Whether the page being looked at belongs under this entry."""
        if self.family and view_name.startswith(self.family):
            return True
        return view_name == self.view or view_name.startswith(f"{self.view}-")

    def url(self, place: str) -> str | None:
        """Return the address, with the code of a certifier or partnership if it takes one; None if not built."""
        for arguments in ((place,), ()) if place else ((),):
            try:
                return reverse(self.view, args=arguments)
            except NoReverseMatch:
                continue
        return None


NETWORK_PAGES = ("certifier:ledger", "certifier:network", "certifier:coverage")
NAVIGATION: dict[str, tuple[Entry, ...]] = {
    "certifier": (
        Entry(_("À faire"), "certifier:home", family="certifier:radar"),
        Entry(
            _("Réseau"), "certifier:partners", family=("certifier:ledger", "certifier:network", "certifier:coverage")
        ),
        Entry(_("Recrutement"), "certifier:recruitment"),
        Entry(_("Conventions"), "certifier:conventions"),
        Entry(_("Vu par l’État"), "certifier:state"),
        Entry(_("Certifications"), "certifier:certifications", family=("certifier:dossiers", "certifier:micro-life")),
        Entry(_("Formations et sessions"), "certifier:sittings"),
        Entry(
            _("Délivrance"),
            "certifier:awards",
            family=("certifier:showcase", "certifier:retention", "certifier:hold", "certifier:right"),
            right=Right.SEE_AWARDS,
        ),
        Entry(_("Contrôle"), "certifier:control"),
        Entry(_("Vie du réseau"), "certifier:academy"),
        Entry(_("Redevances"), "certifier:billing"),
        Entry(_("Déclarations"), "certifier:declarations"),
        Entry(_("Sceau"), "certifier:seal"),
        Entry(_("Équipe"), "certifier:team"),
        Entry(_("Courrier"), "certifier:mail"),
        Entry(_("Journal"), "certifier:journal"),
        Entry(_("Réglages"), "certifier:settings"),
    ),
    "partner": (
        Entry(_("À faire"), "partner:home"),
        Entry(_("Conventions"), "partner:conventions"),
        Entry(_("Candidatures"), "partner:applications"),
        Entry(_("Habilitations"), "partner:habilitations"),
        Entry(
            _("Délivrance"),
            "partner:awards",
            family=("partner:corrections", "partner:addresses"),
            right=Right.SEE_AWARDS,
        ),
        Entry(_("Formations et sessions"), "partner:sittings"),
        Entry(_("Pièces"), "partner:documents"),
        Entry(_("Équipe"), "partner:team"),
        Entry(_("Échanges"), "partner:mail"),
        Entry(_("Journal"), "partner:journal"),
        Entry(_("Notre organisme"), "partner:settings"),
    ),
    "operator": (
        Entry(_("Certificateurs"), "operator:home"),
        Entry(_("Registres nationaux"), "operator:registers"),
        Entry(_("Travaux"), "operator:jobs"),
        Entry(_("Courrier"), "operator:mail"),
        Entry(_("Journal"), "operator:journal"),
        Entry(_("Sceau"), "operator:seal"),
        Entry(_("Installation"), "operator:installation"),
    ),
    "holder": (
        Entry(_("Réussites"), "holder:home", "rosette", family=("holder:award", "holder:path")),
        Entry(_("Partages"), "holder:shares", "link", family="holder:share"),
        Entry(_("Moi"), "holder:me", "user"),
    ),
    "public": (
        Entry(_("Vérifier un document"), "public:verify"),
        Entry(_("Organismes habilités"), "public:partners"),
        Entry(_("Certifications"), "public:certifications"),
        Entry(_("Registre public"), "public:log"),
    ),
    "guest": (),
    "account": (
        Entry(_("Mes places"), "account:home"),
        Entry(_("Adresses e-mail"), "account_email"),
        Entry(_("Mot de passe"), "account_change_password"),
        Entry(_("Second contrôle"), "mfa_index", family="mfa_"),
        Entry(_("Appareils connectés"), "usersessions_list"),
        Entry(_("Clés d’API"), "account:api-keys"),
    ),
}

FOOT: tuple[Entry, ...] = (
    Entry(_("Mentions légales"), "public:legal"),
    Entry(_("Données personnelles"), "public:privacy"),
    Entry(_("Accessibilité"), "public:accessibility"),
)

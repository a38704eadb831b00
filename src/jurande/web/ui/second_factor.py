"""What is said before and after taking away a second factor that somebody lost, for certifiers and operators."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from jurande.web.ui.parts import Effect

SECOND_FACTOR_CLEARED = _("Le second facteur est retiré. La personne en est prévenue par courriel.")


def second_factor_page(name: str) -> dict[str, Any]:
    """The question and what will happen, for a page that asks before acting."""
    return {
        "question": str(_("%(name)s a perdu son second facteur\u00a0?") % {"name": name}),
        "label": _("Retirer son second facteur"),
        "effects": [
            Effect("key", str(_("Assurez-vous de vive voix que la demande vient d’elle ou de lui."))),
            Effect("x", str(_("Application, clés d’accès et codes de secours sont retirés, ses sessions fermées."))),
            Effect("mail", str(_("Un courriel l’en prévient. Son mot de passe ne change pas."))),
            Effect("book-2", str(_("Une écriture au journal, à votre nom."))),
        ],
    }

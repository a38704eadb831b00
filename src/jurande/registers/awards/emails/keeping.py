"""What is written to who issued, when a holder refuses what they were given."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award
from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.parties.models import Membership, Person
from jurande.registers.parties.states import Role

AWARD_PATH = "/c/{certifier}/delivrance/delivrances/{code}/"
PARTNER_PATH = "/p/{partnership}/delivrance/"
_FIELDS = {
    "prenom": "Anne-Sophie",
    "titulaire": "Inès Carvalho",
    "intitule": "Réparer un vélo de ville",
    "numero": "7KQ4-M2XD",
    "motif": "Je n’ai pas suivi cette formation.",
    "lien": "https://jurande.exemple.fr/c/…/delivrance/…/",
}
REFUSED = MailKind(
    key="awards.refused_by_holder",
    label=_("Attestation refusée par son titulaire"),
    fields=_FIELDS,
    subject=_("{{ titulaire }} refuse l’attestation {{ numero }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ titulaire }} refuse ce qui lui a été délivré\u00a0: {{ intitule }}, numéro {{ numero }}.\n\n"
        "Son motif\u00a0: {{ motif }}\n\n"
        "Rien n’est révoqué. La page publique dit que la personne n’a pas souhaité recevoir cette attestation, et ne "
        "montre plus son nom. Si elle a raison, révoquez ou corrigez l’attestation\u00a0; elle peut aussi changer "
        "d’avis."
    ),
    action_label=_("Voir l’attestation"),
    reason=_("Vous recevez ce message parce que vous avez délivré cette attestation."),
)
KINDS = (REFUSED,)


def refused(award: Award, *, title: str, note: str) -> list[Letter]:
    """To whoever issued it; to those who issue for the house today, when they have left."""
    house = award.certifier
    issuer = _still_there(award)
    if issuer is not None and issuer.partnership is not None:
        path = PARTNER_PATH.format(partnership=issuer.partnership.code)
    else:
        path = AWARD_PATH.format(certifier=house.code, code=award.code)
    return [
        Letter(
            kind=REFUSED.key,
            to_email=person.email,
            to_code=person.code,
            certifier_code=house.code,
            fields={
                "prenom": person.first_name,
                "titulaire": award.full_name,
                "intitule": title,
                "numero": award.shown_number,
                "motif": note or _("aucun n’est donné."),
                "lien": settings.PUBLIC_URL + path,
            },
            about=("award", award.code),
            signature=house.name,
        )
        for person in ([issuer.person] if issuer is not None else _issuers(award))
    ]


def _still_there(award: Award) -> Membership | None:
    """The role of who issued it, in the house or at the partner that assessed, if they still have one."""
    held = Membership.objects.in_force().filter(person__code=award.issued_by_code, person__is_active=True)
    here = held.filter(Q(certifier=award.certifier) | Q(partnership__isnull=False, partnership=award.partnership_id))
    found: Membership | None = here.select_related("person", "partnership").order_by("partnership", "pk").first()
    return found


def _issuers(award: Award) -> list[Person]:
    held = Membership.objects.in_force().filter(certifier=award.certifier, role=Role.ISSUER)
    return list(Person.objects.able_to_sign_in().filter(pk__in=held.values("person")).order_by("pk"))

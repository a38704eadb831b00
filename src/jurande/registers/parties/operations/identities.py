"""Certifiers, organisations and places: their public identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.core.france import identifiers
from jurande.core.france.departements import departement_of_postcode
from jurande.core.france.identifiers import IdentifierRefused
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import policies
from jurande.registers.parties.models import Certifier, Organisation, Partnership, QualiopiCategory, Site
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Act, QualiopiAction

# Three years by law; a renewal may be dated some weeks before the former one ends.
LONGEST_QUALIOPI = timedelta(days=3 * 366 + 92)


class IdentityRefused(Refused):
    """A number, a name or an address cannot be right."""


class CertifierRefused(Refused):
    """This certifier cannot be created or changed so."""


_SENTENCES: dict[str, str | Promise] = {
    "siren.form": _("Un SIREN a neuf chiffres. Comptez-les, ou copiez-le depuis un document officiel."),
    "siren.check": _("Ce SIREN n’existe pas\u00a0: un de ses chiffres est faux. Relisez-le sur un document officiel."),
    "siret.form": _("Un SIRET a quatorze chiffres. Comptez-les, ou copiez-le depuis un document officiel."),
    "siret.check": _("Ce SIRET n’existe pas\u00a0: un de ses chiffres est faux. Relisez-le sur un document officiel."),
    "nda.form": _("Un numéro de déclaration d’activité a onze chiffres. Il figure sur le récépissé de la préfecture."),
    "postcode.form": _("Ce code postal n’existe pas en France. Il a cinq chiffres, par exemple 13015 ou 97410."),
}


@transaction.atomic
def register_certifier(
    *,
    siret: str,
    legal_name: str,
    postcode: str,
    city: str,
    actor: Actor,
    now: datetime,
    usual_name: str = "",
    address: str = "",
    nda: str = "",
    reference_prefix: str = "",
) -> Certifier:
    """Open the house of an organisation that will issue in its own name. Nobody works there yet: invite somebody next.

    An organisation already known by its SIREN keeps the identity it has.

    :raises NotAllowed: only operators. :raises IdentityRefused: a number or a name is wrong.
    :raises CertifierRefused: it is a certifier already.
    """
    require(policies.can_register_certifier(actor))
    site = site_for(
        siret=siret,
        legal_name=legal_name,
        usual_name=usual_name,
        nda=nda,
        address=address,
        postcode=postcode,
        city=city,
    )
    certifier, created = Certifier.objects.get_or_create(
        organisation=site.organisation,
        defaults={"reference_prefix": clean_prefix(reference_prefix), "registered_at": now},
    )
    if not created:
        raise CertifierRefused(
            _("Cet organisme est déjà un certificateur ici. Ouvrez-le dans la liste des certificateurs."), field="siret"
        )
    record(
        chain=INSTALLATION,
        actor_code=actor.code,
        action=Act.CERTIFIER_REGISTERED,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )
    return certifier


@transaction.atomic
def update_certifier(*, certifier: Certifier, reference_prefix: str, actor: Actor, now: datetime) -> Certifier:
    """Change what stands before its references from now on; those already given stay.

    :raises NotAllowed: only its administrators. :raises IdentityRefused: not a prefix.
    """
    require(policies.can_update_certifier(actor, certifier))
    certifier.reference_prefix = clean_prefix(reference_prefix)
    certifier.save(update_fields=["reference_prefix"])
    _told(Act.CERTIFIER_UPDATED, "certifier", certifier.code, actor, now)
    return certifier


@transaction.atomic
def update_organisation(
    *, house: Certifier | Partnership, legal_name: str, usual_name: str, nda: str, actor: Actor, now: datetime
) -> Organisation:
    """Correct the public identity of the certifier itself, or of a partner. It is shared: other certifiers read it too.

    :raises NotAllowed: neither the house's own people nor a network manager. :raises IdentityRefused: name or NDA.
    """
    organisation = _editable(house, actor)
    organisation.legal_name = _name(legal_name)
    organisation.usual_name = usual_name.strip()
    organisation.nda = read_number(identifiers.nda, nda, "nda") if nda.strip() else ""
    organisation.search_text = organisation.text_to_search()
    organisation.save(update_fields=["legal_name", "usual_name", "nda", "search_text"])
    _told(Act.ORGANISATION_UPDATED, "organisation", organisation.code, actor, now)
    return organisation


@transaction.atomic
def add_site(
    *,
    house: Certifier | Partnership,
    siret: str,
    postcode: str,
    city: str,
    actor: Actor,
    now: datetime,
    address: str = "",
) -> Site:
    """Add a place to the organisation.

    :raises NotAllowed: as for its identity. :raises IdentityRefused: another's SIRET, known already, or wrong.
    """
    organisation = _editable(house, actor)
    number = read_number(identifiers.siret, siret, "siret")
    if identifiers.siren_of(number) != organisation.siren:
        raise IdentityRefused(
            _(
                "Ce SIRET n’est pas celui d’un établissement de cet organisme\u00a0: "
                "ses neuf premiers chiffres diffèrent."
            ),
            field="siret",
        )
    if Site.objects.filter(siret=number).exists():
        raise IdentityRefused(_("Cet établissement est déjà connu."), field="siret")
    site = _new_site(organisation, number, address=address, postcode=postcode, city=city)
    _told(Act.SITE_ADDED, "organisation", organisation.code, actor, now)
    return site


@transaction.atomic
def update_site(
    *, house: Certifier | Partnership, site: Site, address: str, postcode: str, city: str, actor: Actor, now: datetime
) -> Site:
    """Correct the address of a place; its SIRET never changes.

    :raises NotAllowed: as for its identity. :raises IdentityRefused: wrong postcode, no town, another organisation's.
    """
    organisation = _editable(house, actor)
    if site.organisation != organisation:
        raise IdentityRefused(_("Cet établissement n’est pas celui de cet organisme."))
    _place(site, address=address, postcode=postcode, city=city)
    site.save(update_fields=["address", "postcode", "city", "departement", "search_text"])
    _told(Act.SITE_UPDATED, "organisation", organisation.code, actor, now)
    return site


@transaction.atomic
def record_qualiopi(
    *,
    house: Certifier | Partnership,
    actions: Iterable[QualiopiAction],
    since_on: date,
    until_on: date,
    actor: Actor,
    now: datetime,
    certificate: str = "",
    certified_by: str = "",
) -> list[QualiopiCategory]:
    """Write down a Qualiopi certificate: the categories it covers and its days, both included.

    Former certificates stay; one that begins the same day is corrected.

    :raises NotAllowed: as for its identity. :raises IdentityRefused: no category, or dates that cannot be.
    """
    organisation = _editable(house, actor)
    chosen = [QualiopiAction(action) for action in actions]
    if not chosen:
        raise IdentityRefused(_("Choisissez au moins une catégorie d’actions."), field="actions")
    if until_on <= since_on:
        raise IdentityRefused(
            _("Le certificat finirait avant de commencer. Vérifiez les deux dates."), field="until_on"
        )
    if until_on - since_on > LONGEST_QUALIOPI:
        raise IdentityRefused(
            _("Un certificat Qualiopi est valable trois ans. Vérifiez la date de fin."), field="until_on"
        )
    content = {"until_on": until_on, "certificate": certificate.strip(), "certified_by": certified_by.strip()}
    rows = [
        QualiopiCategory.objects.update_or_create(
            organisation=organisation, action=action, since_on=since_on, defaults=content
        )[0]
        for action in chosen
    ]
    _told(Act.QUALIOPI_RECORDED, "organisation", organisation.code, actor, now)
    return rows


# --- shared with the other operations -----------------------------------------------------------


def site_for(*, siret: str, legal_name: str, usual_name: str, nda: str, address: str, postcode: str, city: str) -> Site:
    """Give the place with this SIRET, and its organisation, both made from these words when they are not known yet.

    What is known keeps its words: a public identity is not rewritten by whoever types it next.

    :raises IdentityRefused: a number, a name or the postcode is wrong.
    """
    number = read_number(identifiers.siret, siret, "siret")
    organisation = Organisation.objects.filter(siren=identifiers.siren_of(number)).first()
    if organisation is None:
        new = _new_organisation(number, legal_name=legal_name, usual_name=usual_name, nda=nda)
        # Somebody may register the same organisation at this very moment: whoever comes second finds it.
        organisation, _created = Organisation.objects.get_or_create(
            siren=new.siren,
            defaults={
                "legal_name": new.legal_name,
                "usual_name": new.usual_name,
                "nda": new.nda,
                "search_text": new.search_text,
            },
        )
    known = Site.objects.select_related("organisation").filter(siret=number).first()
    return known or _new_site(organisation, number, address=address, postcode=postcode, city=city)


@dataclass(frozen=True)
class PlaceWords:
    """A place and its organisation, as ``site_for`` takes them; ``siret`` is fourteen figures with nothing between."""

    siret: str
    legal_name: str
    usual_name: str
    nda: str
    address: str
    postcode: str
    city: str


@transaction.atomic
def sites_for(words: Sequence[PlaceWords]) -> dict[str, Site]:
    """Give all these places by SIRET, as ``site_for`` does for one, in four queries.

    :raises IdentityRefused: one of them has a number, a name or a postcode that is wrong.
    :raises IntegrityError: somebody registers one of them at this very moment.
    """
    wanted = {read_number(identifiers.siret, one.siret, "siret"): one for one in words}
    sirens = {identifiers.siren_of(number) for number in wanted}
    bodies = {one.siren: one for one in Organisation.objects.filter(siren__in=sirens)}
    new_bodies = {
        identifiers.siren_of(number): _new_organisation(
            number, legal_name=one.legal_name, usual_name=one.usual_name, nda=one.nda
        )
        for number, one in wanted.items()
        if identifiers.siren_of(number) not in bodies
    }
    Organisation.objects.bulk_create(new_bodies.values())
    bodies |= new_bodies
    sites = {one.siret: one for one in Site.objects.select_related("organisation").filter(siret__in=wanted)}
    new_sites = {}
    for number, one in wanted.items():
        if number not in sites:
            site = Site(organisation=bodies[identifiers.siren_of(number)], siret=number)
            _place(site, address=one.address, postcode=one.postcode, city=one.city)
            new_sites[number] = site
    Site.objects.bulk_create(new_sites.values())
    return sites | new_sites


def _new_organisation(siret: str, *, legal_name: str, usual_name: str, nda: str) -> Organisation:
    new = Organisation(
        siren=identifiers.siren_of(siret),
        legal_name=_name(legal_name),
        usual_name=usual_name.strip(),
        nda=read_number(identifiers.nda, nda, "nda") if nda.strip() else "",
    )
    new.search_text = new.text_to_search()
    return new


def clean_prefix(text: str) -> str:
    """Give the prefix as references will bear it.

    :raises IdentityRefused: more than ten letters and digits.
    """
    prefix = text.strip().upper()
    if len(prefix) > 10 or (prefix and not (prefix.isascii() and prefix.isalnum())):
        raise IdentityRefused(
            _("Le préfixe des références a dix lettres ou chiffres au plus, sans accent ni espace."),
            field="reference_prefix",
        )
    return prefix


def _new_site(organisation: Organisation, siret: str, *, address: str, postcode: str, city: str) -> Site:
    site = Site(organisation=organisation, siret=siret)
    _place(site, address=address, postcode=postcode, city=city)
    content = {name: getattr(site, name) for name in ("address", "postcode", "city", "departement", "search_text")}
    return Site.objects.get_or_create(siret=siret, defaults={"organisation": organisation, **content})[0]


def _place(site: Site, *, address: str, postcode: str, city: str) -> None:
    site.postcode = read_number(identifiers.postcode, postcode, "postcode")
    site.departement = departement_of_postcode(site.postcode) or ""
    site.address = address.strip()
    site.city = city.strip()
    if not site.city:
        raise IdentityRefused(_("Indiquez la commune."), field="city")
    site.search_text = site.text_to_search()


def _editable(house: Certifier | Partnership, actor: Actor) -> Organisation:
    if isinstance(house, Certifier):
        require(policies.can_update_certifier(actor, house))
    else:
        require(policies.can_update_partner(actor, house))
    return house.organisation


def _name(text: str) -> str:
    name = text.strip()
    if not name:
        raise IdentityRefused(_("Indiquez la dénomination de l’organisme."), field="legal_name")
    return name


def read_number(read: identifiers.Reader, text: str, field: str) -> str:
    """Give the number in its one form.

    :raises IdentityRefused: it cannot be one; the sentence stands beside ``field``.
    """
    try:
        return read(text)
    except IdentifierRefused as refusal:
        raise IdentityRefused(_SENTENCES[refusal.code], field=field) from refusal


def _told(action: Act, kind: str, code: str, actor: Actor, now: datetime) -> None:
    record(chain=actor.chain, actor_code=actor.code, action=action, subject_kind=kind, subject_code=code, now=now)

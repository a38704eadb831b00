"""What parties write: short, plain, one action. The kinds are merged and sent by correspondence."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from jurande.registers.correspondence.emails import Letter, MailKind, day, hour, moment
from jurande.registers.parties.models import ApiKey, Certifier, Invitation, MagicLink, Person
from jurande.registers.parties.states import LinkPurpose, Role

# Where links lead; the screens behind them are declared in web/account and web/guest (tested there).
INVITATION_PATH = "/invite/{token}/"
MAGIC_LINK_PATH = "/lien/{token}/"
ASK_LINK_PATH = "/lien/"
ADDRESS_LINK_PATH = "/adresse/{token}/"
API_KEYS_PATH = "/c/{certifier}/reglages/"
ACCOUNT_PATH = "/compte/"

# A letter that lets somebody in is worth nothing once the link is dead: its text goes soon after.
LINK_KEEP_DAYS = 14

INVITATION = MailKind(
    key="parties.invitation",
    label=_("Invitation à rejoindre une équipe"),
    fields={
        "prenom": "Claire",
        "organisme": "Institut des métiers de la réparation",
        "role": "Responsable du réseau",
        "jusquau": "19 mars 2026",
        "lien": "https://jurande.exemple.fr/invite/…",
    },
    subject=_("{{ organisme }} vous invite"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} vous invite à rejoindre son équipe, avec le rôle «\u00a0{{ role }}\u00a0».\n\n"
        "L’invitation est personnelle et sert une seule fois, jusqu’au {{ jusquau }}."
    ),
    action_label=_("Accepter l’invitation"),
    reason=_("Vous recevez ce message parce que votre adresse a été indiquée pour cette invitation."),
    keep_days=LINK_KEEP_DAYS,
)
PARTNERSHIP_OPENED = MailKind(
    key="parties.partnership_opened",
    label=_("Ouverture d’un partenariat, au dirigeant du partenaire"),
    fields={
        "prenom": "Jocelyn",
        "organisme": "Institut des métiers de la réparation",
        "partenaire": "Ateliers Mistral Formation",
        "reference": "PART-2026-0042",
        "jusquau": "19 mars 2026",
        "lien": "https://jurande.exemple.fr/invite/…",
    },
    subject=_("{{ organisme }} ouvre l’espace de {{ partenaire }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} a ouvert un espace pour {{ partenaire }} (référence {{ reference }}). "
        "Vous y déposez vos pièces et vous suivez ce qui vous est demandé.\n\n"
        "L’invitation est personnelle et sert une seule fois, jusqu’au {{ jusquau }}."
    ),
    action_label=_("Ouvrir mon espace"),
    reason=_("Vous recevez ce message parce que vous êtes désigné comme responsable de cet organisme."),
    keep_days=LINK_KEEP_DAYS,
)
MAGIC_LINK = MailKind(
    key="parties.magic_link",
    label=_("Lien pour entrer sans mot de passe"),
    fields={"prenom": "Inès", "jusquau": "14 h 30", "lien": "https://jurande.exemple.fr/lien/…"},
    subject=_("Votre lien pour entrer"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Voici le lien que vous avez demandé. Il sert une seule fois, jusqu’à {{ jusquau }}.\n\n"
        "Si vous n’avez rien demandé, ne faites rien\u00a0: personne n’entrera."
    ),
    action_label=_("Entrer"),
    reason=_("Vous recevez ce message parce qu’un lien a été demandé avec votre adresse."),
    keep_days=1,
)
GUEST_LINK = MailKind(
    key="parties.guest_link",
    label=_("Lien pour entrer, à qui vient pour une seule chose"),
    fields={
        "prenom": "Yann",
        "organisme": "Institut des métiers de la réparation",
        "objet": "Candidature",
        "jusquau": "19 mars 2026 à 14 h 30",
        "lien": "https://jurande.exemple.fr/lien/…",
    },
    subject=_("{{ objet }}\u00a0: votre lien pour entrer"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Voici votre lien pour entrer chez {{ organisme }}. Il est personnel et sert une seule fois, "
        "jusqu’au {{ jusquau }}. Un bouton vous fera entrer\u00a0: ouvrir la page ne suffit pas.\n\n"
        "Si vous n’avez rien demandé, ne faites rien\u00a0: personne n’entrera."
    ),
    action_label=_("Entrer"),
    reason=_("Vous recevez ce message parce qu’un lien a été demandé avec votre adresse."),
    keep_days=LINK_KEEP_DAYS,
)
API_KEY_EXPIRING = MailKind(
    key="parties.api_key_expiring",
    label=_("Clé d’API bientôt expirée"),
    fields={
        "prenom": "Hélène",
        "cle": "Site internet",
        "debut": "jur_7KQ2MZ3A",
        "expire": "19 mars 2026",
        "lien": "https://jurande.exemple.fr/c/…",
    },
    subject=_("La clé d’API «\u00a0{{ cle }}\u00a0» expire le {{ expire }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "La clé «\u00a0{{ cle }}\u00a0» ({{ debut }}…) cesse de fonctionner le {{ expire }}. "
        "Le programme qui s’en sert s’arrêtera ce jour-là.\n\n"
        "Créez une nouvelle clé, installez-la, puis révoquez l’ancienne."
    ),
    action_label=_("Voir les clés"),
    reason=_("Vous recevez ce message parce que vous êtes administrateur de cet organisme."),
)
SECURITY_NOTICE = MailKind(
    key="parties.security_notice",
    label=_("Changement dans votre façon de vous connecter"),
    fields={
        "prenom": "Claire",
        "evenement": "Une application d’authentification a été ajoutée à votre compte.",
        "moment": "12 mars 2026 à 10 h 42",
        "lien": "https://jurande.exemple.fr/compte/",
    },
    subject=_("Votre compte a changé"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ evenement }} C’était le {{ moment }}.\n\n"
        "Si c’était vous, il n’y a rien à faire. Sinon, changez votre mot de passe tout de suite "
        "et fermez toutes vos sessions."
    ),
    action_label=_("Voir mon compte"),
    reason=_("Vous recevez ce message parce que la sûreté de votre compte est en jeu."),
)
PASSWORD_RESET = MailKind(
    key="parties.password_reset",
    label=_("Choix d’un nouveau mot de passe"),
    fields={"prenom": "Claire", "lien": "https://jurande.exemple.fr/compte/mot-de-passe/…"},
    subject=_("Choisir un nouveau mot de passe"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Un nouveau mot de passe a été demandé pour votre compte. Le lien sert une seule fois.\n\n"
        "Si vous n’avez rien demandé, ne faites rien\u00a0: votre mot de passe ne change pas."
    ),
    action_label=_("Choisir un mot de passe"),
    reason=_("Vous recevez ce message parce qu’un nouveau mot de passe a été demandé avec votre adresse."),
    keep_days=3,
)
ADDRESS_CONFIRMATION = MailKind(
    key="parties.address_confirmation",
    label=_("Confirmation d’une adresse"),
    fields={"prenom": "Claire", "lien": "https://jurande.exemple.fr/compte/adresse/…"},
    subject=_("Confirmez votre adresse"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Cette adresse a été indiquée pour votre compte. Confirmez-la pour qu’elle serve à vous connecter.\n\n"
        "Si vous n’avez rien demandé, ne faites rien."
    ),
    action_label=_("Confirmer l’adresse"),
    reason=_("Vous recevez ce message parce que votre adresse a été indiquée pour un compte."),
    keep_days=7,
)
ADDRESS_LINK = MailKind(
    key="parties.address_link",
    label=_("Lien pour ajouter une adresse à son espace"),
    fields={"prenom": "Inès", "jusquau": "14 h 30", "lien": "https://jurande.exemple.fr/adresse/…"},
    subject=_("Cette adresse est-elle à vous\u00a0?"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Vous avez demandé à ajouter cette adresse à votre espace. Ouvrez ce lien dans le navigateur où vous y êtes "
        "déjà\u00a0: il sert une seule fois, jusqu’à {{ jusquau }}.\n\n"
        "Ne l’envoyez à personne. Si vous n’avez rien demandé, ne faites rien\u00a0: rien ne changera."
    ),
    action_label=_("Confirmer cette adresse"),
    reason=_("Vous recevez ce message parce que cette adresse a été indiquée dans un espace de titulaire."),
    keep_days=1,
)
SPACE_NEWS = MailKind(
    key="parties.space_news",
    label=_("Changement dans l’espace d’un titulaire"),
    fields={
        "prenom": "Inès",
        "evenement": "L’adresse ines@exemple.fr ouvre maintenant votre espace.",
        "moment": "12 mars 2026 à 10 h 42",
        "lien": "https://jurande.exemple.fr/lien/",
    },
    subject=_("Votre espace a changé"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ evenement }} C’était le {{ moment }}.\n\n"
        "Si c’était vous, il n’y a rien à faire. Sinon, entrez dans votre espace tout de suite\u00a0: la page "
        "«\u00a0Moi\u00a0» montre vos adresses et ferme les autres navigateurs."
    ),
    action_label=_("Entrer dans mon espace"),
    reason=_("Vous recevez ce message parce que cette adresse ouvre, ou ouvrait, un espace de titulaire."),
)

KINDS = (
    INVITATION,
    PARTNERSHIP_OPENED,
    MAGIC_LINK,
    GUEST_LINK,
    API_KEY_EXPIRING,
    SECURITY_NOTICE,
    PASSWORD_RESET,
    ADDRESS_CONFIRMATION,
    ADDRESS_LINK,
    SPACE_NEWS,
)


def invitation_link(token: str) -> str:
    """The address of the page where an invitation is accepted."""
    return settings.PUBLIC_URL + INVITATION_PATH.format(token=token)


def invitation(invitation: Invitation, token: str) -> Letter:
    """The letter that carries an invitation; a partner's head gets the one that presents the partnership."""
    house = invitation.house
    signature = house.name if house else ""
    common = {
        "prenom": invitation.first_name,
        "organisme": signature or _("L’exploitant de Jurande"),
        "jusquau": day(localtime(invitation.expires_at)),
        "lien": invitation_link(token),
    }
    partnership = invitation.partnership
    if partnership is not None and invitation.role == Role.HEAD:
        kind = PARTNERSHIP_OPENED
        fields = {**common, "partenaire": partnership.name, "reference": partnership.reference}
    else:
        kind = INVITATION
        team = {"organisme": partnership.name} if partnership is not None else {}
        fields = {**common, **team, "role": Role(invitation.role).label}
    about = ("partnership", partnership.code) if partnership is not None else ("invitation", invitation.code)
    return Letter(
        kind=kind.key,
        to_email=invitation.email,
        # Somebody already known finds it in their own mailbox too.
        to_code=_code_at(invitation.email),
        certifier_code=house.code if house else "",
        fields=fields,
        about=about,
        signature=signature,
    )


def _code_at(email: str) -> str:
    codes = Person.objects.able_to_sign_in().filter(email=email).values_list("code", flat=True)
    return codes.first() or ""


def magic_link(link: MagicLink, token: str, certifier: Certifier | None) -> Letter:
    """The letter that lets somebody in once; a guest's says for what, and until which day.

    A holder's, and that of somebody who asks for a micro-certification, speak their language.
    """
    guest = link.purpose != LinkPurpose.HOLDER and certifier is not None
    about: dict[str, str | Promise] = {}
    if certifier is not None:
        about = {"organisme": certifier.name, "objet": LinkPurpose(link.purpose).label}
    return Letter(
        kind=GUEST_LINK.key if guest else MAGIC_LINK.key,
        to_email=link.email or link.person.email,
        # Not in the mailbox that a session opens: a borrowed one would let itself in again.
        to_code="",
        certifier_code=link.certifier_code,
        fields={
            "prenom": link.person.first_name,
            "jusquau": moment(link.expires_at) if guest else hour(link.expires_at),
            **(about if guest else {}),
            "lien": settings.PUBLIC_URL + MAGIC_LINK_PATH.format(token=token),
        },
        about=("person", link.person.code),
        signature=certifier.name if certifier else "",
        language=link.person.language,
    )


def api_key_expiring(key: ApiKey, administrator: Person) -> Letter:
    """The warning, some days before a key dies."""
    return Letter(
        kind=API_KEY_EXPIRING.key,
        to_email=administrator.email,
        to_code=administrator.code,
        certifier_code=key.certifier.code,
        fields={
            "prenom": administrator.first_name,
            "cle": key.label,
            "debut": f"jur_{key.prefix}",
            "expire": day(localtime(key.expires_at)),
            "lien": settings.PUBLIC_URL + API_KEYS_PATH.format(certifier=key.certifier.code),
        },
        about=("api_key", key.code),
        signature=key.certifier.name,
    )


def about_account(kind: MailKind, person: Person, *, to_email: str = "", **fields: str | Promise) -> Letter:
    """A letter about somebody's own account, in their language: what the sign-in pages send.

    Only notices are shown in the in-app mailbox too. A link that proves that one reads an address must be read there:
    on a page that a session opens it would prove nothing, and a session left open would become an account taken.
    """
    return Letter(
        kind=kind.key,
        to_email=to_email or person.email,
        to_code=person.code if kind is SECURITY_NOTICE else "",
        certifier_code="",
        fields={"prenom": person.first_name, **fields},
        about=("person", person.code),
        language=person.language,
    )


def address_link(link: MagicLink, token: str) -> Letter:
    """The letter by which a holder proves that an address is theirs; it is read at that address and nowhere else."""
    return Letter(
        kind=ADDRESS_LINK.key,
        to_email=link.email,
        to_code="",
        certifier_code="",
        fields={
            "prenom": link.person.first_name,
            "jusquau": hour(link.expires_at),
            "lien": settings.PUBLIC_URL + ADDRESS_LINK_PATH.format(token=token),
        },
        about=("person", link.person.code),
        language=link.person.language,
    )


def space_news(person: Person, event: str | Promise, *, to_email: str, now: datetime) -> Letter:
    """What a holder is told when the addresses of their space change, wherever it was done."""
    return about_account(
        SPACE_NEWS,
        person,
        to_email=to_email,
        evenement=event,
        moment=moment(now),
        lien=settings.PUBLIC_URL + ASK_LINK_PATH,
    )


def second_factor_cleared(person: Person, *, now: datetime) -> Letter:
    """What somebody is told when another took away the second factor that they had lost."""
    event = _(
        "Votre second facteur (application, clés d’accès, codes de secours) a été retiré à votre demande, "
        "et vos sessions sont fermées."
    )
    return about_account(
        SECURITY_NOTICE,
        person,
        evenement=event,
        moment=moment(now),
        lien=settings.PUBLIC_URL + ACCOUNT_PATH,
    )

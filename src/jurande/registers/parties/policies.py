"""May they? Each question has one function, which answers with a reason. Nothing here reads the database."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import YES, Verdict, no
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties.models import ApiKey, Certifier, Invitation, Membership, Partnership
from jurande.registers.parties.states import (
    CERTIFIER_ROLES,
    PARTNER_ROLES,
    ROLE_RIGHTS,
    SECOND_FACTOR_ROLES,
    Right,
    Role,
    Rule,
)


@dataclass(frozen=True)
class Actor:
    """Who is asking, and where they stand: one person (or API key) in one place.

    ``code``: the person's or the key's, empty for nobody. ``certifier_code`` is also set when the place is a
    partnership. ``roles`` and ``rights`` are those held in that place; ``relaxed`` the rules its certifier set aside.
    """

    code: str = ""
    name: str = ""
    certifier_code: str = ""
    partnership_code: str = ""
    roles: frozenset[Role] = frozenset()
    rights: frozenset[Right] = frozenset()
    relaxed: frozenset[Rule] = frozenset()

    def has(self, right: Right) -> bool:
        """Tell whether this right is held in this place."""
        return right in self.rights

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is known to be asking."""
        return not self.code

    @property
    def chain(self) -> str:
        """The chain of the journal in which what they do here is written."""
        return self.certifier_code or INSTALLATION

    @property
    def needs_second_factor(self) -> bool:
        """Whether a password alone does not open this place for them."""
        held = self.roles & SECOND_FACTOR_ROLES
        return bool(held) and (Role.OPERATOR in held or Rule.SECOND_FACTOR not in self.relaxed)


NOBODY = Actor()


# --- the installation ---------------------------------------------------------------------------


def can_register_certifier(actor: Actor) -> Verdict:
    """Operators open a certifier's house; they see nothing of what is in it."""
    return _holds(actor, Right.REGISTER_CERTIFIERS, _("Seul un exploitant peut créer un certificateur."))


def can_run_installation(actor: Actor) -> Verdict:
    """Jobs, backups, checks of the journal, state of the machine."""
    return _holds(actor, Right.RUN_INSTALLATION, _("Seul un exploitant surveille l’installation."))


def can_see_journal(actor: Actor) -> Verdict:
    """The journal of one's own house, or of the installation for operators."""
    return _holds(actor, Right.SEE_JOURNAL, _("Votre rôle ne permet pas de lire le journal."))


# --- the certifier ------------------------------------------------------------------------------


def can_update_certifier(actor: Actor, certifier: Certifier) -> Verdict:
    """Its identity and the prefix of its references: administrators."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(actor, Right.DESCRIBE_CERTIFIER, _("Seul un administrateur modifie l’identité du certificateur."))


def can_set_rules(actor: Actor, certifier: Certifier) -> Verdict:
    """Setting a rule of safety aside, or back: administrators, and everybody sees it."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(actor, Right.SET_RULES, _("Seul un administrateur peut assouplir ou rétablir une règle de sûreté."))


def can_issue_api_key(actor: Actor, certifier: Certifier) -> Verdict:
    """Administrators, for any scope: every scope reads what they may read."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(actor, Right.ISSUE_API_KEYS, _("Seul un administrateur peut créer une clé d’API."))


def can_revoke_api_key(actor: Actor, key: ApiKey) -> Verdict:
    """Who may issue may revoke."""
    return can_issue_api_key(actor, key.certifier)


def can_word_letters(actor: Actor) -> Verdict:
    """Choosing how the house words its letters."""
    return _holds(actor, Right.WORD_LETTERS, _("Votre rôle ne permet pas de modifier la formulation des courriers."))


def can_see_letters(actor: Actor) -> Verdict:
    """The list of letters and their delivery."""
    return _holds(actor, Right.SEE_LETTERS, _("Votre rôle ne permet pas de voir les courriers envoyés."))


def can_register_holder(actor: Actor) -> Verdict:
    """Opening the space of somebody to whom the certifier will recognise something."""
    return _holds(actor, Right.REGISTER_HOLDERS, _("Votre rôle ne permet pas d’ouvrir l’espace d’un titulaire."))


def can_take_own_work_further(actor: Actor, *, prepared_by: str) -> Verdict:
    """Whether ``actor`` may approve or issue what ``prepared_by`` prepared: not one's own work, unless relaxed."""
    if actor.code == prepared_by and Rule.SEPARATION not in actor.relaxed:
        return no(
            _(
                "Vous avez préparé ce travail : une autre personne doit l’approuver. "
                "Demandez à un collègue, ou à un administrateur d’assouplir la règle."
            )
        )
    return YES


# --- partners -----------------------------------------------------------------------------------


def can_see_network(actor: Actor) -> Verdict:
    """The list of partners, for everybody who works at the certifier."""
    return _holds(actor, Right.SEE_NETWORK, _("Votre rôle ne permet pas de voir les partenaires."))


def can_open_partnership(actor: Actor, certifier: Certifier) -> Verdict:
    """Network managers and administrators."""
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(actor, Right.OPEN_PARTNERSHIPS, _("Seul un responsable du réseau peut ouvrir un partenariat."))


def can_follow_partnership(actor: Actor, partnership: Partnership) -> Verdict:
    """Choosing who follows a partner: those who may open a partnership."""
    return can_open_partnership(actor, partnership.certifier)


def can_end_partnership(actor: Actor, partnership: Partnership) -> Verdict:
    """Network managers and administrators; the partner itself asks them."""
    if not _inside(actor, partnership.certifier):
        return _elsewhere()
    return _holds(actor, Right.END_PARTNERSHIPS, _("Seul un responsable du réseau peut mettre fin à un partenariat."))


def can_see_partnership(actor: Actor, partnership: Partnership) -> Verdict:
    """Both sides."""
    if not _concerned(actor, partnership):
        return _elsewhere()
    if actor.has(Right.SEE_NETWORK) or actor.has(Right.SEE_PARTNERSHIP):
        return YES
    return no(_("Votre rôle ne permet pas de voir ce partenariat."))


def can_update_partner(actor: Actor, partnership: Partnership) -> Verdict:
    """Identity, places and Qualiopi of the organisation: its head, or the certifier's network managers."""
    if not _concerned(actor, partnership):
        return _elsewhere()
    return _holds(
        actor,
        Right.UPDATE_PARTNERS,
        _("Seuls le dirigeant de l’organisme et le responsable du réseau modifient son identité."),
    )


def can_see_document(actor: Actor, partnership: Partnership) -> Verdict:
    """The documents filed under a partnership."""
    if not _concerned(actor, partnership):
        return _elsewhere()
    return _holds(actor, Right.SEE_DOCUMENTS, _("Votre rôle ne permet pas d’ouvrir les pièces."))


def can_attach_document(actor: Actor, partnership: Partnership) -> Verdict:
    """Either side, while the partnership lasts."""
    if not _concerned(actor, partnership):
        return _elsewhere()
    return _holds(actor, Right.FILE_DOCUMENTS, _("Votre rôle ne permet pas de déposer ou de retirer des pièces."))


can_detach_document = can_attach_document


# --- people -------------------------------------------------------------------------------------


def can_see_team(actor: Actor) -> Verdict:
    """Who works in one's own house."""
    if actor.partnership_code:
        return _holds(actor, Right.SEE_PARTNERSHIP, _("Votre rôle ne permet pas de voir l’équipe."))
    return can_see_network(actor)


def can_give_role(
    actor: Actor,
    role: Role,
    *,
    certifier: Certifier | None = None,
    partnership: Partnership | None = None,
    to_oneself: bool = False,
    house_is_empty: bool = False,
) -> Verdict:
    """Whether ``actor`` may give ``role`` in that place, by an invitation or by changing a role.

    Nobody gives themself more than they have. Two exceptions, both journaled: an operator may take a certifier that has
    no administrator yet (``house_is_empty``), and an administrator may take another role once separation is relaxed.
    """
    if role == Role.HOLDER:
        return no(_("Un titulaire n’est pas invité : son espace s’ouvre quand quelque chose lui est reconnu."))
    if partnership is not None and certifier is None and role in PARTNER_ROLES:
        verdict = _may_give_partner_role(actor, partnership)
    elif certifier is not None and partnership is None and role in CERTIFIER_ROLES:
        verdict = _may_give_certifier_role(actor, certifier)
    elif certifier is None and partnership is None and role == Role.OPERATOR:
        verdict = _holds(actor, Right.NAME_OPERATORS, _("Seul un exploitant peut inviter un exploitant."))
    else:
        return no(_("Ce rôle n’existe pas à cet endroit. Choisissez-en un autre."))
    if not verdict or not to_oneself:
        return verdict
    return _may_take_it(actor, role, house_is_empty=house_is_empty)


def _may_give_partner_role(actor: Actor, partnership: Partnership) -> Verdict:
    if not _concerned(actor, partnership):
        return _elsewhere()
    return _holds(
        actor,
        Right.MANAGE_PARTNER_PEOPLE,
        _("Seuls le dirigeant de l’organisme et le responsable du réseau invitent ses personnes."),
    )


def _may_give_certifier_role(actor: Actor, certifier: Certifier) -> Verdict:
    if actor.has(Right.NAME_TEAMS):
        return YES
    if not _inside(actor, certifier):
        return _elsewhere()
    return _holds(actor, Right.MANAGE_TEAM, _("Seul un administrateur compose l’équipe."))


def _may_take_it(actor: Actor, role: Role, *, house_is_empty: bool) -> Verdict:
    if role in PARTNER_ROLES and ROLE_RIGHTS[role] <= actor.rights:
        return YES
    if role in CERTIFIER_ROLES:
        if actor.has(Right.NAME_TEAMS) and house_is_empty:
            return YES
        if actor.has(Right.MANAGE_TEAM) and Rule.SEPARATION in actor.relaxed:
            return YES
    return no(
        _(
            "On ne se donne pas un rôle à soi-même. Demandez à un autre administrateur, "
            "ou à l’exploitant de l’installation."
        )
    )


def can_change_role(actor: Actor, membership: Membership, role: Role) -> Verdict:
    """Replacing a role by another: one must be allowed to take the first away and to give the second."""
    verdict = can_end_membership(actor, membership)
    if not verdict:
        return verdict
    return can_give_role(
        actor,
        role,
        certifier=membership.certifier,
        partnership=membership.partnership,
        to_oneself=membership.person.code == actor.code,
    )


def can_end_membership(actor: Actor, membership: Membership) -> Verdict:
    """Anybody may leave; otherwise those who may give the role. Whether somebody must stay is for the operation."""
    if actor.code and membership.person.code == actor.code:
        return YES
    return can_give_role(
        actor, Role(membership.role), certifier=membership.certifier, partnership=membership.partnership
    )


def can_clear_second_factor(actor: Actor, membership: Membership) -> Verdict:
    """Those who may take the role away, for somebody else: one's own is changed from one's account."""
    if membership.person.code == actor.code:
        return no(_("Votre propre second facteur se change dans votre compte."))
    return can_end_membership(actor, membership)


def can_revoke_invitation(actor: Actor, invitation: Invitation) -> Verdict:
    """Those who may give the role."""
    return can_give_role(
        actor, Role(invitation.role), certifier=invitation.certifier, partnership=invitation.partnership
    )


can_renew_invitation = can_revoke_invitation


def can_update_person(actor: Actor, person_code: str) -> Verdict:
    """Each their own account, and nobody else's."""
    return YES if actor.code and actor.code == person_code else no(_("Chacun ne modifie que son propre compte."))


can_revoke_session = can_update_person


# --- where they stand ---------------------------------------------------------------------------


def _holds(actor: Actor, right: Right, reason: object) -> Verdict:
    return YES if actor.has(right) else no(reason)  # type: ignore[arg-type]


def _inside(actor: Actor, certifier: Certifier) -> bool:
    """Whether the actor works at this certifier, not at one of its partners."""
    return bool(actor.certifier_code and actor.certifier_code == certifier.code and not actor.partnership_code)


def _concerned(actor: Actor, partnership: Partnership) -> bool:
    if actor.partnership_code:
        return bool(actor.partnership_code == partnership.code)
    return _inside(actor, partnership.certifier)


def _elsewhere() -> Verdict:
    # Screens never get this far: visible_to() has already answered 404. This guards the operations themselves.
    return no(_("Cet élément n’est pas dans votre maison."))

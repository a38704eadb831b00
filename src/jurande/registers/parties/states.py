"""Roles and what they allow, states and moves, the acts of the journal: everything here is a table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class Role(TextChoices):
    """What somebody may be, somewhere. One role belongs to one kind of place."""

    OPERATOR = "operator", _("Exploitant")
    HOLDER = "holder", _("Titulaire")

    ADMINISTRATOR = "administrator", _("Administrateur")
    NETWORK_MANAGER = "network_manager", _("Responsable du réseau")
    REVIEWER = "reviewer", _("Instructeur")
    SIGNATORY = "signatory", _("Signataire")
    AUDITOR = "auditor", _("Auditeur")
    ISSUER = "issuer", _("Délivrance")
    ACCOUNTANT = "accountant", _("Comptable")
    READER = "reader", _("Lecteur")

    HEAD = "head", _("Dirigeant")
    TRAINING_MANAGER = "training_manager", _("Responsable des formations")
    EXAM_MANAGER = "exam_manager", _("Responsable des examens")
    QUALITY = "quality", _("Référent qualité")
    PARTNER_ACCOUNTANT = "partner_accountant", _("Comptable du partenaire")
    TRAINER = "trainer", _("Formateur")
    ASSESSOR = "assessor", _("Évaluateur")


INSTALLATION_ROLES = (Role.OPERATOR, Role.HOLDER)
CERTIFIER_ROLES = (
    Role.ADMINISTRATOR,
    Role.NETWORK_MANAGER,
    Role.REVIEWER,
    Role.SIGNATORY,
    Role.AUDITOR,
    Role.ISSUER,
    Role.ACCOUNTANT,
    Role.READER,
)
PARTNER_ROLES = (
    Role.HEAD,
    Role.TRAINING_MANAGER,
    Role.EXAM_MANAGER,
    Role.QUALITY,
    Role.PARTNER_ACCOUNTANT,
    Role.TRAINER,
    Role.ASSESSOR,
)
# These hold the keys of somebody else's house: a password alone does not open for them.
SECOND_FACTOR_ROLES = frozenset({Role.OPERATOR, Role.ADMINISTRATOR, Role.NETWORK_MANAGER})


class Right(TextChoices):
    """One thing that may be done; a screen or an operation asks for one of these, never for a role."""

    REGISTER_CERTIFIERS = "register_certifiers", _("Créer un certificateur")
    NAME_OPERATORS = "name_operators", _("Inviter et retirer les exploitants")
    NAME_TEAMS = "name_teams", _("Inviter l’équipe d’un certificateur")
    RUN_INSTALLATION = "run_installation", _("Surveiller l’installation")

    DESCRIBE_CERTIFIER = "describe_certifier", _("Mettre à jour l’identité du certificateur")
    MANAGE_TEAM = "manage_team", _("Inviter les membres du certificateur, changer leur rôle, les retirer")
    SET_RULES = "set_rules", _("Assouplir ou rétablir une règle de sûreté")
    ISSUE_API_KEYS = "issue_api_keys", _("Créer et révoquer les clés d’API")
    WORD_LETTERS = "word_letters", _("Choisir la formulation des courriers")
    SEE_LETTERS = "see_letters", _("Voir les courriers envoyés et leur remise")
    REGISTER_HOLDERS = "register_holders", _("Ouvrir l’espace d’un titulaire")
    SEE_JOURNAL = "see_journal", _("Lire le journal")
    SEE_NETWORK = "see_network", _("Voir les partenaires et leurs personnes")
    OPEN_PARTNERSHIPS = "open_partnerships", _("Ouvrir un partenariat et choisir qui le suit")
    END_PARTNERSHIPS = "end_partnerships", _("Mettre fin à un partenariat")

    SEE_CERTIFICATIONS = "see_certifications", _("Voir les certifications et leurs référentiels")
    PREPARE_CERTIFICATIONS = "prepare_certifications", _("Préparer un référentiel ou une micro-certification")
    PUBLISH_CERTIFICATIONS = "publish_certifications", _("Publier ou retirer une certification")

    SEE_APPLICATIONS = "see_applications", _("Voir les appels, les candidatures et les agréments")
    MANAGE_CALLS = "manage_calls", _("Préparer et publier les appels et les barèmes, confier les dossiers")
    REVIEW_APPLICATIONS = "review_applications", _("Évaluer une candidature")
    DECIDE_APPLICATIONS = "decide_applications", _("Décider d’une candidature, d’un agrément ou d’un recours")

    SEE_CONVENTIONS = "see_conventions", _("Lire les conventions")
    PREPARE_CONVENTIONS = "prepare_conventions", _("Rédiger les clauses, préparer et envoyer une convention")
    SIGN_CONVENTIONS = "sign_conventions", _("Signer une convention")
    SUSPEND_CONVENTIONS = "suspend_conventions", _("Suspendre une convention, notifier des griefs")
    TERMINATE_CONVENTIONS = "terminate_conventions", _("Décider de la résiliation d’une convention")

    SEE_PARTNERSHIP = "see_partnership", _("Voir son propre partenariat")
    UPDATE_PARTNERS = "update_partners", _("Mettre à jour l’identité, les établissements et Qualiopi d’un partenaire")
    MANAGE_PARTNER_PEOPLE = "manage_partner_people", _("Inviter et retirer les personnes d’un partenaire")
    SEE_DOCUMENTS = "see_documents", _("Ouvrir les pièces d’un partenaire")
    FILE_DOCUMENTS = "file_documents", _("Déposer et retirer les pièces d’un partenaire")

    SEE_AWARDS = "see_awards", _("Voir les délivrances et les modèles")
    DESIGN_AWARDS = "design_awards", _("Préparer et publier un modèle de parchemin ou de micro-certification")
    PREPARE_AWARDS = "prepare_awards", _("Préparer une délivrance")
    APPROVE_AWARDS = "approve_awards", _("Approuver une délivrance")
    ISSUE_AWARDS = "issue_awards", _("Délivrer ce qui est approuvé")
    WITHDRAW_AWARDS = "withdraw_awards", _("Suspendre, révoquer ou remplacer ce qui a été délivré")
    ROTATE_KEYS = "rotate_keys", _("Remplacer la clé de signature")


_AWARDS = frozenset(
    {
        Right.SEE_AWARDS,
        Right.DESIGN_AWARDS,
        Right.PREPARE_AWARDS,
        Right.APPROVE_AWARDS,
        Right.ISSUE_AWARDS,
        Right.WITHDRAW_AWARDS,
    }
)
_CERTIFICATIONS = frozenset({Right.SEE_CERTIFICATIONS, Right.PREPARE_CERTIFICATIONS, Right.PUBLISH_CERTIFICATIONS})
_NETWORK = _CERTIFICATIONS | frozenset(
    {
        Right.SEE_NETWORK,
        Right.OPEN_PARTNERSHIPS,
        Right.END_PARTNERSHIPS,
        Right.UPDATE_PARTNERS,
        Right.MANAGE_PARTNER_PEOPLE,
        Right.SEE_DOCUMENTS,
        Right.FILE_DOCUMENTS,
        Right.WORD_LETTERS,
        Right.SEE_LETTERS,
        Right.SEE_JOURNAL,
        Right.SEE_APPLICATIONS,
        Right.MANAGE_CALLS,
        Right.REVIEW_APPLICATIONS,
        Right.DECIDE_APPLICATIONS,
        Right.SEE_CONVENTIONS,
        Right.PREPARE_CONVENTIONS,
        Right.SUSPEND_CONVENTIONS,
    }
)
_PARTNER_FILE = frozenset(
    {Right.SEE_PARTNERSHIP, Right.SEE_DOCUMENTS, Right.FILE_DOCUMENTS, Right.SEE_APPLICATIONS, Right.SEE_CONVENTIONS}
)

# The whole of who may do what; docs/reference/roles.md is printed from it.
ROLE_RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset(
        {
            Right.REGISTER_CERTIFIERS,
            Right.NAME_OPERATORS,
            Right.NAME_TEAMS,
            Right.RUN_INSTALLATION,
            Right.SEE_JOURNAL,
        }
    ),
    Role.HOLDER: frozenset(),
    Role.ADMINISTRATOR: _NETWORK
    | _AWARDS
    | {
        Right.DESCRIBE_CERTIFIER,
        Right.MANAGE_TEAM,
        Right.SET_RULES,
        Right.ISSUE_API_KEYS,
        Right.REGISTER_HOLDERS,
        Right.SIGN_CONVENTIONS,
        Right.TERMINATE_CONVENTIONS,
        Right.ROTATE_KEYS,
    },
    Role.NETWORK_MANAGER: _NETWORK | {Right.SEE_AWARDS, Right.PREPARE_AWARDS},
    Role.REVIEWER: frozenset(
        {
            Right.SEE_NETWORK,
            Right.SEE_DOCUMENTS,
            Right.SEE_CERTIFICATIONS,
            Right.PREPARE_CERTIFICATIONS,
            Right.SEE_APPLICATIONS,
            Right.REVIEW_APPLICATIONS,
            Right.SEE_CONVENTIONS,
        }
    ),
    Role.SIGNATORY: frozenset(
        {
            Right.SEE_NETWORK,
            Right.SEE_CERTIFICATIONS,
            Right.PUBLISH_CERTIFICATIONS,
            Right.SEE_DOCUMENTS,
            Right.SEE_JOURNAL,
            Right.SEE_APPLICATIONS,
            Right.DECIDE_APPLICATIONS,
            Right.SEE_CONVENTIONS,
            Right.SIGN_CONVENTIONS,
            Right.TERMINATE_CONVENTIONS,
            Right.SEE_AWARDS,
            Right.APPROVE_AWARDS,
            Right.WITHDRAW_AWARDS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Right.SEE_AWARDS,
            Right.SEE_NETWORK,
            Right.SEE_CERTIFICATIONS,
            Right.SEE_DOCUMENTS,
            Right.FILE_DOCUMENTS,
            Right.SEE_JOURNAL,
            Right.SEE_APPLICATIONS,
            Right.REVIEW_APPLICATIONS,
            Right.SEE_CONVENTIONS,
        }
    ),
    Role.ISSUER: frozenset(
        {
            Right.SEE_NETWORK,
            Right.SEE_CERTIFICATIONS,
            Right.REGISTER_HOLDERS,
            Right.SEE_AWARDS,
            Right.DESIGN_AWARDS,
            Right.PREPARE_AWARDS,
            Right.ISSUE_AWARDS,
            Right.WITHDRAW_AWARDS,
        }
    ),
    Role.ACCOUNTANT: frozenset({Right.SEE_NETWORK, Right.SEE_CERTIFICATIONS, Right.SEE_CONVENTIONS}),
    Role.READER: frozenset({Right.SEE_NETWORK, Right.SEE_CERTIFICATIONS, Right.SEE_CONVENTIONS, Right.SEE_AWARDS}),
    Role.HEAD: _PARTNER_FILE
    | {
        Right.UPDATE_PARTNERS,
        Right.MANAGE_PARTNER_PEOPLE,
        Right.SIGN_CONVENTIONS,
        Right.SEE_AWARDS,
        Right.PREPARE_AWARDS,
        Right.APPROVE_AWARDS,
        Right.ISSUE_AWARDS,
    },
    Role.TRAINING_MANAGER: _PARTNER_FILE,
    Role.EXAM_MANAGER: _PARTNER_FILE | {Right.SEE_AWARDS, Right.PREPARE_AWARDS, Right.ISSUE_AWARDS},
    Role.QUALITY: _PARTNER_FILE,
    Role.PARTNER_ACCOUNTANT: frozenset({Right.SEE_PARTNERSHIP}),
    Role.TRAINER: frozenset({Right.SEE_PARTNERSHIP}),
    Role.ASSESSOR: frozenset({Right.SEE_PARTNERSHIP}),
}

# What is left to the people of a partner once the partnership has ended: reading what concerned them.
RIGHTS_AFTER_END = frozenset(
    {Right.SEE_PARTNERSHIP, Right.SEE_DOCUMENTS, Right.SEE_APPLICATIONS, Right.SEE_CONVENTIONS, Right.SEE_AWARDS}
)


class Scope(TextChoices):
    """What an API key may do."""

    READ_PARTNERS = "partners:read", _("Lire la liste des partenaires")
    READ_DOCUMENTS = "documents:read", _("Lire les pièces des partenaires")
    READ_JOURNAL = "journal:read", _("Lire le journal")
    READ_AWARDS = "awards:read", _("Lire ce qui est délivré")
    WRITE_AWARDS = "awards:write", _("Préparer des délivrances")


SCOPE_RIGHTS: Mapping[Scope, frozenset[Right]] = {
    Scope.READ_PARTNERS: frozenset({Right.SEE_NETWORK}),
    Scope.READ_DOCUMENTS: frozenset({Right.SEE_DOCUMENTS}),
    Scope.READ_JOURNAL: frozenset({Right.SEE_JOURNAL}),
    Scope.READ_AWARDS: frozenset({Right.SEE_AWARDS}),
    Scope.WRITE_AWARDS: frozenset({Right.SEE_AWARDS, Right.PREPARE_AWARDS}),
}


class Rule(TextChoices):
    """A rule of safety that every certifier starts with; setting one aside is journaled and shown."""

    SEPARATION = "separation", _("Préparer, approuver et délivrer sont faits par des personnes différentes")
    SECOND_FACTOR = "second_factor", _("Les administrateurs et responsables du réseau ont un second facteur")


class PartnershipState(TextChoices):
    """Where a partnership stands."""

    INVITED = "invited", _("Invité")
    ACTIVE = "active", _("Actif")
    ENDED = "ended", _("Terminé")


PARTNERSHIP_LIFE = Lifecycle(
    initial=PartnershipState.INVITED,
    moves={
        PartnershipState.INVITED: {"join": PartnershipState.ACTIVE, "end": PartnershipState.ENDED},
        PartnershipState.ACTIVE: {"end": PartnershipState.ENDED},
    },
)


class EndReason(TextChoices):
    """Why a partnership ended: the journal holds the code, the free text stays with the partnership."""

    AGREED = "agreed", _("D’un commun accord")
    PARTNER_LEFT = "partner_left", _("À la demande du partenaire")
    CERTIFIER_DECIDED = "certifier_decided", _("À l’initiative du certificateur")
    CLOSED = "closed", _("L’organisme a cessé son activité")
    MISTAKE = "mistake", _("Ouvert par erreur")


class InvitationState(TextChoices):
    """Where an invitation stands; whether it is too late is read from its expiry."""

    PENDING = "pending", _("Envoyée")
    ACCEPTED = "accepted", _("Acceptée")
    REVOKED = "revoked", _("Retirée")


INVITATION_LIFE = Lifecycle(
    initial=InvitationState.PENDING,
    moves={InvitationState.PENDING: {"accept": InvitationState.ACCEPTED, "revoke": InvitationState.REVOKED}},
)


class LinkPurpose(TextChoices):
    """What a single-use link opens."""

    HOLDER = "holder", _("Espace du titulaire")
    APPLICANT = "applicant", _("Candidature")
    SIGNER = "signer", _("Signature")
    JUROR = "juror", _("Jury")
    ENDORSER = "endorser", _("Recommandation")
    ADDRESS = "address", _("Adresse à ajouter à un espace")


class QualiopiAction(TextChoices):
    """The four categories of action that a Qualiopi certificate may cover. Source: C. trav. L. 6313-1."""

    TRAINING = "training", _("Actions de formation")
    SKILLS_REVIEW = "skills_review", _("Bilans de compétences")
    VAE = "vae", _("Validation des acquis de l’expérience")
    APPRENTICESHIP = "apprenticeship", _("Formation par apprentissage")


class DocumentKind(TextChoices):
    """What a document of a partnership proves."""

    QUALIOPI = "qualiopi", _("Certificat Qualiopi")
    NDA = "nda", _("Récépissé de déclaration d’activité")
    REGISTRATION = "registration", _("Extrait d’immatriculation ou statuts")
    INSURANCE = "insurance", _("Attestation d’assurance")
    TAX = "tax", _("Attestation fiscale ou sociale")
    PREMISES = "premises", _("Locaux et matériel")
    STAFF = "staff", _("Qualification des formateurs et des évaluateurs")
    PROGRAMME = "programme", _("Programme de formation")
    OTHER = "other", _("Autre pièce")


class WaitingReason(TextChoices):
    """Why a line stands in «what is waiting for me»."""

    QUALIOPI_EXPIRED = "qualiopi_expired", _("Certificat Qualiopi expiré")
    QUALIOPI_EXPIRING = "qualiopi_expiring", _("Certificat Qualiopi à renouveler")
    QUALIOPI_UNKNOWN = "qualiopi_unknown", _("Certificat Qualiopi inconnu")
    DOCUMENT_EXPIRED = "document_expired", _("Pièce expirée")
    DOCUMENT_EXPIRING = "document_expiring", _("Pièce à renouveler")
    NDA_MISSING = "nda_missing", _("Déclaration d’activité inconnue")
    NOBODY_TO_WRITE_TO = "nobody_to_write_to", _("Personne à qui écrire")
    INVITATION_UNANSWERED = "invitation_unanswered", _("Invitation sans réponse")
    LETTER_FAILED = "letter_failed", _("Courrier non remis")
    API_KEY_EXPIRING = "api_key_expiring", _("Clé d’API bientôt expirée")
    NO_ADMINISTRATOR = "no_administrator", _("Certificateur sans administrateur")


# The text that the reason rests on, where there is one.
WAITING_SOURCES: Mapping[WaitingReason, str] = {
    WaitingReason.QUALIOPI_EXPIRED: "C. trav. L. 6316-1",
    WaitingReason.QUALIOPI_EXPIRING: "C. trav. R. 6316-2",
    WaitingReason.QUALIOPI_UNKNOWN: "C. trav. L. 6316-1",
    WaitingReason.NDA_MISSING: "C. trav. L. 6351-1",
}


class Act(StrEnum):
    """What the journal says of parties: dotted, past tense, never renamed."""

    CERTIFIER_REGISTERED = "parties.certifier.registered"
    CERTIFIER_UPDATED = "parties.certifier.updated"
    ORGANISATION_UPDATED = "parties.organisation.updated"
    QUALIOPI_RECORDED = "parties.organisation.qualiopi_recorded"
    SITE_ADDED = "parties.organisation.site_added"
    SITE_UPDATED = "parties.organisation.site_updated"
    PARTNERSHIP_OPENED = "parties.partnership.opened"
    PARTNERSHIP_JOINED = "parties.partnership.joined"
    PARTNERSHIP_FOLLOWED = "parties.partnership.followed"
    PARTNERSHIP_ENDED = "parties.partnership.ended"
    DOCUMENT_ATTACHED = "parties.partnership.document_attached"
    DOCUMENT_DETACHED = "parties.partnership.document_detached"
    MEMBER_INVITED = "parties.member.invited"
    INVITATION_RENEWED = "parties.invitation.renewed"
    INVITATION_REVOKED = "parties.invitation.revoked"
    INVITATION_ACCEPTED = "parties.invitation.accepted"
    ROLE_CHANGED = "parties.membership.changed"
    MEMBERSHIP_ENDED = "parties.membership.ended"
    RULE_RELAXED = "parties.rule.relaxed"
    RULE_RESTORED = "parties.rule.restored"
    API_KEY_ISSUED = "parties.api_key.issued"
    API_KEY_REVOKED = "parties.api_key.revoked"
    HOLDER_REGISTERED = "parties.holder.registered"
    GUEST_WELCOMED = "parties.guest.welcomed"
    SPACE_OPENED = "parties.space.opened"
    SPACES_MERGED = "parties.space.merged"
    ADDRESS_ASKED = "parties.address.asked"
    ADDRESS_ADDED = "parties.address.added"
    ADDRESS_REMOVED = "parties.address.removed"
    ADDRESS_CHOSEN = "parties.address.chosen"
    MAGIC_LINK_SENT = "parties.magic_link.sent"
    MAGIC_LINK_USED = "parties.magic_link.used"
    PERSON_UPDATED = "parties.person.updated"
    SESSION_REVOKED = "parties.session.revoked"
    SESSIONS_REVOKED = "parties.session.all_revoked"
    SECOND_FACTOR_CLEARED = "parties.second_factor.cleared"

from jurande.registers.parties.models.certifiers import ApiKey, Certifier, ReferenceCounter, Relaxation
from jurande.registers.parties.models.files import PartnershipDocument
from jurande.registers.parties.models.links import Invitation, MagicLink
from jurande.registers.parties.models.organisations import Organisation, QualiopiCategory, Site
from jurande.registers.parties.models.partnerships import Partnership
from jurande.registers.parties.models.people import Membership, Person

__all__ = [
    "ApiKey",
    "Certifier",
    "Invitation",
    "MagicLink",
    "Membership",
    "Organisation",
    "Partnership",
    "PartnershipDocument",
    "Person",
    "QualiopiCategory",
    "ReferenceCounter",
    "Relaxation",
    "Site",
]

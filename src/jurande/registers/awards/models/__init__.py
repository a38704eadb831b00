from jurande.registers.awards.models.awards import Award, new_number
from jurande.registers.awards.models.claims import AwardClaim, ClaimEvidence, ClaimOpening
from jurande.registers.awards.models.combinations import (
    Combination,
    CombinationCount,
    CombinationPart,
    CombinationRequest,
)
from jurande.registers.awards.models.corrections import Correction, CorrectionEvidence, CorrectionRule
from jurande.registers.awards.models.delegation import DelegatedLot, IssuingMandate
from jurande.registers.awards.models.designs import Brand, Design, DesignSignatory
from jurande.registers.awards.models.elsewhere import FormerAddress, FormerRecord, Takeover, TakeoverRow
from jurande.registers.awards.models.endorsements import Endorsement
from jurande.registers.awards.models.kept import KeptCount
from jurande.registers.awards.models.life import BulkAct, BulkItem, ExpiryReminder, ReminderRule, Renewal, Withdrawal
from jurande.registers.awards.models.lots import Lot, LotRow
from jurande.registers.awards.models.retention import Erasure, LegalHold, PurgeReport, RetentionRule
from jurande.registers.awards.models.rights import RightRequest
from jurande.registers.awards.models.rules import AwardRule
from jurande.registers.awards.models.shares import Share, ShareItem, SharingSettings
from jurande.registers.awards.models.showcase import Appearance, Showcase, ShownCertification
from jurande.registers.awards.models.visits import FoldedSpool, VisitCount

__all__ = [
    "Appearance",
    "Award",
    "AwardClaim",
    "AwardRule",
    "Brand",
    "BulkAct",
    "BulkItem",
    "ClaimEvidence",
    "ClaimOpening",
    "Combination",
    "CombinationCount",
    "CombinationPart",
    "CombinationRequest",
    "Correction",
    "CorrectionEvidence",
    "CorrectionRule",
    "DelegatedLot",
    "Design",
    "DesignSignatory",
    "Endorsement",
    "Erasure",
    "ExpiryReminder",
    "FoldedSpool",
    "FormerAddress",
    "FormerRecord",
    "IssuingMandate",
    "KeptCount",
    "LegalHold",
    "Lot",
    "LotRow",
    "PurgeReport",
    "ReminderRule",
    "Renewal",
    "RetentionRule",
    "RightRequest",
    "Share",
    "ShareItem",
    "SharingSettings",
    "Showcase",
    "ShownCertification",
    "Takeover",
    "TakeoverRow",
    "VisitCount",
    "Withdrawal",
    "new_number",
]

"""What a certifier chooses for all its signatures."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.models import SigningChoices
from jurande.registers.conventions.operations.signing import SigningRefused
from jurande.registers.conventions.states import SignatureAct, SigningOrder
from jurande.registers.conventions.states.signatures import LONGEST_LINK_DAYS
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor


@transaction.atomic
def choose_signing(*, certifier: Certifier, link_days: int, order: str, actor: Actor, now: datetime) -> None:
    """Set how long a link opens, in days, and who signs first; links already sent do not change.

    :raises NotAllowed: the role. :raises SigningRefused: a delay that cannot be.
    """
    require(policies.can_choose_signing(actor, certifier))
    if not 1 <= link_days <= LONGEST_LINK_DAYS:
        sentence = _("Un lien de signature s’ouvre entre 1 et %(most)d jours.") % {"most": LONGEST_LINK_DAYS}
        raise SigningRefused(sentence, field="link_days")
    SigningChoices.objects.update_or_create(
        certifier=certifier, defaults={"link_days": link_days, "order": SigningOrder(order)}
    )
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=SignatureAct.CHOICES_SET,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )

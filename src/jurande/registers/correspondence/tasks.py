from __future__ import annotations

from django.conf import settings

from jurande.integrations.mail import carrier_for, sender
from jurande.registers.common.jobs import Run
from jurande.registers.correspondence import operations


def deliver(run: Run) -> None:
    from_email = sender(settings.JURANDE_MAIL_FROM)
    operations.deliver(
        message_code=run.code,
        carrier=carrier_for(settings.JURANDE_SMTP_URL, from_email=from_email),
        domain=from_email.rpartition("@")[2],
        now=run.now(),
    )


def deliver_many(run: Run) -> None:
    from_email = sender(settings.JURANDE_MAIL_FROM)
    first, _dash, last = run.code.partition("-")
    operations.deliver_many(
        first=int(first),
        last=int(last),
        carrier=carrier_for(settings.JURANDE_SMTP_URL, from_email=from_email),
        domain=from_email.rpartition("@")[2],
        clock=run.now,
        report=lambda done: run.progress(done=done),
    )


def recover(run: Run) -> None:
    run.progress(done=operations.recover_overdue(now=run.now()))


def erase(run: Run) -> None:
    run.progress(done=operations.erase_due(now=run.now()))

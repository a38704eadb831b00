"""Which task does each job named in a register: the only place where names meet code."""

from __future__ import annotations

JOBS: dict[str, str] = {
    "parties.warn_api_keys": "jurande.registers.parties.tasks.warn_api_keys",
    "parties.note_api_key_use": "jurande.registers.parties.tasks.note_api_key_use",
    "parties.forget_the_dead": "jurande.registers.parties.tasks.forget_the_dead",
    "conventions.seal": "jurande.registers.conventions.tasks.signatures.seal",
    "conventions.keep_dates": "jurande.registers.conventions.tasks.signatures.keep_dates",
    "conventions.remind": "jurande.registers.conventions.tasks.conventions.remind",
    "conventions.renew": "jurande.registers.conventions.tasks.conventions.renew",
    "seal.settle": "jurande.registers.seal.tasks.settle",
    "seal.issue_batch": "jurande.registers.seal.tasks.issue_batch",
    "seal.check": "jurande.registers.seal.tasks.check",
    "network.keep_habilitations": "jurande.registers.network.tasks.habilitations.keep_habilitations",
    "network.recheck": "jurande.registers.network.tasks.checks.recheck",
    "network.remind_applicants": "jurande.registers.network.tasks.applications.remind_applicants",
    "network.bring_back_deferred": "jurande.registers.network.tasks.judging.bring_back_deferred",
    "network.remind_answers": "jurande.registers.network.tasks.judging.remind_answers",
    "network.warn_of_approvals": "jurande.registers.network.tasks.judging.warn_of_approvals",
    "network.import": "jurande.registers.network.tasks.ledger.import_network",
    "network.reconcile": "jurande.registers.network.tasks.ledger.reconcile",
    "network.forget_imports": "jurande.registers.network.tasks.ledger.forget_imports",
    "catalogue.import": "jurande.registers.catalogue.tasks.read_delivery",
    "catalogue.forget_files": "jurande.registers.catalogue.tasks.forget_files",
    "common.purge": "jurande.registers.common.upkeep.purge",
    "common.reencrypt": "jurande.registers.common.crypto.rotation.reencrypt",
    "journal.verify": "jurande.registers.journal.tasks.verify",
    "documents.sweep": "jurande.registers.documents.tasks.sweep",
    "correspondence.deliver": "jurande.registers.correspondence.tasks.deliver",
    "correspondence.recover": "jurande.registers.correspondence.tasks.recover",
    "correspondence.erase": "jurande.registers.correspondence.tasks.erase",
}

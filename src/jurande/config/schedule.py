"""What runs by itself, and when: data, read by the worker and printed by `./jurande manage schedule`."""

from __future__ import annotations

from jurande.registers.common.schedule import Daily, Every, Planned

SCHEDULE: list[Planned] = [
    Daily("parties.warn_api_keys", at="07:00"),
    Every("parties.note_api_key_use", minutes=60),
    Daily("parties.forget_the_dead", at="03:15"),
    Daily("conventions.keep_dates", at="00:20"),
    Daily("conventions.remind", at="07:40"),
    Every("seal.settle", minutes=1),
    Daily("seal.check", at="04:30"),
    Daily("network.keep_habilitations", at="00:25"),
    Daily("network.recheck", at="02:30"),
    Daily("network.remind_applicants", at="07:10"),
    Daily("network.bring_back_deferred", at="05:30"),
    Daily("network.remind_answers", at="07:20"),
    Daily("network.warn_of_approvals", at="07:30"),
    Every("network.reconcile", minutes=30),
    Daily("network.week", at="06:30"),
    Daily("network.forget_imports", at="03:25"),
    Every("awards.fold_visits", minutes=30),
    Daily("awards.forget_rows", at="03:35"),
    Daily("catalogue.forget_files", at="03:20"),
    Daily("awards.forget_packs", at="03:40"),
    Daily("awards.forget_bundles", at="03:40"),
    Daily("awards.forget_exports", at="03:35"),
    Daily("awards.forget_copies", at="03:40"),
    Daily("awards.remind_expiring", at="07:50"),
    Daily("awards.keep_counts", at="04:00"),
    Daily("awards.look_for_complete", at="04:50"),
    Daily("awards.remind_uncollected", at="07:55"),
    Daily("awards.follow_corrections", at="05:40"),
    Daily("awards.purge", at="02:45"),
    Daily("awards.sweep_erased", at="04:10"),
    Daily("common.purge", at="03:15"),
    Daily("journal.verify", at="06:00"),
    Daily("documents.sweep", at="03:30"),
    Every("correspondence.recover", minutes=30),
    Daily("correspondence.erase", at="03:45"),
]

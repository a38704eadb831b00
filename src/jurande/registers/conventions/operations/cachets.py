"""The cachet of a certifier: made when first needed, replaced, or imported from a trust service provider."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.integrations import cachet as port
from jurande.integrations.cachet import Cachet, CachetFiles, CachetRefused
from jurande.registers.common.crypto import lookup_digest
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.conventions.states import SignatureAct
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.policies import can_keep_seal

SENTENCES = {
    "cachet.not_pkcs12": _(
        "Ce fichier n’est pas un fichier PKCS #12 (.p12, .pfx), ou le mot de passe n’est pas le bon."
    ),
    "cachet.incomplete": _("Ce fichier ne contient pas une clé et son certificat. Exportez-les ensemble."),
    "cachet.key_kind": _("Cette clé n’est pas d’une sorte acceptée\u00a0: RSA de 2 048 bits au moins, P-256 ou P-384."),
    "cachet.expired": _("Le certificat n’est pas valable aujourd’hui. Demandez-en un autre à qui l’a délivré."),
    "cachet.usage": _("Ce certificat n’a pas le droit de signer. Demandez un certificat de cachet."),
}


class CachetNotUsable(Refused):
    """The cachet cannot be made, imported or used; nothing was stamped."""


def files_of(certifier: Certifier) -> CachetFiles:
    """Where the keys of this certifier are, opened by the keyring of the installation."""
    return CachetFiles(settings.HOME.keys / "cachet" / certifier.code, _passphrase)


def cachet_of(certifier: Certifier, *, now: datetime) -> Cachet:
    """Give the cachet in use, made now if there was none, self-signed.

    :raises CachetNotUsable: its files are there and cannot be used.
    """
    try:
        files = files_of(certifier)
        return files.current() or _make(certifier, files, now)
    except CachetRefused as error:
        raise _refused(error) from error


@transaction.atomic
def rotate_cachet(*, certifier: Certifier, actor: Actor, now: datetime) -> Cachet:
    """Replace the cachet by a new self-signed one; what the former one stamped stays valid.

    :raises NotAllowed: only who runs the installation. :raises CachetNotUsable: the disk refused.
    """
    require(can_keep_seal(actor))
    try:
        made = _make(certifier, files_of(certifier), now)
    except CachetRefused as error:
        raise _refused(error) from error
    _told(certifier, made, actor, now)
    return made


@transaction.atomic
def import_cachet(*, certifier: Certifier, content: bytes, password: str, actor: Actor, now: datetime) -> Cachet:
    """Use from now on the key of a PKCS #12 file, qualified or not.

    :raises NotAllowed: only who runs the installation. :raises CachetNotUsable: what the file is.
    """
    require(can_keep_seal(actor))
    try:
        key, certificates = port.from_pkcs12(content, password, now=now)
        kept = files_of(certifier).keep(key, certificates)
    except CachetRefused as error:
        raise _refused(error) from error
    _told(certifier, kept, actor, now)
    return kept


def _make(certifier: Certifier, files: CachetFiles, now: datetime) -> Cachet:
    key, certificate = port.self_signed(
        name=certifier.organisation.legal_name, siren=certifier.organisation.siren, now=now
    )
    return files.keep(key, (certificate,))


def _told(certifier: Certifier, cachet: Cachet, actor: Actor, now: datetime) -> None:
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=SignatureAct.CACHET_CHANGED,
        subject_kind="certifier",
        subject_code=certifier.code,
        digest=cachet.fingerprint,
        now=now,
    )


def _passphrase(path: Path) -> str:
    # From the keyring, which the passphrase of the installation protects: a key file without its keyring opens nowhere.
    return lookup_digest(path.name, "conventions.cachet-file")


def _refused(error: CachetRefused) -> CachetNotUsable:
    usual = _(
        "Le cachet de ce certificateur ne peut pas être utilisé\u00a0: ses fichiers sont perdus ou abîmés. Remettez le "
        "dossier des clés de la sauvegarde, ou créez un nouveau cachet."
    )
    return CachetNotUsable(SENTENCES.get(error.code, usual))

"""What is written around a signature and a procedure: one sentence, one link; the letter itself is in the portal."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import day_in_words
from jurande.registers.conventions.models import ActLetter, Convention, Ending, Signatory, Termination
from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.parties.models import Person

# Where links lead; the screens behind them are declared in web/guest, web/partner and web/certifier (tested there).
SIGNER_PATH = "/signer/{token}/"
PARTNER_PATH = "/p/{partnership}/conventions/{convention}/"
CERTIFIER_PATH = "/c/{certifier}/conventions/{convention}/signature/"
PROCEDURES_PATH = "/c/{certifier}/conventions/{convention}/suites/"

# A letter that lets somebody in is worth nothing once the link is dead.
LINK_KEEP_DAYS = 30
_COMMON = {
    "nom": "Claire Dumas",
    "organisme": "Institut des métiers de la réparation",
    "partenaire": "Ateliers Mistral Formation",
    "reference": "CONV-2026-0042",
}

TO_SIGN = MailKind(
    key="conventions.to_sign",
    label=_("Convention à signer, au signataire du partenaire"),
    fields={**_COMMON, "jusquau": "19 mars 2026", "lien": "https://jurande.exemple.fr/signer/…"},
    subject=_("Convention {{ reference }} à lire et à signer"),
    body=_(
        "Bonjour {{ nom }},\n\n"
        "{{ organisme }} vous adresse la convention {{ reference }} avec {{ partenaire }}. Vous êtes la personne "
        "désignée pour la signer.\n\n"
        "Vous lirez le texte en entier, puis un code reçu à cette adresse servira de signature. Vous pouvez aussi "
        "refuser et dire pourquoi. Le lien est personnel et s’ouvre jusqu’au {{ jusquau }}."
    ),
    action_label=_("Lire la convention"),
    reason=_("Vous recevez ce message parce que vous êtes désigné pour signer cette convention."),
    keep_days=LINK_KEEP_DAYS,
)
TO_SIGN_HERE = MailKind(
    key="conventions.to_sign_here",
    label=_("Convention à signer, au signataire du certificateur"),
    fields={**_COMMON, "lien": "https://jurande.exemple.fr/c/…"},
    subject=_("Convention {{ reference }}\u00a0: votre signature est attendue"),
    body=_(
        "Bonjour {{ nom }},\n\n"
        "La convention {{ reference }} avec {{ partenaire }} attend votre signature pour {{ organisme }}."
    ),
    action_label=_("Lire et signer"),
    reason=_("Vous recevez ce message parce que vous êtes désigné pour signer cette convention."),
)
CODE = MailKind(
    key="conventions.signing_code",
    label=_("Code de signature"),
    fields={**_COMMON, "code": "482 913", "minutes": "10"},
    subject=_("{{ code }}\u00a0: votre code de signature"),
    body=_(
        "Bonjour {{ nom }},\n\n"
        "Votre code pour signer la convention {{ reference }} est\u00a0: {{ code }}\n\n"
        "Il sert une seule fois, pendant {{ minutes }} minutes. Ne le donnez à personne\u00a0: il vaut votre "
        "signature. Si vous n’avez rien demandé, ne faites rien."
    ),
    reason=_("Vous recevez ce message parce qu’un code a été demandé pour signer une convention à votre nom."),
    keep_days=1,
)
DECLINED = MailKind(
    key="conventions.declined",
    label=_("Signature refusée, à qui a envoyé la convention"),
    fields={**_COMMON, "signataire": "Jocelyn Roux", "motif": "La durée…", "lien": "https://jurande.exemple.fr/c/…"},
    subject=_("Convention {{ reference }}\u00a0: la signature est refusée"),
    body=_(
        "Bonjour {{ nom }},\n\n"
        "{{ signataire }} refuse de signer la convention {{ reference }} avec {{ partenaire }}. Motif donné\u00a0:\n\n"
        "{{ motif }}\n\n"
        "Vous pouvez reprendre la convention pour la corriger, ou désigner un autre signataire."
    ),
    action_label=_("Voir la convention"),
)
SEALED = MailKind(
    key="conventions.sealed",
    label=_("Convention signée des deux parties"),
    fields={**_COMMON, "debut": "1 octobre 2026", "lien": "https://jurande.exemple.fr/signer/…"},
    subject=_("La convention {{ reference }} est signée"),
    body=_(
        "Bonjour {{ nom }},\n\n"
        "La convention {{ reference }} entre {{ organisme }} et {{ partenaire }} est signée des deux parties. Elle "
        "s’applique à partir du {{ debut }}.\n\n"
        "Le PDF porte le cachet du certificateur\u00a0: gardez ce fichier tel quel, toute modification s’y verrait."
    ),
    action_label=_("Ouvrir la convention signée"),
    keep_days=LINK_KEEP_DAYS,
)
LETTER = MailKind(
    key="conventions.letter",
    label=_("Lettre au partenaire\u00a0: suspension, griefs, décision, fin"),
    fields={**_COMMON, "objet": "Suspension à titre conservatoire", "lien": "https://jurande.exemple.fr/p/…"},
    subject=_("{{ objet }}\u00a0: une lettre de {{ organisme }} vous attend"),
    body=_(
        "Bonjour {{ nom }},\n\n"
        "{{ organisme }} adresse à {{ partenaire }} une lettre au sujet de la convention {{ reference }}. "
        "Objet\u00a0: {{ objet }}.\n\n"
        "Elle se lit dans votre espace. Elle dit ce qui est décidé ou reproché, pourquoi, et ce que vous pouvez "
        "faire. Ouvrez-la sans attendre\u00a0: un délai peut courir."
    ),
    action_label=_("Lire la lettre"),
    reason=_("Vous recevez ce message parce que vous dirigez cet organisme, ou avez signé sa convention."),
)
OBSERVED = MailKind(
    key="conventions.observed",
    label=_("Observations d’un partenaire, à qui a notifié les griefs"),
    fields={**_COMMON, "lien": "https://jurande.exemple.fr/c/…"},
    subject=_("{{ partenaire }} a présenté ses observations"),
    body=_(
        "Bonjour {{ nom }},\n\n"
        "{{ partenaire }} a répondu aux griefs qui concernent la convention {{ reference }}. "
        "Lisez ses observations avant que la décision soit prise."
    ),
    action_label=_("Lire les observations"),
)
END_ANSWERED = MailKind(
    key="conventions.end_answered",
    label=_("Réponse à une proposition de fin, à qui l’a faite"),
    fields={**_COMMON, "reponse": "accepte", "lien": "https://jurande.exemple.fr/c/…"},
    subject=_("{{ partenaire }} {{ reponse }} la fin de la convention {{ reference }}"),
    body=_(
        "Bonjour {{ nom }},\n\n"
        "{{ partenaire }} {{ reponse }} la fin d’un commun accord que {{ organisme }} lui proposait pour la "
        "convention {{ reference }}."
    ),
    action_label=_("Voir la convention"),
)

KINDS = (TO_SIGN, TO_SIGN_HERE, CODE, DECLINED, SEALED, LETTER, OBSERVED, END_ANSWERED)


def to_sign(signatory: Signatory, token: str) -> Letter:
    """The letter that carries the link of the partner's signatory."""
    until = day_in_words(localtime(signatory.link_expires_at).date())
    return _letter(
        TO_SIGN,
        signatory.convention,
        name=signatory.name,
        email=signatory.email,
        # Not in the mailbox that a session opens: the link is for whoever reads the address.
        person_code="",
        about=("signatory", signatory.code),
        jusquau=until,
        lien=settings.PUBLIC_URL + SIGNER_PATH.format(token=token),
    )


def to_sign_here(signatory: Signatory) -> Letter:
    """The letter to the certifier's signatory, who signs in their own space."""
    return _letter(
        TO_SIGN_HERE,
        signatory.convention,
        name=signatory.name,
        email=signatory.email,
        person_code=signatory.person.code if signatory.person else "",
        about=("signatory", signatory.code),
        lien=certifier_link(signatory.convention),
    )


def signing_code(signatory: Signatory, code: str, minutes: int) -> Letter:
    """The letter that carries the one-time code; it has no link, and never stands in a mailbox of ours."""
    return _letter(
        CODE,
        signatory.convention,
        name=signatory.name,
        email=signatory.email,
        person_code="",
        about=("signatory", signatory.code),
        code=f"{code[:3]}\u00a0{code[3:]}",
        minutes=str(minutes),
    )


def declined(signatory: Signatory, to: Person) -> Letter:
    """The letter to who sent the convention."""
    return _letter(
        DECLINED,
        signatory.convention,
        name=to.full_name,
        email=to.email,
        person_code=to.code,
        about=("convention", signatory.convention.code),
        signataire=signatory.name,
        motif=signatory.decline_reason,
        lien=certifier_link(signatory.convention),
    )


def sealed(signatory: Signatory, token: str) -> Letter:
    """The letter that gives each side the signed convention; ``token`` is empty for the certifier's signatory."""
    convention = signatory.convention
    link = settings.PUBLIC_URL + SIGNER_PATH.format(token=token) if token else certifier_link(convention)
    assert convention.valid_from is not None  # noqa: S101  a convention is not sent without it
    return _letter(
        SEALED,
        convention,
        name=signatory.name,
        email=signatory.email,
        person_code=signatory.person.code if signatory.person and not token else "",
        about=("signatory", signatory.code),
        debut=day_in_words(convention.valid_from),
        lien=link,
    )


def letter(letter: ActLetter, *, name: str, email: str, code: str) -> Letter:
    """The notice that a letter waits in the portal."""
    return _letter(
        LETTER,
        letter.convention,
        name=name,
        email=email,
        person_code=code,
        about=("act_letter", letter.code),
        objet=letter.get_kind_display(),
        lien=partner_link(letter.convention),
    )


def observed(termination: Termination, to: Person) -> Letter:
    """The notice to who notified the griefs."""
    return _letter(
        OBSERVED,
        termination.convention,
        name=to.full_name,
        email=to.email,
        person_code=to.code,
        about=("convention", termination.convention.code),
        lien=procedures_link(termination.convention),
    )


def end_answered(ending: Ending, to: Person, *, agreed: bool) -> Letter:
    """The notice to who proposed the end."""
    return _letter(
        END_ANSWERED,
        ending.convention,
        name=to.full_name,
        email=to.email,
        person_code=to.code,
        about=("convention", ending.convention.code),
        reponse=str(_("accepte") if agreed else _("refuse")),
        lien=procedures_link(ending.convention),
    )


def certifier_link(convention: Convention) -> str:
    """Where the certifier signs it and follows who has."""
    return settings.PUBLIC_URL + CERTIFIER_PATH.format(certifier=convention.certifier.code, convention=convention.code)


def procedures_link(convention: Convention) -> str:
    """Where the certifier sees what follows: suspension, griefs, end."""
    return settings.PUBLIC_URL + PROCEDURES_PATH.format(certifier=convention.certifier.code, convention=convention.code)


def partner_link(convention: Convention) -> str:
    """Where the partner reads it."""
    return settings.PUBLIC_URL + PARTNER_PATH.format(
        partnership=convention.partnership.code, convention=convention.code
    )


def moment_in_words(at: datetime) -> str:
    """As a person reads it, to the minute, in Paris."""
    local = localtime(at)
    return f"{day_in_words(local.date())} à {local:%H}\u00a0h\u00a0{local:%M}"


def _letter(
    kind: MailKind,
    convention: Convention,
    *,
    name: str,
    email: str,
    person_code: str,
    about: tuple[str, str],
    **fields: str,
) -> Letter:
    return Letter(
        kind=kind.key,
        to_email=email,
        to_code=person_code,
        certifier_code=convention.certifier.code,
        fields={
            "nom": name,
            "organisme": convention.certifier.name,
            "partenaire": convention.partnership.name,
            "reference": convention.reference,
            **fields,
        },
        about=about,
        signature=convention.certifier.name,
    )

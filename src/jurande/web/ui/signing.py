"""What the three places where one signs share: reading to the end, the code, the signature; and judging a PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jurande.integrations.pdf_signatures import SignatureFinding
from jurande.registers.conventions.operations import outside, signing
from jurande.registers.conventions.operations.signing import CODE_MINUTES, Hand
from jurande.registers.conventions.states import ConventionState, SignatoryState
from jurande.registers.correspondence.emails import catalogue
from jurande.web.ui.formats import day, moment
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Event

if TYPE_CHECKING:
    from jurande.registers.conventions.models import ActLetter, Convention, Signatory
    from jurande.registers.correspondence.models import Message

Signs = Callable[..., "Signatory"]
STATUS = {
    ConventionState.DRAFT: "draft",
    ConventionState.SENT: "run",
    ConventionState.SIGNED: "run",
    ConventionState.IN_FORCE: "ok",
    ConventionState.SUSPENDED: "late",
    ConventionState.ENDED: "end",
    ConventionState.ABANDONED: "end",
}


def state_chip(held: Convention) -> SafeString:
    """Where a convention stands."""
    return chip(STATUS[ConventionState(held.state)], held.get_state_display())


class CodeForm(forms.Form):
    """The six digits that sign."""

    code = forms.CharField(
        label=gettext_lazy("Code à six chiffres"),
        max_length=9,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class DeclineForm(forms.Form):
    """Why one does not sign."""

    reason = forms.CharField(
        label=gettext_lazy("Pourquoi refusez-vous de signer\u00a0?"),
        help_text=gettext_lazy("Ce motif est transmis tel quel au certificateur\u00a0: il lui permettra de corriger."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class PdfForm(forms.Form):
    """A PDF to compare with what is kept."""

    file = forms.FileField(
        label=gettext_lazy("Le PDF à vérifier"),
        help_text=gettext_lazy("Il est lu, comparé, puis oublié\u00a0: rien n’en est gardé."),
    )


@dataclass(frozen=True)
class TextShown:
    """The frozen text as a page shows it; ``content`` is the very content that the PDF was made from."""

    content: dict[str, Any]
    sha256: str
    valid_from: date | None
    valid_until: date | None

    @property
    def short(self) -> str:
        """The beginning of the fingerprint, in groups that one can compare aloud."""
        return " ".join(self.sha256[start : start + 4] for start in range(0, 16, 4))


def text_shown(held: Convention) -> TextShown:
    """The frozen text of a convention; its days are dates again."""
    assert held.text is not None  # noqa: S101  the caller's row has been sent
    content = held.text.content

    def of(name: str) -> date | None:
        return date.fromisoformat(content[name]) if content.get(name) else None

    return TextShown(content, held.text.sha256, of("valid_from"), of("valid_until"))


def take_step(request: HttpRequest, signatory: Signatory, form: forms.Form, sign: Signs, *, address: str) -> bool:
    """Take the step whose button was pressed; tell whether the page may be shown anew, by a redirection.

    ``sign`` is what signs in this place, ``address`` that of the device. A refusal becomes a notice, or an error under
    the code.
    """
    now, step = timezone.now(), request.POST.get("step", "")
    if step == "sign":
        if not form.is_valid():
            return False
        with refusing(request, form, about="code"):
            sign(
                signatory=signatory,
                text_sha256=request.POST.get("text", ""),
                code=form.cleaned_data["code"],
                hand=Hand(address, request.headers.get("User-Agent", "")),
                now=now,
            )
            messages.success(request, _("Vous avez signé. Merci."))
            return True
        return False
    with refusing(request):
        if step == "open":
            signing.open_text(signatory=signatory, now=now)
        elif step == "read":
            signing.confirm_reading(signatory=signatory, text_sha256=request.POST.get("text", ""), now=now)
        elif step == "code":
            signing.send_code(signatory=signatory, now=now)
            messages.success(request, _("Un code vient de partir. Regardez votre courrier."))
    return True


def steps_page(signatory: Signatory, form: forms.Form, now: datetime) -> dict[str, Any]:
    """What the page of a signature shows, whoever shows it."""
    sent_at = signatory.code_sent_at
    waiting = bool(sent_at and signatory.code_digest and now - sent_at < timedelta(minutes=CODE_MINUTES))
    totp = signing.uses_totp(signatory)
    return {
        "signatory": signatory,
        "held": signatory.convention,
        "shown": text_shown(signatory.convention) if signatory.convention.text else None,
        "form": form,
        "to_open": signatory.state == SignatoryState.INVITED,
        "to_read": signatory.state == SignatoryState.OPENED,
        "to_sign": signatory.state == SignatoryState.READ,
        "has_signed": signatory.has_signed,
        "code_waits": waiting or totp,
        "totp": totp,
        "veiled": signatory.email,
        "minutes": CODE_MINUTES,
    }


# --- is this PDF ours? --------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What is said of a PDF: a status, a title, sentences."""

    status: str
    title: str
    sentences: tuple[str, ...]
    signatures: tuple[tuple[str, str], ...] = ()


def verdict_on(request: HttpRequest, held: Convention, form: forms.Form) -> Verdict | None:
    """Compare the file of ``form`` with the convention; None when it cannot be read, which the form then says."""
    if not form.is_valid():
        return None
    with refusing(request, form, about="file"):
        found = outside.compare(convention=held, content=form.cleaned_data["file"].read())
        titles = {
            "same": ("ok", _("Oui\u00a0: c’est notre fichier, à l’octet près.")),
            "unsigned": ("warn", _("C’est le texte avant les signatures.")),
            "added": ("late", _("Non\u00a0: notre fichier est là, mais quelque chose a été ajouté après lui.")),
            "altered": ("late", _("Non\u00a0: ce fichier a été modifié.")),
            "other": ("late", _("Non\u00a0: ce n’est pas cette convention.")),
        }
        status, title = titles[found.verdict]
        signatures = found.findings.signatures if found.findings is not None else ()
        return Verdict(status, title, tuple(_differences(found)), tuple(said_of(each) for each in signatures))
    return None


def _differences(found: outside.Comparison) -> list[str]:
    said = []
    if found.verdict == "unsigned":
        said.append(_("Ce PDF n’engage personne. Demandez la version signée, qui porte le cachet."))
    if found.verdict == "added":
        said.append(
            _("%(n)s octets suivent la fin du fichier que nous gardons. Ne vous fiez qu’à l’original.")
            % {"n": found.added_bytes}
        )
    if found.page_count != found.our_page_count and found.our_page_count:
        said.append(
            _("Il a %(theirs)s pages\u00a0; notre fichier en a %(ours)s.")
            % {"theirs": found.page_count, "ours": found.our_page_count}
        )
    if found.pages and found.verdict != "other":
        pages = ", ".join(str(page) for page in found.pages[:20])
        said.append(
            ngettext(
                "La page %(pages)s n’est pas la même.", "Les pages %(pages)s ne sont pas les mêmes.", len(found.pages)
            )
            % {"pages": pages}
        )
    if found.files and found.verdict != "other":
        said.append(_("Les fichiers joints diffèrent\u00a0: %(names)s.") % {"names": ", ".join(found.files)})
    if found.verdict == "altered" and not said:
        said.append(_("Les pages montrent la même chose, mais des octets du fichier ont changé."))
    return said


def said_of(finding: SignatureFinding) -> tuple[str, str]:
    """One signature found in a PDF, in words: who, then what can be said of it."""
    if finding.problem and not finding.signer:
        return _("Signature illisible"), _("Son certificat manque ou ne peut pas être lu\u00a0: elle ne prouve rien.")
    who = finding.signer or finding.organisation
    parts = [_("intacte") if finding.intact else _("rompue\u00a0: le contenu signé n’est plus celui-là")]
    if finding.intact and not finding.whole:
        parts.append(_("le fichier a été complété après elle"))
    if finding.forbidden:
        parts.append(_("ce que le signataire avait interdit"))
    if finding.trusted:
        parts.append(_("certificat connu ici"))
    elif finding.self_signed:
        parts.append(_("certificat auto-signé\u00a0: personne d’autre ne répond de ce nom"))
    else:
        parts.append(_("certificat délivré par %(issuer)s, que nous ne vérifions pas") % {"issuer": finding.issuer})
    if finding.says_qualified:
        parts.append(_("se dit qualifié au sens du règlement eIDAS"))
    at = finding.timestamped_at or finding.claimed_at
    if at:
        when = moment(datetime.fromisoformat(at))
        parts.append(
            _("horodatée le %(when)s") % {"when": when}
            if finding.timestamped_at
            else _("datée par elle-même du %(when)s") % {"when": when}
        )
        if not finding.in_validity:
            parts.append(_("hors de la période de validité de son certificat"))
    return who, ", ".join(parts)


# --- who signed, how ----------------------------------------------------------------------------


def life_of(row: Signatory, mails: Sequence[Message]) -> list[Event]:
    """What one signatory was sent and did, newest first."""
    named = catalogue()
    steps = [
        (row.opened_at, _("a ouvert le texte"), "dot", ""),
        (row.read_at, _("dit avoir lu le texte en entier"), "dot", ""),
        (row.signed_at, _("a signé"), "ok", row.get_method_display() if row.method else ""),
        (row.declined_at, _("a refusé\u00a0: %(why)s") % {"why": row.decline_reason}, "late", ""),
        (row.replaced_at, _("n’est plus attendu\u00a0: %(why)s") % {"why": row.replace_reason}, "end", ""),
    ]
    events = [Event(at, said, status, aside) for at, said, status, aside in steps if at is not None]
    events += [
        Event(mail.written_at, str(named[mail.kind].label), aside=str(mail.get_state_display())) for mail in mails
    ]
    # The steps are told in their order: of two at the same instant, the later one comes first.
    events.reverse()
    events.sort(key=lambda event: event.at, reverse=True)
    return events


# --- letters ------------------------------------------------------------------------------------


def letter_note(letter: ActLetter) -> str:
    """How a letter was received, as far as it is known."""
    if letter.opened_at is not None:
        return _("ouverte dans l’espace du partenaire le %(when)s") % {"when": moment(letter.opened_at)}
    if letter.postal_received_on is not None:
        return _("recommandé %(number)s distribué le %(day)s") % {
            "number": letter.postal_reference,
            "day": day(letter.postal_received_on),
        }
    return _("pas encore ouverte")

"""Letters and how they are worded: the catalogue of kinds, merge fields, and the text and HTML that leave."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.module_loading import import_string
from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import day_in_words
from jurande.registers.common.refusals import Refused
from jurande.registers.correspondence.states import Language

# The one link of a letter: it makes the button, and never stands in a sentence.
LINK = "lien"
# What an address says to have its page in English, and what stands between the two languages of a letter.
LANGUAGE_PARAMETER = "langue"
BETWEEN = "* * *"
SUBJECT_CHARS = 150
BODY_CHARS = 10_000
ACTION_CHARS = 80
VALUE_CHARS = 5_000
KEEP_DAYS = 3 * 366
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
LEFTOVER = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
DEFAULT_REASON = _("Vous recevez ce message parce que votre adresse a été indiquée à l’organisme qui le signe.")


class WordingRefused(Refused):
    """These words cannot be used for this kind of letter; ``field`` is subject, body or action_label."""


class LetterRefused(Refused):
    """This letter cannot leave as it is."""


class RecipientRefused(LetterRefused):
    """The address is not one to which a letter can be sent."""


@dataclass(frozen=True)
class Words:
    """What a letter says, with its merge fields ``{{ champ }}``. A blank line in ``body`` starts a new paragraph."""

    subject: str
    body: str
    action_label: str = ""


@dataclass(frozen=True)
class MailKind:
    """A kind of letter. ``key`` is dotted and stable; ``fields`` maps each merge field to an example for the preview.

    With an ``action_label``, ``fields`` must hold ``lien``, the address of the letter's only button; it may not be
    merged into the text. ``reason`` tells the reader why they get this. ``keep_days``: after how long the text and
    the address are erased; short for a letter that carries a link to come in.

    :raises ValueError: at construction, when the words, the fields and the button do not agree.
    """

    key: str
    label: str | Promise
    fields: Mapping[str, str]
    subject: str | Promise
    body: str | Promise
    action_label: str | Promise = ""
    reason: str | Promise = DEFAULT_REASON
    keep_days: int = KEEP_DAYS

    def __post_init__(self) -> None:
        """Refuse a button without a link, and words that merge what the letter will not give."""
        if bool(self.action_label) != (LINK in self.fields):
            raise ValueError(f"{self.key}: a button goes with the field «{LINK}», and the other way round")
        try:
            check_words(self, self.words)
        except WordingRefused as refusal:
            raise ValueError(f"{self.key}: {refusal.sentence}") from refusal

    @property
    def words(self) -> Words:
        """The kind's own words, used when the certifier has none."""
        return Words(str(self.subject), str(self.body), str(self.action_label))

    @property
    def merge_fields(self) -> tuple[str, ...]:
        """The fields that may stand in the text."""
        return tuple(name for name in self.fields if name != LINK)


@dataclass(frozen=True)
class Letter:
    """A letter to write. ``kind``: a key of the catalogue; ``fields``: a value for each field of that kind.

    ``language``: that of its reader, never that of whoever is at the screen. A value that is said differently in each
    is given lazily (``gettext_lazy``, ``day``, ``hour``, ``moment``) and said when the letter is written.
    ``to_code``: the person, whose in-app mailbox shows the letter; empty when they are not known here yet.
    ``about``: kind and code of the record it speaks of. ``signature``: the certifier's name as its partners read it;
    empty when the installation itself writes.
    """

    kind: str
    to_email: str
    to_code: str
    certifier_code: str
    fields: Mapping[str, str | Promise] = field(default_factory=dict)
    about: tuple[str, str] = ("", "")
    signature: str = ""
    language: str = Language.FR


@dataclass(frozen=True)
class Rendered:
    """A letter with its values in place, as plain text."""

    subject: str
    body: str
    action_label: str = ""
    action_url: str = ""


@lru_cache(maxsize=1)
def catalogue() -> dict[str, MailKind]:
    """Every kind of letter by its key, from the tuples named in config/mails.py.

    :raises ValueError: two kinds have the same key.
    """
    kinds: dict[str, MailKind] = {}
    for name in settings.JURANDE_MAILS:
        for kind in import_string(name):
            if kind.key in kinds:
                raise ValueError(f"two kinds of letter are called {kind.key}")
            kinds[kind.key] = kind
    return kinds


# --- words and values ---------------------------------------------------------------------------


def check_words(kind: MailKind, words: Words) -> None:
    """Make sure that these words can be used for this kind.

    :raises WordingRefused: empty, too long, unknown merge field, template tag, or a button that comes or goes.
    """
    _check_text(kind, "subject", words.subject, SUBJECT_CHARS, lines=False)
    _check_text(kind, "body", words.body, BODY_CHARS, lines=True)
    if words.action_label and LINK not in kind.fields:
        raise WordingRefused(
            _("Ce courrier n’a pas de bouton. Laissez le libellé du bouton vide."), field="action_label"
        )
    if LINK in kind.fields:
        _check_text(kind, "action_label", words.action_label, ACTION_CHARS, lines=False)


def _check_text(kind: MailKind, name: str, text: str, limit: int, *, lines: bool) -> None:
    if not text.strip():
        raise WordingRefused(_("Ce texte est vide. Écrivez-le, ou revenez au texte d’origine."), field=name)
    if len(text) > limit:
        sentence = _("Ce texte est trop long : {length} caractères, pour {limit} au plus. Raccourcissez-le.")
        raise WordingRefused(format_lazy(sentence, length=len(text), limit=limit), field=name)
    if has_control_characters(text, lines=lines):
        raise WordingRefused(
            _("Ce texte contient un caractère invisible qui n’y a pas sa place. Effacez-le et retapez-le au clavier."),
            field=name,
        )
    for found in PLACEHOLDER.findall(text):
        _check_field(kind, name, found)
    if leftover := LEFTOVER.search(PLACEHOLDER.sub("", text)):
        sentence = _(
            "« {mark} » n’est pas compris ici : seuls les champs de la liste, écrits comme {example}, sont remplacés. "
            "Corrigez ou effacez ce passage."
        )
        raise WordingRefused(format_lazy(sentence, mark=leftover[0], example="{{ champ }}"), field=name)


def _check_field(kind: MailKind, name: str, found: str) -> None:
    known = kind.merge_fields
    if found in known:
        return
    if found == LINK and LINK in kind.fields:
        raise WordingRefused(
            _("Le lien ne peut pas être placé dans le texte : le bouton le porte déjà. Effacez ce champ."), field=name
        )
    closest = difflib.get_close_matches(_plain(found), known, n=1, cutoff=0.5)
    if closest:
        sentence = _("Le champ « {found} » n’existe pas pour ce courrier. Vouliez-vous écrire « {closest} » ?")
        raise WordingRefused(format_lazy(sentence, found=found, closest=closest[0]), field=name)
    sentence = _("Le champ « {found} » n’existe pas pour ce courrier. Champs possibles : {known}.")
    raise WordingRefused(
        format_lazy(sentence, found=found, known=", ".join(known) or _("aucun pour ce courrier")), field=name
    )


def _plain(text: str) -> str:
    """The text without accents or capitals: what people type for «prenom» is «Prénom»."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def has_control_characters(text: str, *, lines: bool) -> bool:
    """Tell whether the text holds what no keyboard types. ``lines``: line breaks and tabs are allowed."""
    allowed = "\r\n\t" if lines else ""
    # What Unicode calls printable holds none of these: nearly every text ends here, a hundred times faster.
    return not text.isprintable() and any(
        unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") and character not in allowed for character in text
    )


def clean_address(email: str) -> str:
    """Give the address as it will be used, without the spaces around it.

    :raises RecipientRefused: it is not an address, or it carries more than one.
    """
    address = unicodedata.normalize("NFC", email.strip(" "))
    try:
        if len(address) > 254 or has_control_characters(address, lines=False) or any(c in address for c in ' ,;<>"()'):
            raise ValidationError("")
        EmailValidator()(address)
    except ValidationError:
        raise RecipientRefused(
            _(
                "Cette adresse électronique n’est pas valable, rien n’a été envoyé. "
                "Vérifiez-la : elle ressemble à prenom.nom@exemple.fr."
            ),
            field="email",
        ) from None
    return address


def render(kind: MailKind, words: Words, fields: Mapping[str, str]) -> Rendered:
    """Put the values in place, once: a value that looks like a merge field stays as it is.

    :raises ValueError: ``fields`` is not exactly what the kind declares, or the link is no web address.
    :raises LetterRefused: a value holds control characters, or is too long.
    """
    if set(fields) != set(kind.fields):
        raise ValueError(f"{kind.key}: fields {sorted(fields)} given, {sorted(kind.fields)} expected")
    for name, value in fields.items():
        if len(value) > VALUE_CHARS or has_control_characters(value, lines=True):
            sentence = _(
                "La valeur de « {name} » ne peut pas figurer dans un courrier : elle est trop longue ou contient des "
                "caractères invisibles. Corrigez-la dans la fiche, puis recommencez."
            )
            raise LetterRefused(format_lazy(sentence, name=name))
    link = fields.get(LINK, "")
    if LINK in kind.fields and (
        urlsplit(link).scheme not in ("http", "https") or has_control_characters(link, lines=False)
    ):
        raise ValueError(f"{kind.key}: the link is not a web address")
    return Rendered(
        # A line break in a subject would start another header.
        subject=" ".join(_merge(words.subject, fields).split())[: SUBJECT_CHARS * 2],
        body=_merge(words.body, fields).replace("\r\n", "\n").strip(),
        action_label=" ".join(_merge(words.action_label, fields).split())[:ACTION_CHARS],
        action_url=link,
    )


def _merge(text: str, fields: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: fields[found[1]], text)


def preview(kind: MailKind, words: Words) -> Rendered:
    """Show what the words will give, with the kind's example values.

    :raises WordingRefused: the words cannot be used.
    """
    check_words(kind, words)
    return render(kind, words, kind.fields)


# --- two languages ------------------------------------------------------------------------------


def written(kind: MailKind, own: Words | None, letter: Letter) -> tuple[Rendered, Language]:
    """Write the letter in the language of its reader; tell in which it is, after all.

    ``own``: the certifier's words, when it has some. They are French: for who reads English they come first and ours
    follow, so that neither what the certifier says nor the reader is left out. The link of an English letter leads to
    the English page.

    :raises ValueError: :raises LetterRefused: as ``render``.
    """
    language = Language(letter.language)
    if own is not None and language == Language.EN:
        language = Language.FR_EN
    parts = []
    for spoken in language.spoken:
        with override(spoken):
            words = own if own is not None and spoken == Language.FR else kind.words
            fields = {name: str(value) for name, value in letter.fields.items()}
            if language == Language.EN and LINK in fields:
                fields[LINK] += ("&" if "?" in fields[LINK] else "?") + urlencode({LANGUAGE_PARAMETER: spoken})
            parts.append(render(kind, words, fields))
    return _together(parts), language


def _together(parts: Sequence[Rendered]) -> Rendered:
    """One letter from the same one in each language: one subject, the texts one under the other, one button."""
    label = " · ".join(dict.fromkeys(part.action_label for part in parts))
    return Rendered(
        subject=" · ".join(dict.fromkeys(part.subject for part in parts)),
        body=f"\n\n{BETWEEN}\n\n".join(part.body for part in parts),
        action_label=label if len(label) <= ACTION_CHARS else parts[0].action_label,
        action_url=parts[0].action_url,
    )


def _day(on: date) -> str:
    return f"{on.day}\u00a0{date_format(on, 'F')}\u00a0{on.year}" if _is_english() else day_in_words(on)


def _hour(instant: datetime) -> str:
    local = localtime(instant)
    return f"{local:%H:%M} (Paris time)" if _is_english() else date_format(local, "G\u00a0\\h\u00a0i")


def _moment(instant: datetime) -> str:
    return f"{_day(localtime(instant))} {'at' if _is_english() else 'à'} {_hour(instant)}"


def _is_english() -> bool:
    return get_language() == Language.EN


# Said in the language of the letter: a value of ``Letter.fields``.
day = lazy(_day, str)
hour = lazy(_hour, str)
moment = lazy(_moment, str)


# --- what leaves --------------------------------------------------------------------------------


def paragraphs(body: str) -> list[list[str]]:
    """Cut a body into paragraphs, each a list of lines."""
    return [block.strip().split("\n") for block in re.split(r"\n[ \t]*\n", body) if block.strip()]


def as_text(rendered: Rendered, *, signature: str, reason: str | Promise, language: Language = Language.FR) -> str:
    """Write the letter as plain text: nothing is lost for who reads without HTML."""
    blocks = ["\n".join(lines) for lines in paragraphs(rendered.body)]
    if rendered.action_url:
        colon = ":" if language == Language.EN else "\u00a0:"
        blocks.append(f"{rendered.action_label}{colon}\n{rendered.action_url}")
    reasons = "\n".join(said for _spoken, said in _in_each(reason, language))
    return "\n\n".join([*blocks, f"-- \n{signature}\n\n{reasons}"]) + "\n"


def as_html(rendered: Rendered, *, signature: str, reason: str | Promise, language: Language = Language.FR) -> str:
    """Write the letter as HTML: the same words, one button, no picture, everything escaped."""
    bodies = rendered.body.split(f"\n\n{BETWEEN}\n\n", len(language.spoken) - 1)
    context = {
        "subject": rendered.subject,
        "spoken": language.spoken,
        "parts": [(spoken, paragraphs(body)) for spoken, body in zip(language.spoken, bodies, strict=False)],
        "action_label": rendered.action_label,
        "action_url": rendered.action_url,
        "signature": signature,
        "reasons": _in_each(reason, language),
    }
    return render_to_string("correspondence/letter.html", context)


def _in_each(said: str | Promise, language: Language) -> list[tuple[str, str]]:
    found = []
    for spoken in language.spoken:
        with override(spoken):
            found.append((spoken, str(said)))
    return found

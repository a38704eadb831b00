# SPDX-License-Identifier: Apache-2.0
"""Issue many credentials of one certification: the full path once, then escape, substitute, sort, hash and sign.

``Template.compile`` takes a credential with fields in it, and refuses one whose fields could change more than their own
place. ``Template.batch`` fixes who signs and when; ``Batch.issue`` then makes each credential, the same to the byte as
the full path would, or takes the full path where it could not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json.encoder import encode_basestring

from jurande.core.encoding import multibase
from jurande.core.proof import pattern
from jurande.core.proof.contexts import ACCEPTED
from jurande.core.proof.data_integrity import DataIntegrityRefused, ProofOptions, add_proof, proof_config
from jurande.core.proof.documents import document_bytes
from jurande.core.proof.errors import ProofError
from jurande.core.proof.jsonld import Slot, to_rdf
from jurande.core.proof.keys import Algorithm
from jurande.core.proof.limits import clean_iri, clean_text
from jurande.core.proof.pattern import Pattern
from jurande.core.proof.rdf import NEEDS_ESCAPE, Quad, escape
from jurande.core.proof.shape import canonical_bytes
from jurande.core.proof.signer import Signer

# Braces read well in a file, and cannot stand in an IRI; parentheses can.
_MARKER = re.compile(r"(.*)(?:\{\{ *(\w+) *\}\}|\(\((\w+)\)\))(.*)", re.DOTALL)
_NUMERIC = re.compile(
    r"XMLSchema#(?:[a-z]*(?:Integer|Int|Long|Short|Byte)|int|long|short|byte|integer|decimal|float|double|boolean)>"
)


class TemplateRefused(ProofError):
    """The skeleton cannot be compiled, or the values are not those of its fields."""

    code = "template.refused"


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value goes in a skeleton: the whole text is ``before`` + the value named ``name`` + ``after``."""

    name: str
    before: str = ""
    after: str = ""


def with_fields(document: Mapping[str, object]) -> dict[str, object]:
    """Return ``document`` where each text with a marker is a :class:`Field`: «{{name}}», or «((name))» in an IRI.

    :raises TemplateRefused: two markers in one text.
    """
    return {key: _with_fields(value) for key, value in document.items()}


class Template:
    """A compiled skeleton. ``fields`` are the names of the values that each credential needs."""

    def __init__(self, skeleton: Mapping[str, object], *, contexts: Collection[tuple[str, ...]] = ACCEPTED) -> None:
        """Compile ``skeleton``: a document, parsed, with :class:`Field` objects for what varies.

        :raises TemplateRefused: a field that stands where its value would change more than its own place (a type, a
            word of a vocabulary, a number), or no field.
        :raises ContextRefused: :raises JsonLdRefused: the skeleton is not in safe mode (see ``jsonld.to_rdf``).
        """
        self.skeleton = skeleton
        self.contexts = contexts
        self._places: list[Field] = []
        slots: list[Slot] = []
        document = self._with_slots(skeleton, slots)
        if not isinstance(document, dict) or "proof" in document:
            raise TemplateRefused("a skeleton is a document without proof")
        quads = to_rdf(document, contexts=contexts)
        roles = _roles(quads)
        for number, (slot, place) in enumerate(zip(slots, self._places, strict=True)):
            if slot.fixed or len(roles.get(number, ())) != 1:
                raise TemplateRefused(f"«{place.name}» stands where its value would change the meaning of the rest")
        self._is_iri = [roles[number] == {True} for number in range(len(slots))]
        self.fields = frozenset(place.name for place in self._places)
        if not self.fields:
            raise TemplateRefused("a skeleton without fields is a document")
        self._pattern = Pattern(quads, len(slots))
        self._json = _json_format(document, len(slots))

    def _with_slots(self, value: object, slots: list[Slot]) -> object:
        if isinstance(value, Field):
            text = pattern.slot(len(slots), "")
            text.original = str(text)
            slots.append(text)
            self._places.append(value)
            return text
        if isinstance(value, str):
            if not pattern.can_hold_slots([value]):
                raise TemplateRefused("a text that looks like the place of a value")
            return clean_text(value)
        if isinstance(value, dict):
            return {key: self._with_slots(inner, slots) for key, inner in value.items()}
        return [self._with_slots(inner, slots) for inner in value] if isinstance(value, list) else value

    def fill(self, values: Mapping[str, str]) -> dict[str, object]:
        """Return the document with these values in its fields, for the full path.

        :raises TemplateRefused: not exactly the values of ``fields``. :raises TextRefused: a value that cannot be
            signed where it goes.
        """
        texts = iter(self._texts(values))
        return {key: _filled(value, texts) for key, value in self.skeleton.items()}

    def batch(self, *, signer: Signer, created: datetime) -> Batch:
        """Return what issues credentials signed by ``signer``, with proofs made at the instant ``created``.

        :raises DataIntegrityRefused: a key of another kind than Ed25519.
        """
        return Batch(self, signer, ProofOptions(created=created))

    def _texts(self, values: Mapping[str, str]) -> list[str]:
        if values.keys() != self.fields:
            wrong = sorted(values.keys() ^ self.fields)
            raise TemplateRefused(f"missing or unknown values: {', '.join(wrong)}", code="template.values")
        texts: list[str] = []
        for place, is_iri in zip(self._places, self._is_iri, strict=True):
            value = values[place.name]
            if not isinstance(value, str):
                raise TemplateRefused(f"«{place.name}» is not a text", code="template.values")
            text = place.before + value + place.after
            texts.append(clean_iri(text) if is_iri else clean_text(text))
        return texts

    def canonical(self, values: Mapping[str, str]) -> bytes | None:
        """Return the canonical N-Quads of the filled document, or ``None`` where only the full path can tell."""
        return self._pattern.fill([escape(text).encode() for text in self._texts(values)])

    def _render(self, values: Mapping[str, str]) -> tuple[bytes | None, bytes]:
        """Return the canonical N-Quads, as above, and the JSON text without its closing brace."""
        texts = self._texts(values)
        octets = [text.encode() for text in texts]
        quoted = [b'"%b"' % text for text in octets]
        if NEEDS_ESCAPE("".join(texts)):
            octets = [escape(text).encode() for text in texts]
            quoted = [encode_basestring(text).encode() for text in texts]
        return self._pattern.fill(octets), self._json % tuple(quoted)


class Batch:
    """A template, a signer and an instant."""

    def __init__(self, template: Template, signer: Signer, options: ProofOptions) -> None:
        """Prepare the members of the proof, that all the credentials share; see :meth:`Template.batch`."""
        if signer.algorithm != Algorithm.ED25519:
            raise DataIntegrityRefused("we sign with Ed25519 only", code="proof.key_kind")
        self._template = template
        self._signer = signer
        self._options = options
        config = proof_config(template.skeleton, verification_method=signer.verification_method, options=options)
        self._config_hash = sha256(canonical_bytes(config, contexts=template.contexts)).digest()
        del config["@context"]
        self._tail = b',"proof":[' + document_bytes(config)[:-1] + b',"proofValue":"'

    def issue(self, values: Mapping[str, str]) -> bytes:
        """Return the published bytes of one credential: ``document_bytes(add_proof(template.fill(values), …))``.

        :raises TemplateRefused: not exactly the values of the fields. :raises TextRefused: a value that cannot be
            signed where it goes. :raises SigningFailed: the signer did not sign.
        """
        canonical, head = self._template._render(values)
        if canonical is None:
            document = self._template.fill(values)
            secured = add_proof(document, signer=self._signer, options=self._options, contexts=self._template.contexts)
            return document_bytes(secured)
        signature = self._signer.sign(self._config_hash + sha256(canonical).digest())
        return b"".join((head, self._tail, multibase.encode(signature).encode(), b'"}]}'))


def _with_fields(value: object) -> object:
    if isinstance(value, str):
        found = _MARKER.fullmatch(value)
        if found is None:
            return value
        before, braced, bracketed, after = found.groups()
        if _MARKER.fullmatch(before + after):
            raise TemplateRefused(f"two markers in one text: {value[:100]!r}", code="template.markers")
        return Field(braced or bracketed, before, after)
    if isinstance(value, dict):
        return {key: _with_fields(inner) for key, inner in value.items()}
    return [_with_fields(inner) for inner in value] if isinstance(value, list) else value


def _filled(value: object, texts: Iterator[str]) -> object:
    if isinstance(value, Field):
        return next(texts)
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: _filled(inner, texts) for key, inner in value.items()}
    return [_filled(inner, texts) for inner in value] if isinstance(value, list) else value


def _roles(quads: list[Quad]) -> dict[int, set[bool]]:
    """Return, for each slot, whether it stands as an IRI, as a text or both.

    :raises TemplateRefused: as a number.
    """
    roles: dict[int, set[bool]] = {}
    for quad in quads:
        for term in quad:
            number = pattern.slot_number(term)
            if number is not None:
                if _NUMERIC.search(term):
                    raise TemplateRefused("a field stands where a number is expected", code="template.number")
                roles.setdefault(number, set()).add(term[0] == "<")
    return roles


def _json_format(document: Mapping[str, object], slots: int) -> bytes:
    text = document_bytes(document).replace(b"%", b"%%")
    for number in range(slots):
        text = text.replace(encode_basestring(pattern.slot(number, "")).encode(), b"%b")
    return text[:-1]

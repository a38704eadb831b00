"""Files that are not what they seem. A12: things that look like a verdict, and are not a credential."""

from __future__ import annotations

import zlib

from jurande.core.proof.carriers.png import bake_png
from jurande.core.proof.carriers.svg import bake_svg
from tests.core.proof.carriers import samples
from tests.core.proof.verification.failures.catalogue import changed, fails
from tests.core.proof.verification.world import Attempt, attempt, credential, octets, sign


def signed_text() -> str:
    return octets(sign(credential())).decode()


@fails("A5", 1, "carrier.duplicate")
def png_with_two_credentials() -> Attempt:
    one = samples.credential_chunk(signed_text().encode())
    return attempt(samples.png(one, one))


@fails("A5", 1, "carrier.compressed")
def png_with_a_compressed_credential() -> Attempt:
    compressed = zlib.compress(signed_text().encode())
    return attempt(samples.png(samples.credential_chunk(compressed, flags=b"\1\0")))


@fails("A5", 1, "carrier.compressed")
def png_with_a_bomb() -> Attempt:
    return attempt(samples.png(samples.credential_chunk(zlib.compress(bytes(2**24)), flags=b"\1\0")))


@fails("A2", 1, "carrier.crc")
def png_with_a_byte_changed() -> Attempt:
    return attempt(bake_png(samples.png(), signed_text()).replace(b"did:example:ines", b"did:example:malo"))


@fails("A2", 4, "signature.wrong")
def png_with_a_name_changed_and_its_check_sum_put_right() -> Attempt:
    return attempt(bake_png(samples.png(), signed_text().replace("did:example:ines", "did:example:malo")))


@fails("A2", 1, "carrier.trailing")
def png_that_is_also_a_zip() -> Attempt:
    return attempt(bake_png(samples.png(), signed_text()) + b"PK\x05\x06" + bytes(18))


@fails("A2", 1, "carrier.truncated")
def png_cut_short() -> Attempt:
    return attempt(bake_png(samples.png(), signed_text())[:-20])


@fails("A12", 1, "carrier.empty")
def png_without_credential() -> Attempt:
    return attempt(samples.png())


@fails("A2", 1, "carrier.duplicate")
def svg_with_two_credentials() -> Attempt:
    one = samples.element(f"<![CDATA[{signed_text()}]]>")
    return attempt(samples.svg(one + one))


@fails("A2", 1, "carrier.duplicate")
def svg_with_one_credential_in_the_attribute_and_another_as_text() -> Attempt:
    return attempt(samples.svg(samples.element(f"<![CDATA[{signed_text()}]]>", 'verify="a.b.c"')))


@fails("A2", 1, "carrier.misplaced")
def svg_with_a_hidden_credential() -> Attempt:
    return attempt(samples.svg(f"<defs>{samples.element('{}')}</defs>"))


@fails("A7", 1, "carrier.document_type")
def svg_with_entities() -> Attempt:
    before = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return attempt(samples.svg(samples.element("&x;"), before=before))


@fails("A2", 4, "signature.wrong")
def svg_with_a_name_changed() -> Attempt:
    baked = bake_svg(samples.SVG, signed_text())
    return attempt(baked.replace(b"did:example:ines", b"did:example:malo"))


@fails("A2", 1, "carrier.duplicate")
def pdf_with_two_credentials() -> Attempt:
    return attempt(samples.pdf(a=signed_text().encode(), b=signed_text().encode()))


@fails("A12", 1, "carrier.empty")
def pdf_without_credential() -> Attempt:
    return attempt(samples.pdf(releve=b"Valable. Verifie par Jurande."))


@fails("A2", 4, "signature.wrong")
def pdf_with_a_credential_that_was_changed() -> Attempt:
    return attempt(samples.pdf(a=signed_text().replace("did:example:ines", "did:example:malo").encode()))


@fails("A7", 1, "carrier.malformed")
def pdf_cut_short() -> Attempt:
    return attempt(samples.pdf(a=signed_text().encode())[:-60])


@fails("A12", 1, "carrier.malformed")
def web_page_that_says_valid() -> Attempt:
    return attempt("<html><body><h1>Attestation valable</h1></body></html>")


@fails("A12", 1, "carrier.unknown")
def address_that_carries_its_own_verdict() -> Attempt:
    return attempt("https://imr.example/verifier?resultat=valable")


@fails("A12", 1, "credential.type")
def report_of_a_verification_in_place_of_a_credential() -> Attempt:
    return attempt({"valid": True, "steps": [], "credential": {"name": "Docteur"}})


@fails("A12", 4, "proof.absent")
def credential_that_says_of_itself_that_it_is_verified() -> Attempt:
    document = changed(sign(credential(name="Valable, vérifié par Jurande")), "proof", ...)
    return attempt(document)


@fails("A12", 1, "carrier.unknown")
def photograph() -> Attempt:
    return attempt(b"\xff\xd8\xff\xe0\x00\x10JFIF")

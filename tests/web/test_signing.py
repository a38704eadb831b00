"""Signing and what follows, on the screens: each page is checked (language, nesting, labels, no inline style) by the
fixtures of the suite."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from jurande.integrations import cachet as port
from jurande.registers.conventions.models import ActLetter, Convention
from jurande.registers.conventions.operations import sealing
from jurande.registers.documents.queries import open_content
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.conventions import conventions as made
from tests.registers.conventions import signed as s

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "RSA_BITS", 2048)


def today():
    """Screens live at the hour of the machine; so do the conventions of these tests."""
    from django.utils import timezone

    return timezone.localtime()


def sent(**changed: object) -> Convention:
    now = today()
    partnership = factories.partnership()
    return made.sent(
        partnership, now=now, valid_from=now.date(), valid_until=now.date() + timedelta(days=400), **changed
    )


def page(client: Client, url: str, **data: object) -> str:
    answer = client.post(url, data, follow=True) if data else client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def fetched(client: Client, url: str) -> bytes:
    """The whole file: a response left open is a warning, and a warning is an error."""
    answer = client.get(url)
    content = b"".join(answer.streaming_content)
    answer.close()
    return content


class TestTheGuest:
    def test_reads_then_signs_and_opening_the_link_does_nothing(self, client: Client):
        convention = sent()
        partner = s.side(convention, "partner")
        url = reverse("guest:signer", args=[s.token_of(partner)])
        assert "Lire la convention" in page(client, url)
        partner.refresh_from_db()
        assert partner.state == "invited"
        assert "J’ai lu le texte en entier" in page(client, url, step="open")
        assert "Recevoir mon code" in page(client, url, step="read", text=partner.text.sha256)
        assert "Un code est parti" in page(client, url, step="code")
        wrong = page(client, url, step="sign", text=partner.text.sha256, code="12 34")
        assert "Vérifiez les six chiffres" in wrong
        code = s.code_of(partner)
        assert "Vous avez signé." in page(client, url, step="sign", text=partner.text.sha256, code=code)
        assert fetched(client, reverse("guest:signer-pdf", args=[s.token_of(partner)])).startswith(b"%PDF-")

    def test_who_is_somebody_else_is_told(self, client: Client):
        partner = s.side(sent(), "partner")
        factories.enter(client, factories.member(Role.READER))
        assert "Ce lien est pour une autre personne." in page(
            client, reverse("guest:signer", args=[s.token_of(partner)])
        )

    def test_declines_with_a_reason(self, client: Client):
        partner = s.side(sent(), "partner")
        token = s.token_of(partner)
        page(client, reverse("guest:signer", args=[token]), step="open")
        url = reverse("guest:signer-decline", args=[token])
        assert "Pourquoi refusez-vous" in page(client, url)
        answer = client.post(url, {"reason": "La durée ne convient pas."}, follow=True)
        assert answer.status_code == 410
        partner.refresh_from_db()
        assert partner.decline_reason == "La durée ne convient pas."

    def test_finds_a_dead_link_explained(self, client: Client):
        answer = client.get(reverse("guest:signer", args=["x" * 43]))
        assert answer.status_code == 410
        assert "Ce lien ne s’ouvre plus." in answer.content.decode()


class TestTheHouse:
    def test_follows_signs_and_keeps_the_sealed_file(self, client: Client):
        now = today()
        convention = sent()
        s.sign(s.side(convention, "partner"), at=now)
        ours = s.side(convention, "certifier")
        factories.enter(client, ours.person)
        house = [convention.certifier.code, convention.code]
        assert "a signé" in page(client, reverse("certifier:conventions-signatures", args=house))
        url = reverse("certifier:conventions-sign", args=house)
        page(client, url, step="open")
        page(client, url, step="read", text=ours.text.sha256)
        page(client, url, step="code")
        assert "Vous avez signé." in page(client, url, step="sign", text=ours.text.sha256, code=s.code_of(ours))
        sealing.seal(convention_code=convention.code, now=now)
        assert "Le fichier scellé" in page(client, reverse("certifier:conventions-signatures", args=house))
        kept = fetched(client, reverse("certifier:conventions-sealed", args=house))
        upload = BytesIO(kept)
        upload.name = "convention.pdf"
        shown = page(client, reverse("certifier:conventions-verify", args=house), file=upload)
        assert "à l’octet près" in shown
        assert page(client, reverse("certifier:conventions-follow-up", args=house))

    def test_reminds_and_replaces(self, client: Client):
        convention = sent()
        partner = s.side(convention, "partner")
        by = made.signatory(convention.certifier)
        factories.enter(client, by)
        place = [convention.certifier.code, convention.code, partner.code]
        assert "Un nouveau courrier est parti" in page(client, reverse("certifier:conventions-remind", args=place), x=1)
        url = reverse("certifier:conventions-replace", args=place)
        given = {"name": "Odile Kuntz", "email": "odile@exemple.fr", "quality": "gérante", "reason": "Délégation."}
        assert "Odile Kuntz" in page(client, url, **given)


class TestTheProcedure:
    def test_goes_from_screen_to_screen_in_its_only_order(self, client: Client):
        now = today()
        partnership = factories.partnership()
        head = factories.member(Role.HEAD, of=partnership)
        first = now.date() - timedelta(days=30)
        convention = made.in_force(partnership, now=now, valid_from=first, valid_until=first + timedelta(days=700))
        house, home = [convention.certifier.code, convention.code], [partnership.code, convention.code]
        manager = factories.member(Role.NETWORK_MANAGER, of=convention.certifier)
        Authenticator.objects.create(user=manager, type=Authenticator.Type.TOTP, data={"secret": "x"})

        certifier, partner, decider = client, Client(), Client()
        factories.enter(certifier, manager)
        factories.enter(partner, head)
        factories.enter(decider, made.signatory(convention.certifier))

        def act(who: Client, name: str, **given: object) -> str:
            url = reverse("certifier:conventions-act", args=[*house, name])
            assert "Voici ce qui va se passer." in page(who, url)
            return page(who, url, **given)

        assert "La convention est suspendue" in act(
            certifier, "suspendre", reasons="Fraude signalée.", effective_on=now.date().isoformat()
        )
        assert "suspendue depuis le" in page(partner, reverse("partner:conventions-one", args=home))
        shown = act(certifier, "griefs", griefs="Deux sessions sans second évaluateur.", delay_days="30")
        assert "La preuve que la lettre est reçue manque encore" in shown
        letter = ActLetter.objects.get(convention=convention, kind="griefs")
        of_letter = reverse("partner:conventions-letter", args=[*home, letter.code])
        pdf = reverse("partner:conventions-letter-pdf", args=[*home, letter.code])
        assert partner.get(pdf).status_code == 404
        assert "Ouvrir la lettre" in page(partner, of_letter)
        assert "Lire la lettre" in page(partner, of_letter, x=1)
        assert fetched(partner, pdf).startswith(b"%PDF-")
        observe = reverse("partner:conventions-observe", args=home)
        assert "Ce qui nous est reproché" in page(partner, observe)
        assert "Vos observations sont transmises" in page(partner, observe, observations="Ils étaient deux.")
        assert page(partner, reverse("partner:conventions", args=[partnership.code]))
        done = act(decider, "resilier", decision="Motifs.", learners="Repris.", effective_on=now.date().isoformat())
        assert "Résiliation décidée" in done
        convention.refresh_from_db()
        assert (convention.state, convention.end_reason) == ("ended", "terminated")
        with open_content(letter.document) as file:
            assert file.read(5) == b"%PDF-"

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from jurande.registers.correspondence.emails import preview
from jurande.registers.correspondence.models import Message
from jurande.registers.parties import emails, operations
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW, actor_of


@pytest.mark.parametrize("kind", emails.KINDS, ids=lambda kind: kind.key)
class TestEveryKind:
    def test_can_be_written_with_its_examples(self, kind) -> None:
        rendered = preview(kind, kind.words)
        assert "{{" not in rendered.subject + rendered.body
        assert rendered.action_label
        assert len(rendered.body) < 600

    def test_follows_french_typography(self, kind) -> None:
        text = f"{kind.words.subject}\n{kind.words.body}\n{kind.words.action_label}\n{kind.reason}"
        assert "'" not in text
        for mark in (" :", " ;", " ?", " !", " »", "« "):
            assert mark not in text

    def test_that_lets_somebody_in_is_forgotten_soon(self, kind) -> None:
        opens = kind in (
            emails.INVITATION,
            emails.PARTNERSHIP_OPENED,
            emails.MAGIC_LINK,
            emails.GUEST_LINK,
            emails.PASSWORD_RESET,
        )
        proves = kind in (emails.ADDRESS_CONFIRMATION, emails.ADDRESS_LINK)
        assert (kind.keep_days <= 14) is (opens or proves)


@pytest.mark.django_db
class TestWords:
    def test_of_an_invitation(self) -> None:
        house = factories.certifier(name="Institut des métiers de la réparation")
        operations.invite_member(
            role=Role.NETWORK_MANAGER,
            email="claire@imr.exemple.fr",
            first_name="Claire",
            last_name="Vasseur",
            certifier=house,
            actor=actor_of(factories.any_operator()),
            now=NOW,
        )
        message = Message.objects.addressed_to("claire@imr.exemple.fr").get()
        assert (message.subject, message.signature) == (
            "Institut des métiers de la réparation vous invite",
            "Institut des métiers de la réparation",
        )
        assert message.body == snapshot("""\
Bonjour Claire,

Institut des métiers de la réparation vous invite à rejoindre son équipe, avec le rôle «\xa0Responsable du réseau\xa0».

L’invitation est personnelle et sert une seule fois, jusqu’au 26\xa0mars\xa02026.\
""")

    def test_of_a_partners_head(self) -> None:
        opened = factories.partnership(name="Ateliers Mistral Formation")
        operations.invite_member(
            role=Role.HEAD,
            email="jocelyn@mistral.exemple.fr",
            first_name="Jocelyn",
            last_name="Paoli",
            partnership=opened,
            actor=actor_of(factories.administrator(opened.certifier), opened.certifier),
            now=NOW,
        )
        message = Message.objects.addressed_to("jocelyn@mistral.exemple.fr").get()
        assert message.body == snapshot("""\
Bonjour Jocelyn,

Institut des métiers de la réparation a ouvert un espace pour Ateliers Mistral Formation (référence PART-2026-0001). Vous y déposez vos pièces et vous suivez ce qui vous est demandé.

L’invitation est personnelle et sert une seule fois, jusqu’au 26\xa0mars\xa02026.\
""")

    def test_of_a_holders_link(self) -> None:
        person = factories.holder(address="ines@exemple.fr")
        operations.request_magic_link(email=person.email, now=NOW)
        message = Message.objects.addressed_to("ines@exemple.fr").get()
        assert message.body.replace(person.first_name, "Inès") == snapshot("""\
Bonjour Inès,

Voici le lien que vous avez demandé. Il sert une seule fois, jusqu’à 10\xa0h\xa020.

Si vous n’avez rien demandé, ne faites rien\xa0: personne n’entrera.\
""")

"""The network at work: lists, saved views, acts on several, the declared list, imports, deadlines."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jurande.registers.common.jobs import execute
from jurande.registers.common.models import JobRequest
from jurande.registers.correspondence.models import Message
from jurande.registers.network.models import CalendarFeed, DeclaredChange, Habilitation, RadarLetter, SavedView
from jurande.registers.parties.models import Certifier, Partnership, Person
from jurande.registers.parties.operations import attach_document, invite_member
from jurande.registers.parties.states import DocumentKind, Role
from jurande.web.certifier import week
from tests import factories
from tests.registers.conventions import conventions
from tests.registers.network import calls, existing, habilitations

pytestmark = pytest.mark.django_db


class Network:
    """A house with a manager who signed in, and habilitations that count today."""

    def __init__(self, client: Client) -> None:
        """Everything happens now: pages read the clock."""
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        self.house: Certifier = factories.certifier()
        self.manager: Person = factories.member(Role.NETWORK_MANAGER, of=self.house)
        # They hold the keys of a house: a second factor is asked of them.
        Authenticator.objects.create(user=self.manager, type=Authenticator.Type.TOTP, data={"secret": "x"})
        self.client = factories.enter(client, self.manager)

    def habilitated(self, name: str, **changed: Any) -> Habilitation:
        place = changed.pop("at", None) or factories.partnership(self.house, name=name)
        return habilitations.opened(
            place,
            first=changed.pop("first", self.today),
            last=changed.pop("last", self.today + timedelta(days=400)),
            now=self.now,
            **changed,
        )

    def get(self, name: str, *args: str, **query: str) -> str:
        response = self.client.get(reverse(f"certifier:{name}", args=[self.house.code, *args]), query)
        assert response.status_code == 200, response.status_code
        return response.content.decode()

    def post(self, name: str, *args: str, **given: Any) -> Any:
        return self.client.post(reverse(f"certifier:{name}", args=[self.house.code, *args]), given, follow=True)


@pytest.fixture
def network(client: Client) -> Network:
    return Network(client)


class TestHabilitationsList:
    def test_is_narrowed_by_role_state_end_and_what_lacks(self, network: Network) -> None:
        network.habilitated("Atelier Bellecombe", kind="both")
        network.habilitated("Maison du Geste", kind="former", last=network.today + timedelta(days=20))
        stopped = network.habilitated("Pôle Littoral", kind="former")
        habilitations.suspend(stopped, on=network.today, now=network.now)
        cases: list[tuple[dict[str, str], set[str]]] = [
            ({"role": "both"}, {"Atelier Bellecombe"}),
            ({"etat": "suspendue"}, {"Pôle Littoral"}),
            ({"fin": "30"}, {"Maison du Geste"}),
            ({"manque": "convention", "q": "geste"}, {"Maison du Geste"}),
            ({"manque": "rien"}, set()),
        ]
        for query, names in cases:
            page = network.get("partners", vue="habilitations", **query)
            shown = {name for name in ("Atelier Bellecombe", "Maison du Geste", "Pôle Littoral") if name in page}
            assert shown == names, query

    def test_exports_exactly_what_is_shown(self, network: Network) -> None:
        network.habilitated("Atelier Bellecombe", kind="both")
        network.habilitated("Maison du Geste", kind="former")
        sheet = network.get("partners", vue="habilitations", role="former", export="csv")
        assert "Maison du Geste" in sheet
        assert "Bellecombe" not in sheet

    def test_the_map_counts_places_that_the_filters_keep(self, network: Network) -> None:
        network.habilitated("Atelier", kind="both")
        page = network.get("partners", vue="carte", role="both")
        assert "departement=13" in page
        assert "departement=13" not in network.get("partners", vue="carte", role="organiser")

    def test_the_map_says_what_the_register_says_beside(self, network: Network) -> None:
        network.habilitated("Atelier")
        assert "écart" not in network.get("partners", vue="carte")
        existing.difference(network.house)
        page = network.get("partners", vue="carte")
        assert "La carte montre vos habilitations" in page
        assert "écart à regarder" in page
        assert "La carte montre vos habilitations" not in network.get("partners")

    def test_the_query_count_does_not_grow_with_the_network(
        self, network: Network, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(4):
            network.habilitated(f"Atelier {number}")
        network.get("partners")
        for query in ({}, {"vue": "habilitations"}, {"vue": "carte"}):
            with django_assert_max_num_queries(15):
                network.get("partners", **query)


class TestPartnerFile:
    def test_asks_fifteen_questions_at_most_with_everything_in_it(
        self, network: Network, django_assert_max_num_queries: Any
    ) -> None:
        row = network.habilitated("Atelier")
        partner = row.partnership
        actor = factories.actor_of(network.manager, network.house)
        calls.flag(partner, network.house)
        conventions.draft(partner, by=actor, now=network.now)
        given: dict[str, Any] = {"partnership": partner, "actor": actor, "now": network.now}
        attach_document(
            kind=DocumentKind.INSURANCE,
            content=io.BytesIO("Attestation d’assurance".encode()),
            filename="assurance.txt",
            expires_on=network.today + timedelta(days=3),
            **given,
        )
        invite_member(role=Role.HEAD, email=factories.email(), first_name="A", last_name="B", **given)
        network.get("partners-one", partner.code)
        with django_assert_max_num_queries(15):
            page = network.get("partners-one", partner.code)
        assert reverse("certifier:partners-latest", args=[network.house.code, partner.code]) in page
        with django_assert_max_num_queries(8):
            fragment = network.client.get(
                reverse("certifier:partners-latest", args=[network.house.code, partner.code]),
                headers={"HX-Request": "true"},
            )
        assert "invité" in fragment.content.decode()


class TestChangeOfScope:
    def test_says_what_follows_then_replaces_the_habilitation(self, network: Network) -> None:
        row = network.habilitated("Atelier", kind="both", first=network.today - timedelta(days=30))
        assert "Modifier le périmètre" in network.get("habilitations-one", row.code)
        assert "son attestation est remplacée" in network.get("habilitations-scope", row.code)
        given = {"kind": "former", "territory": ["13"], "note": "Un seul département."}
        network.post("habilitations-scope", row.code, **given)
        row.refresh_from_db()
        after = Habilitation.objects.get(follows=row)
        assert (row.state, after.state, after.kind, after.territory) == ("ended", "active", "former", ["13"])
        refused = network.post("habilitations-scope", row.code, **given).content.decode()
        assert "Seule une habilitation active" in refused


class TestSavedViews:
    def test_are_kept_shown_and_removed(self, network: Network) -> None:
        network.habilitated("Atelier")
        network.post("partners-views", nom="À renouveler", query="vue=habilitations&fin=90", partagee="1")
        assert "À renouveler" in network.get("partners")
        view = SavedView.objects.get()
        network.post("partners-views-remove", view.code)
        assert not SavedView.objects.exists()

    def test_a_private_one_is_nobody_elses(self, network: Network) -> None:
        network.habilitated("Atelier")
        network.post("partners-views", nom="La mienne", query="fin=90")
        view = SavedView.objects.get()
        factories.enter(network.client, factories.member(Role.READER, of=network.house))
        assert "La mienne" not in network.get("partners")
        gone = network.client.post(reverse("certifier:partners-views-remove", args=[network.house.code, view.code]))
        assert gone.status_code == 404

    def test_without_a_filter_says_what_to_do(self, network: Network) -> None:
        page = network.post("partners-views", nom="Vide", query="")
        assert "Choisissez d’abord un filtre" in page.content.decode()


class TestActsOnSeveral:
    def test_suspending_shows_first_then_acts_and_opens_lines_to_declare(self, network: Network) -> None:
        rows = [network.habilitated(name) for name in ("Atelier", "Campus")]
        codes = [row.code for row in rows]
        preview = network.post("partners-suspend", choix=codes).content.decode()
        assert "Suspendre 2 habilitations" in preview
        assert not Habilitation.objects.filter(state="suspended").exists()
        network.post(
            "partners-suspend",
            choix=codes,
            do="suspend",
            reason="hab_precaution",
            effective_on=f"{network.today:%Y-%m-%d}",
            note="Le temps d’une vérification.",
        )
        assert Habilitation.objects.filter(state="suspended").count() == 2
        assert DeclaredChange.objects.filter(kind="remove").count() == 2

    def test_reminding_writes_what_lacks_to_heads(self, network: Network) -> None:
        place = factories.partnership(network.house, with_head=True)
        preview = network.post("partners-remind", choix=[place.code]).content.decode()
        assert "assurance" in preview
        network.post("partners-remind", choix=[place.code], do="remind")
        assert Message.objects.filter(kind="network.file_reminder").count() == 1

    def test_inviting_takes_the_addresses_that_are_given(self, network: Network) -> None:
        places = [factories.partnership(network.house, name=name) for name in ("Atelier", "Campus")]
        one = places[0].code
        network.post(
            "partners-invite-many",
            choix=[place.code for place in places],
            do="invite",
            **{f"courriel-{one}": "jo@exemple.fr", f"prenom-{one}": "Jo", f"nom-{one}": "Paoli"},
        )
        assert Message.objects.addressed_to("jo@exemple.fr").exists()
        assert [place.invitations.count() for place in places] == [1, 0]

    def test_nobody_elses_rows_are_taken(self, network: Network) -> None:
        theirs = factories.partnership(factories.certifier(name="Autre"))
        page = network.post("partners-remind", choix=[theirs.code], do="remind").content.decode()
        assert "Aucune ligne" in page


class TestLedgerPage:
    def test_shows_the_sheet_gives_it_as_a_file_and_notes_it(self, network: Network) -> None:
        row = network.habilitated("Atelier")
        assert "HABILITATION_ORGA_FORM" in network.get("ledger")
        assert row.partnership.site.siret in network.get("ledger", fiche="csv")
        line = DeclaredChange.objects.get()
        given = {"choix": [line.code], "declared_on": f"{network.today:%Y-%m-%d}"}
        network.post("ledger-declare", **given)
        line.refresh_from_db()
        assert line.state == "declared"
        assert "Rien à déclarer" in network.get("ledger")

    def test_a_difference_is_settled_with_a_note(self, network: Network) -> None:
        held = existing.difference(network.house)
        assert held.name in network.get("ledger", vue="ecarts")
        network.post("ledger-difference", held.code, note="Erreur du registre, signalée.")
        held.refresh_from_db()
        assert held.settled_by_code == network.manager.code


class TestImport:
    def test_goes_from_a_messy_file_to_a_network(self, network: Network) -> None:
        habilitations.certification(network.house)
        rows = [existing.row(fiche="RNCP49021", name=f"Atelier {n}") for n in range(3)]
        content = "\r\n".join(["Réseau;;", existing.HEADERS, *rows, existing.row("732829320")]).encode("cp1252")
        upload = io.BytesIO(content)
        upload.name = "réseau 2026.csv"
        page = network.post("network-imports", file=upload)
        assert "Quelle colonne est quoi" in page.content.decode()
        code = page.request["PATH_INFO"].split("/")[-3]
        columns = {name: str(at) for name, at in page.context["form"].initial.items()}
        preview = network.post("network-import-columns", code, **columns).content.decode()
        assert "3\u00a0partenariats" in preview
        assert "SIREN" in preview
        network.post("network-import-launch", code)
        job = JobRequest.objects.get(name="network.import")
        assert execute(job.code, worker_code="essai")
        job.refresh_from_db()
        assert (job.state, job.done_count, job.failed_count) == ("done", 3, 1)
        assert Partnership.objects.filter(certifier=network.house).count() == 3
        rejected = network.client.get(reverse("certifier:network-import-rejected", args=[network.house.code, code]))
        assert rejected["Content-Type"].startswith("application/vnd.openxmlformats")
        assert "convention signée" in network.get("network-progress")

    def test_a_file_that_is_no_table_says_why(self, network: Network) -> None:
        upload = io.BytesIO(b"%PDF-1.7")
        upload.name = "reseau.xlsx"
        assert "err" in network.post("network-imports", file=upload).content.decode()


def secret_in(page: str) -> str:
    found = re.search(r"/echeances/([\w-]+)\.ics", page)
    assert found is not None
    return found[1]


class TestRadar:
    def test_holds_what_is_to_declare_with_its_article(self, network: Network) -> None:
        network.habilitated("Atelier")
        page = network.get("radar")
        assert "R. 6113-16-5" in page
        assert "Déclarer à France compétences" in page
        assert "Déclarer à France compétences" in network.get("home", tout="")

    def test_a_calendar_is_read_at_a_secret_address_until_it_is_revoked(self, network: Network) -> None:
        network.habilitated("Atelier")
        page = network.post("radar-calendar").content.decode()
        url = reverse("certifier:radar-feed", args=[network.house.code, secret_in(page)])
        reader = Client()
        first, again = reader.get(url), reader.get(url)
        assert first["Content-Type"].startswith("text/calendar")
        body = first.content.decode()
        assert "BEGIN:VEVENT" in body
        uids = [line for line in body.splitlines() if line.startswith("UID")]
        assert uids == [line for line in again.content.decode().splitlines() if line.startswith("UID")]
        network.post("radar-calendar-revoke")
        assert reader.get(url).status_code == 404
        assert CalendarFeed.objects.get().revoked_at is not None

    def test_the_calendar_of_somebody_who_left_is_closed(self, network: Network) -> None:
        page = network.post("radar-calendar").content.decode()
        url = reverse("certifier:radar-feed", args=[network.house.code, secret_in(page)])
        network.manager.memberships.update(ended_at=network.now)
        assert Client().get(url).status_code == 404

    def test_the_weekly_letter_leaves_once(self, network: Network) -> None:
        network.habilitated("Atelier", first=network.today - timedelta(days=60))

        class Run:
            def now(self) -> Any:
                return network.now

            def progress(self, **_counts: int) -> None:
                """Nobody looks."""

        week.send_weeks(Run())  # type: ignore[arg-type]
        week.send_weeks(Run())  # type: ignore[arg-type]
        assert Message.objects.filter(kind="network.week", to_code=network.manager.code).count() == 1
        assert RadarLetter.objects.filter(person=network.manager).count() == 1


class TestCoverage:
    def test_says_where_nobody_stands_and_what_calls_offer(self, network: Network) -> None:
        network.habilitated("Atelier", kind="former")
        assert "1 départements couverts" in network.get("coverage")
        training = network.get("coverage", pour="former", export="csv")
        assessing = network.get("coverage", pour="organiser", export="csv")
        assert "Bouches-du-Rhône" not in training
        assert "Bouches-du-Rhône" in assessing
        assert "Ain" in training

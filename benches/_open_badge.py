# SPDX-License-Identifier: Apache-2.0
"""The credential that is measured: a full Open Badges 3.0 micro-credential of 51 statements, invented."""

from __future__ import annotations

from datetime import UTC, datetime

from jurande.core.proof import documents as d
from jurande.core.proof.template import Template, with_fields

HERE = "https://badges.example.fr"
ACHIEVEMENT = f"{HERE}/a/analyse-donnees-2"
ESCO = "http://data.europa.eu/esco/skill/2b92a5b2-6758-4ee3-9fb4-b6387a55cc8f"
NAME = "Analyse de données — niveau 2"
VALUES = {
    "code": "01JD0000000000000000000000",
    "learner": "did:key:z6MkhTNL7i2etLerDK8Acz5t528giE5KA4p75T6ka1E1D74r",
    "grade": "87",
    "index": "42",
    "since": "2026-11-22T00:00:00Z",
    "until": "2031-11-22T00:00:00Z",
    "awarded": "2026-11-20T09:00:00Z",
}


def sample() -> d.AchievementCredential:
    """Alignments with RNCP and ESCO, a result and its description, a status, a schema; every node has an IRI."""
    achievement = d.Achievement(
        id=ACHIEVEMENT,
        achievement_type="MicroCredential",
        name=NAME,
        description='Sait nettoyer, "agréger" et visualiser un jeu de données.\nNiveau 2.',
        in_language="fr",
        criteria=d.Criteria(id=f"{ACHIEVEMENT}#criteria", narrative="Réussir 3 épreuves sur 4."),
        image=d.Image(id=f"{ACHIEVEMENT}.png"),
        alignment=(
            d.rncp_alignment(f"{ACHIEVEMENT}#al-rncp", "RNCP37429", "Data analyst"),
            d.esco_alignment(f"{ACHIEVEMENT}#al-esco", ESCO, "analyser des données"),
        ),
        result_description=(
            d.ResultDescription(
                id=f"{ACHIEVEMENT}#rd1", name="Note finale", result_type="Percent", value_min="0", value_max="100"
            ),
        ),
    )
    credential = f"{HERE}/c/{VALUES['code']}"
    return d.AchievementCredential(
        id=credential,
        name=NAME,
        issuer=d.Profile(
            id="did:key:z6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z",
            name="Université d'Exemple",
            url="https://univ.example.fr",
        ),
        valid_from=datetime(2026, 11, 22, tzinfo=UTC),
        valid_until=datetime(2031, 11, 22, tzinfo=UTC),
        awarded_date=datetime(2026, 11, 20, 9, tzinfo=UTC),
        credential_subject=d.AchievementSubject(
            id=VALUES["learner"],
            achievement=achievement,
            result=(d.Result(id=f"{credential}#r1", result_description=f"{ACHIEVEMENT}#rd1", value=VALUES["grade"]),),
        ),
        credential_status=d.BitstringStatus(
            id=f"{HERE}/s/1#42",
            status_purpose="revocation",
            status_list_index=VALUES["index"],
            status_list_credential=f"{HERE}/s/1",
        ),
        credential_schema=(d.CredentialSchema(id=d.OPEN_BADGES_SCHEMA),),
    )


def template() -> Template:
    """The same with seven values that change from one learner to the next, in nine places."""
    document = sample().to_json()
    subject, status = document["credentialSubject"], document["credentialStatus"]
    assert isinstance(subject, dict)
    assert isinstance(status, dict)
    document |= {
        "id": f"{HERE}/c/((code))",
        "validFrom": "{{since}}",
        "validUntil": "{{until}}",
        "awardedDate": "{{awarded}}",
    }
    subject["id"] = "((learner))"
    subject["result"] = [{**subject["result"][0], "id": f"{HERE}/c/((code))#r1", "value": "{{grade}}"}]
    status |= {"id": f"{HERE}/s/1#((index))", "statusListIndex": "{{index}}"}
    return Template(with_fields(document))

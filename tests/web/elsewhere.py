"""Addresses that the matrix leaves to a test of their own."""

# Declared apart, with the test that holds each: letters belong to one person, not to a role; the demonstration's door
# exists only there; the API knows keys, not people.
ELSEWHERE = {
    "account:letter": "tests/web/test_account.py",
    "account:mark": "tests/web/test_account.py",
    "demonstration": "tests/demo/test_world.py",
    "demonstration-letters": "tests/demo/test_world.py",
    # Pages of names are few a minute: the matrix would read too many.
    "public:showcase-people": "tests/web/test_showcase.py",
    "public:showcase-people-en": "tests/web/test_showcase.py",
    "api:partners": "tests/web/test_api.py",
    "api:partner": "tests/web/test_api.py",
    **dict.fromkeys(
        ["api:awards", "api:award", "api:awards-lot", "api:awards-lot-prepare"], "tests/web/test_api_awards.py"
    ),
    "api:habilitation": "tests/web/test_habilitations.py",
    "api:habilitations": "tests/web/test_habilitations.py",
    "api:habilitations-check": "tests/web/test_habilitations.py",
    "api:proof": "tests/web/test_proofs.py",
    "api:proofs-check": "tests/web/test_proofs.py",
    "api:openapi-json": "tests/web/test_api.py",
    "api:api-root": "tests/web/test_api.py",
}

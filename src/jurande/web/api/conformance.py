"""The routes that public conformance suites call (VC-API). Test settings only, without log-in: JURANDE_CONFORMANCE=1.

They sign whatever they are asked to, with a key drawn when the process starts: the server refuses to open them to
anybody but this machine (config/cli/serve.py).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from jurande.core.encoding import jcs
from jurande.core.encoding.bits import BitString
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof import KeySigner, ProofOptions, add_proof, conformance, with_proof_object
from jurande.core.proof.status.bitstring import REVOCATION, list_credential, status_entry
from jurande.web.access import audience

SIGNER = KeySigner.from_seed(secrets.token_bytes(32))
ISSUER = SIGNER.verification_method.partition("#")[0]
ENTRIES = 131_072
LIST_LIFE = timedelta(days=1)
_next_index = count()


def _request(request: HttpRequest) -> dict[str, Any]:
    value = jcs.parse(request.body)
    if not isinstance(value, dict):
        raise EncodingError("a request is an object", code="conformance.request")
    return value


def _answer(answer: conformance.Answer) -> JsonResponse:
    return JsonResponse(answer.body, status=answer.status)


def _unreadable(error: EncodingError) -> JsonResponse:
    return JsonResponse({"errors": [f"{error.code}: {error}"]}, status=400)


@csrf_exempt
@require_POST
@audience("public")
def issue(request: HttpRequest) -> JsonResponse:
    """Sign a credential whose issuer is ours."""
    try:
        return _answer(conformance.issue(_request(request), signer=SIGNER, now=timezone.now()))
    except EncodingError as error:
        return _unreadable(error)


@csrf_exempt
@require_POST
@audience("public")
def issue_with_status(request: HttpRequest) -> JsonResponse:
    """Sign a credential after giving it an entry of the status list."""
    try:
        asked = _request(request)
    except EncodingError as error:
        return _unreadable(error)
    if isinstance(asked.get("credential"), dict):
        entry = status_entry(list_url=_list_url(), index=next(_next_index) % ENTRIES, purpose=REVOCATION)
        asked["credential"] = {**asked["credential"], "credentialStatus": entry}
    return _answer(conformance.issue(asked, signer=SIGNER, now=timezone.now()))


@csrf_exempt
@require_POST
@audience("public")
def verify_credential(request: HttpRequest) -> JsonResponse:
    """Say whether a credential verifies."""
    try:
        return _answer(conformance.verify_credential(_request(request), now=timezone.now()))
    except EncodingError as error:
        return _unreadable(error)


@csrf_exempt
@require_POST
@audience("public")
def verify_presentation(request: HttpRequest) -> JsonResponse:
    """Say whether a presentation, and what it holds, verifies."""
    try:
        return _answer(conformance.verify_presentation(_request(request), now=timezone.now()))
    except EncodingError as error:
        return _unreadable(error)


@require_safe
@audience("public")
def status_list(request: HttpRequest) -> JsonResponse:
    """The signed list in which nobody is revoked."""
    now = timezone.now()
    unsigned = list_credential(
        list_url=_list_url(),
        issuer=ISSUER,
        purpose=REVOCATION,
        bits=BitString.zeros(ENTRIES),
        valid_from=now,
        valid_until=now + LIST_LIFE,
    )
    return JsonResponse(with_proof_object(add_proof(unsigned, signer=SIGNER, options=ProofOptions(created=now))))


@require_safe
@audience("public")
def issuer(request: HttpRequest) -> JsonResponse:
    """The did:key to write as the suite's issuer."""
    return JsonResponse({"issuer": ISSUER})


def _list_url() -> str:
    return f"{settings.PUBLIC_URL}/conformance/status/1"


urlpatterns = [
    path("", issuer, name="conformance-issuer"),
    path("credentials/issue", issue, name="conformance-issue"),
    path("bsl/credentials/issue", issue_with_status, name="conformance-issue-status"),
    path("credentials/verify", verify_credential, name="conformance-verify"),
    path("presentations/verify", verify_presentation, name="conformance-verify-presentation"),
    path("status/1", status_list, name="conformance-status"),
]

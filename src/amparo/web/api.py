"""/api/v1: token bearers only. Each app brings a router; a token can do what its scopes say."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django_scopes import scope
from ninja import NinjaAPI
from ninja.security import HttpBearer

from amparo.base import AmparoError
from amparo.web.accounts.actions import token_digest
from amparo.web.accounts.models import ApiToken
from amparo.web.common.errors import NotAllowed, NotFound, say
from amparo.web.matches.api import media
from amparo.web.traces.api import ledger


class Bearer(HttpBearer):
    """Authorization: Bearer amparo_…; unknown, expired and revoked tokens answer alike (401)."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        return (
            ApiToken.objects.select_related("agency", "person")
            .filter(digest=token_digest(token), revoked=None, expires__gt=timezone.now(), person__is_active=True)
            .first()
        )


api = NinjaAPI(
    title="Amparo", version="1", auth=Bearer(), docs_url=None, openapi_url="openapi.json", urls_namespace="api"
)


@api.exception_handler(AmparoError)
def refuse(request: HttpRequest, error: AmparoError) -> Any:
    status = 404 if isinstance(error, NotFound) else 403 if isinstance(error, NotAllowed) else 400
    said = say(error)
    return api.create_response(
        request, {"code": said.code, "sentence": said.sentence, "advice": said.advice}, status=status
    )


@api.get("/whoami", summary="Which agency and scopes this token has")
def whoami(request: HttpRequest) -> dict[str, Any]:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    with scope(agency=token.agency):
        return {"agency": token.agency.slug, "scopes": token.scopes, "purpose": token.purpose}


api.add_router("/media", media)
api.add_router("/ledger", ledger)

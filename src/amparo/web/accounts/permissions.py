"""require(): the one question every action asks first. There is no way to skip it."""

from amparo.web.accounts.models import ApiToken, Person
from amparo.web.common.errors import NotAllowed


def require(person: Person, permission: str) -> None:
    """Raise NotAllowed unless one of the person's roles holds `permission`."""
    if not person.may(permission):
        raise NotAllowed(permission=permission)


def require_scope(token: ApiToken, permission: str) -> None:
    """Raise NotAllowed unless the token has this scope and its maker still may do it."""
    if permission not in token.scopes:
        raise NotAllowed(permission=permission)
    require(token.person, permission)

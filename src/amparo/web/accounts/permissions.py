"""require(): the one question every action asks first. There is no way to skip it."""

from amparo.web.accounts.models import Person
from amparo.web.common.errors import NotAllowed


def require(person: Person, permission: str) -> None:
    """Raise NotAllowed unless one of the person's roles holds `permission`."""
    if not person.may(permission):
        raise NotAllowed(permission=permission)

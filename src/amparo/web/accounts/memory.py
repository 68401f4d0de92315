"""The short memory behind sign-in: failed attempts and used codes, shared by all processes and kept over a restart.

allauth counts wrong passwords and codes, and marks a code as used, in Django's cache. A cache in each process's own
memory would give a guesser as many tries as there are processes. Values are JSON, never pickled; keys are kept as
keyed hashes, because they name usernames and addresses.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from amparo.web.accounts.models import Remembered


class SignInMemory(BaseCache):
    """Django's cache over one small table. What never expires elsewhere is kept for a day here."""

    LONGEST = timedelta(days=1)

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep `value` unless the key is there; True for one caller only, also among processes."""
        hashed = self._hashed(key, version)
        Remembered.objects.filter(key=hashed, until__lte=timezone.now()).delete()
        try:
            with transaction.atomic():
                Remembered.objects.create(key=hashed, value=value, until=self._until(timeout))
        except IntegrityError:
            return False
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        found = Remembered.objects.filter(key=self._hashed(key, version), until__gt=timezone.now()).first()
        return default if found is None else found.value

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep `value`, and forget what is over."""
        Remembered.objects.filter(until__lte=timezone.now()).delete()
        fields = {"value": value, "until": self._until(timeout)}
        Remembered.objects.update_or_create(key=self._hashed(key, version), defaults=fields)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        kept = Remembered.objects.filter(key=self._hashed(key, version), until__gt=timezone.now())
        return bool(kept.update(until=self._until(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(Remembered.objects.filter(key=self._hashed(key, version)).delete()[0])

    def clear(self) -> None:
        Remembered.objects.all().delete()

    def _until(self, timeout: Any) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return timezone.now() + (self.LONGEST if seconds is None else timedelta(seconds=seconds))

    def _hashed(self, key: str, version: int | None) -> str:
        return salted_hmac("amparo.sign-in", self.make_key(key, version), algorithm="sha256").hexdigest()

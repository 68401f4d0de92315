"""The agency's signing key: one file outside the database, made once."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from amparo.custody import SigningKey
from amparo.web.common.home import folder


def signing_key(agency_id: UUID) -> SigningKey:
    """Return keys/signing-ID.pem, drawn on first use and never replaced."""
    path = folder("keys") / f"signing-{agency_id}.pem"
    if not path.exists():
        # Another process may draw it in this very moment: then its key is the one.
        with suppress(FileExistsError):
            SigningKey.generate().save(path)
    return SigningKey.load(path)


def key_valid_from(agency_id: UUID) -> datetime:
    """When the key's file was written."""
    return datetime.fromtimestamp((folder("keys") / f"signing-{agency_id}.pem").stat().st_mtime, UTC)

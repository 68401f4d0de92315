"""Asking others for chain data: transports through a named exit, patience, a cache on disk, and who allowed it."""

from amparo.ledger.nodes.cache import Cache, Cached
from amparo.ledger.nodes.patient import Patient
from amparo.ledger.nodes.permission import Asked, Permission
from amparo.ledger.nodes.transport import HttpTransport, Transport, cookie_auth

__all__ = ["Asked", "Cache", "Cached", "HttpTransport", "Patient", "Permission", "Transport", "cookie_auth"]

"""Messages under a report's key: what reporter and staff write to each other."""

import json
from typing import Any, Final
from uuid import uuid4

from django.db.models import Max

from amparo.base import canonical, clean_text
from amparo.web.reports import sealing
from amparo.web.reports.days import today
from amparo.web.reports.errors import MessageDoesNotFit
from amparo.web.reports.models import Message, Report
from amparo.web.reports.sealing import Place

LONGEST: Final = 5000


def write_message(report: Report, key: bytes, sender: str, content: dict[str, Any]) -> Message:
    """Seal one message at the end of the report's messages. `content`: {"text": …} or {"template": …}."""
    last = Message.objects.filter(report=report).aggregate(last=Max("seq"))["last"] or 0
    pk = uuid4()
    sealed = sealing.seal_part(key, canonical(content).encode(), _place(report, str(pk)))
    return Message.objects.create(
        id=pk, report=report, seq=last + 1, sender=sender, sealed=sealed, day=today(report.agency)
    )


def read_message(message: Message, report: Report, key: bytes) -> dict[str, Any]:
    """Return a message's content. Raises DoesNotOpen if it was moved from another report or changed."""
    opened: dict[str, Any] = json.loads(sealing.open_part(key, bytes(message.sealed), _place(report, str(message.pk))))
    return opened


def cleaned_message(text: str) -> str:
    """Return what is kept of a typed message. Raises MessageDoesNotFit if it is empty or too long."""
    cleaned = clean_text(text).strip()
    if not 0 < len(cleaned) <= LONGEST:
        raise MessageDoesNotFit(length=len(cleaned), limit=LONGEST)
    return cleaned


def _place(report: Report, message_id: str) -> Place:
    return Place(report.pk, f"message:{message_id}", report.schema_version)

"""How much a token may ask: a list must not be read out by trying values, and one caller must not stop the others."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from amparo.base import gettext_noop
from amparo.web.accounts.models import ApiToken
from amparo.web.matches.errors import BudgetSpent
from amparo.web.matches.models import LookupSpent
from amparo.web.matches.policy import policy

SECONDS: Final = {LookupSpent.Span.MINUTE: 60, LookupSpent.Span.DAY: 86_400}
WORDS: Final = {LookupSpent.Span.MINUTE: gettext_noop("minute"), LookupSpent.Span.DAY: gettext_noop("day")}


@transaction.atomic
def spend(token: ApiToken, hashes: int) -> None:
    """Count `hashes` in both spans, or in none and raise BudgetSpent. Spans are whole minutes and days by UTC."""
    now = timezone.now()
    for span, seconds in SECONDS.items():
        began = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
        limit = int(policy(token.agency, f"lookup_{span}"))
        LookupSpent.objects.get_or_create(token=token, span=span, defaults={"since": began})
        row = LookupSpent.objects.filter(token=token, span=span)
        row.filter(since__lt=began).update(since=began, hashes=0)
        # One statement asks and counts: between two, another process could count too.
        if not row.filter(hashes__lte=limit - hashes).update(hashes=F("hashes") + hashes):
            left = seconds - int((now - began).total_seconds())
            spent = row.values_list("hashes", flat=True).get()
            raise BudgetSpent(limit=limit, span=WORDS[span], spent=spent, asked=hashes, seconds=left)

"""Days: what reporters do is dated to the day, in their agency's zone."""

from datetime import date
from zoneinfo import ZoneInfo

from amparo.base import utc_now
from amparo.web.accounts.models import Agency


def today(agency: Agency) -> date:
    return utc_now().astimezone(ZoneInfo(agency.time_zone)).date()

"""Tips: CyberTip-shaped deliveries of platforms and clearing houses, read, compared, linked and ranked."""

from amparo.exchange.tips.delivery import LooseFile, read_delivery
from amparo.exchange.tips.kinds import INCIDENT_KINDS, INTERNET_KINDS, incident_kind
from amparo.exchange.tips.links import PURPOSES, account_keys, link_keys, person_keys
from amparo.exchange.tips.same import Sameness, content_digest, file_digests, report_key, same_report
from amparo.exchange.tips.tip import (
    ROLES,
    SHAPES,
    Contact,
    Device,
    InternetDetail,
    IpCapture,
    LawEnforcement,
    Location,
    Tip,
    TipFile,
    TipPerson,
)

__all__ = [
    "INCIDENT_KINDS",
    "INTERNET_KINDS",
    "PURPOSES",
    "ROLES",
    "SHAPES",
    "Contact",
    "Device",
    "InternetDetail",
    "IpCapture",
    "LawEnforcement",
    "Location",
    "LooseFile",
    "Sameness",
    "Tip",
    "TipFile",
    "TipPerson",
    "account_keys",
    "content_digest",
    "file_digests",
    "incident_kind",
    "link_keys",
    "person_keys",
    "read_delivery",
    "report_key",
    "same_report",
]

"""Tips: CyberTip-shaped deliveries of platforms and clearing houses, read, compared, linked and ranked."""

from amparo.exchange.tips.kinds import INCIDENT_KINDS, INTERNET_KINDS, incident_kind
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
    "ROLES",
    "SHAPES",
    "Contact",
    "Device",
    "InternetDetail",
    "IpCapture",
    "LawEnforcement",
    "Location",
    "Tip",
    "TipFile",
    "TipPerson",
    "incident_kind",
]

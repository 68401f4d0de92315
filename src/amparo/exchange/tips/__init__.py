"""Tips: CyberTip-shaped deliveries of platforms and clearing houses, read, compared, linked and ranked."""

from amparo.exchange.tips.assess import ACTIONABILITY, DANGER, REASONS, TipFacts, assess
from amparo.exchange.tips.delivery import LooseFile, read_delivery
from amparo.exchange.tips.kinds import INCIDENT_KINDS, INTERNET_KINDS, PROBLEMS, incident_kind
from amparo.exchange.tips.links import PURPOSES, account_keys, link_keys, person_keys
from amparo.exchange.tips.same import Sameness, content_digest, file_digests, report_key, same_report
from amparo.exchange.tips.senders import SenderScore, SenderTip, sender_score
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
from amparo.exchange.tips.values import NOT_SAID
from amparo.exchange.tips.writing import write_tip

__all__ = [
    "ACTIONABILITY",
    "DANGER",
    "INCIDENT_KINDS",
    "INTERNET_KINDS",
    "NOT_SAID",
    "PROBLEMS",
    "PURPOSES",
    "REASONS",
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
    "SenderScore",
    "SenderTip",
    "Tip",
    "TipFacts",
    "TipFile",
    "TipPerson",
    "account_keys",
    "assess",
    "content_digest",
    "file_digests",
    "incident_kind",
    "link_keys",
    "person_keys",
    "read_delivery",
    "report_key",
    "same_report",
    "sender_score",
    "write_tip",
]

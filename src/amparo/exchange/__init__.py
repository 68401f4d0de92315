"""Exchange: sealed, signed referrals to another agency, and exports of findings."""

from amparo.exchange.errors import (
    AlteredReferral,
    ContentRefused,
    NotAnIdentity,
    NotForUs,
    PlaceTaken,
    ReferralTooLarge,
    ReplayedReferral,
    UnknownSender,
)
from amparo.exchange.exports import EXPORTS, FindingExport
from amparo.exchange.identities import Identity, new_identity, recipient_of
from amparo.exchange.opening import Referral, open_referral
from amparo.exchange.sealing import ReferralReport, seal_referral
from amparo.exchange.tables import safe_cell, write_csv

__all__ = [
    "EXPORTS",
    "AlteredReferral",
    "ContentRefused",
    "FindingExport",
    "Identity",
    "NotAnIdentity",
    "NotForUs",
    "PlaceTaken",
    "Referral",
    "ReferralReport",
    "ReferralTooLarge",
    "ReplayedReferral",
    "UnknownSender",
    "new_identity",
    "open_referral",
    "recipient_of",
    "safe_cell",
    "seal_referral",
    "write_csv",
]

"""Decoders: wrapped bytes to the bytes inside, one step of a forensic path each, never without a limit."""

from amparo.decoders.decoder import Decoder, Member
from amparo.decoders.errors import DecodedBroken, DecodedTooMuch
from amparo.decoders.limits import Budget, Limits
from amparo.decoders.names import escape_name, is_unsafe_name
from amparo.decoders.registry import DECODERS, HEAD, decoder_for
from amparo.decoders.spool import Spool

__all__ = [
    "DECODERS",
    "HEAD",
    "Budget",
    "DecodedBroken",
    "DecodedTooMuch",
    "Decoder",
    "Limits",
    "Member",
    "Spool",
    "decoder_for",
    "escape_name",
    "is_unsafe_name",
]

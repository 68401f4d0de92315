"""Untrusted pictures and videos, decoded in processes of their own with limits."""

from amparo.media.decoder.client import Decoder, shared_decoder
from amparo.media.decoder.kinds import HEAD_BYTES, Look, is_heic, look, named_like_a_picture, named_like_a_video
from amparo.media.decoder.limits import DEFAULT, Limits

__all__ = [
    "DEFAULT",
    "HEAD_BYTES",
    "Decoder",
    "Limits",
    "Look",
    "is_heic",
    "look",
    "named_like_a_picture",
    "named_like_a_video",
    "shared_decoder",
]

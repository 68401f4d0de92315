"""Untrusted pictures, decoded in a process of their own with limits."""

from amparo.media.decoder.client import Decoder, shared_decoder
from amparo.media.decoder.kinds import HEAD_BYTES, Look, look, named_like_a_picture
from amparo.media.decoder.limits import DEFAULT, Limits

__all__ = ["DEFAULT", "HEAD_BYTES", "Decoder", "Limits", "Look", "look", "named_like_a_picture", "shared_decoder"]

"""The decoders, in the order their signatures are asked."""

from typing import Final

from amparo.base import Registry
from amparo.decoders.decoder import Decoder
from amparo.decoders.pdf import Pdf
from amparo.decoders.stream import Bzip2, Gzip, Xz
from amparo.decoders.tar import Tar
from amparo.decoders.zip import Zip

DECODERS: Final[Registry[Decoder]] = Registry("decoder", Gzip(), Bzip2(), Xz(), Zip(), Tar(), Pdf())

HEAD: Final = max(decoder.head for decoder in DECODERS)


def decoder_for(head: bytes) -> Decoder | None:
    """Return the decoder whose signature `head` (the first `HEAD` bytes) carries, or None."""
    return next((decoder for decoder in DECODERS if decoder.fits(head)), None)

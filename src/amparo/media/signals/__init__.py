"""SIGNALS: the hashes a list may hold and a scan compares, strongest first."""

from typing import Final

from amparo.base import Registry
from amparo.media.signals.md5 import Md5
from amparo.media.signals.pdq import Pdq
from amparo.media.signals.photodna import PhotoDna
from amparo.media.signals.sha1 import Sha1
from amparo.media.signals.sha256 import Sha256
from amparo.media.signals.signal import ByteSignal, Example, Signal

#: In order of how much a match says; one hit is reported by the strongest signal that agrees.
SIGNALS: Final[Registry[Signal]] = Registry("signal", Sha256(), Sha1(), Md5(), Pdq(), PhotoDna())

__all__ = ["SIGNALS", "ByteSignal", "Example", "Md5", "Pdq", "PhotoDna", "Sha1", "Sha256", "Signal"]

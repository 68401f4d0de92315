"""E01 (EWF) disk images: our own reader, because the usual library drops the last bytes of odd sizes.

Format: libyal/libewf documentation, checked against images of libewf, EnCase 4 and FTK Imager.
"""

from amparo.evidence.ewf.image import EwfImage
from amparo.evidence.ewf.segments import find_segments, is_ewf
from amparo.evidence.ewf.writer import ewf_bytes, write_ewf

__all__ = ["EwfImage", "ewf_bytes", "find_segments", "is_ewf", "write_ewf"]

"""What one picture may cost. Beyond it a picture is skipped with its reason, never half decoded."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of the file, pixels of the picture, address space, seconds of processor and of waiting."""

    file_bytes: int = 64 * MIB
    pixels: int = 100_000_000
    memory_bytes: int = 2048 * MIB
    cpu_seconds: int = 30
    wall_seconds: float = 60.0


DEFAULT: Final = Limits()

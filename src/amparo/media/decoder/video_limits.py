"""What one video may cost. What is read when time or frames run out is kept and said; a hang costs the video."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """`copy_bytes`: of a video inside a container, which is copied to a nameless temporary file; a real file is read in
    place, whatever its size. `seconds`: of playing time. `frames`: kept of one video, and previews of one call.
    `pixels`: of one picture. `memory_bytes`: address space of the process. `work_seconds`: after which a pass ends with
    what it has; `preview_seconds`: after which a call for previews fails, for a person waits for them; `cpu_seconds`,
    `wall_seconds`: after which the process is ended.
    """

    copy_bytes: int = 8192 * MIB
    seconds: int = 24 * 3600
    frames: int = 20_000
    previews: int = 200
    pixels: int = 40_000_000
    memory_bytes: int = 2048 * MIB
    work_seconds: int = 600
    preview_seconds: int = 20
    cpu_seconds: int = 700
    wall_seconds: float = 900.0


DEFAULT_VIDEO: Final = VideoLimits()

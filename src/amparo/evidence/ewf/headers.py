"""What an E01 says about its own making: header and header2 (text), volume, hash, digest, error2."""

import struct
import zlib
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

_NAMES: Final = {
    "a": "description", "c": "case_number", "n": "evidence_number", "e": "examiner", "t": "notes", "md": "model",
    "sn": "serial_number", "l": "label", "av": "tool_version", "ov": "platform", "m": "acquired", "u": "system_time",
    "p": "password_hash", "r": "compression",
}  # fmt: skip
_LONGEST: Final = 1024 * 1024


class Volume(NamedTuple):
    chunks: int
    sectors_per_chunk: int
    bytes_per_sector: int
    sectors: int
    media_type: int
    set_id: str

    @property
    def chunk_size(self) -> int:
        return self.sectors_per_chunk * self.bytes_per_sector


def parse_volume(payload: bytes) -> Volume | None:
    """Parse `volume`, `disk` or `data` (1052 bytes); None if its checksum fails or its sizes make no sense."""
    if len(payload) < 1052 or zlib.adler32(payload[:1048]) != struct.unpack_from("<I", payload, 1048)[0]:
        return None
    media_type, chunks, per_chunk, sector_size, sectors = struct.unpack_from("<B3xIIIQ", payload)
    volume = Volume(chunks, per_chunk, sector_size, sectors, media_type, payload[64:80].hex())
    return volume if 0 < volume.chunk_size <= 64 * 1024 * 1024 else None


def parse_header(payload: bytes) -> dict[str, str] | None:
    """Return the acquisition facts of `header` or `header2`, times as ISO 8601 where they are; None if unreadable."""
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(payload, _LONGEST)
    except zlib.error:
        return None
    if not inflater.eof:
        return None
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    text = data.decode("utf-16" if wide else "latin-1", "replace").replace("\r\n", "\n")
    lines = text.split("\n")
    if len(lines) < 4 or lines[1].strip() != "main":
        return None
    pairs = zip(lines[2].split("\t"), lines[3].split("\t"), strict=False)
    return {_NAMES.get(key, key): _value(key, value) for key, value in pairs if value}


def _value(key: str, value: str) -> str:
    """header2 gives Unix seconds (UTC); header gives a wall clock of an unknown zone: kept apart by the Z."""
    if key not in {"m", "u"}:
        return value
    parts = value.split(" ")
    try:
        if len(parts) == 1:
            return datetime.fromtimestamp(int(value), UTC).isoformat().replace("+00:00", "Z")
        return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*(int(part) for part in parts))
    except (ValueError, OverflowError, OSError, IndexError):
        return value


def parse_hashes(kind: str, payload: bytes) -> dict[str, str] | None:
    """Return the stored media hashes of `hash` (MD5) or `digest` (MD5, SHA-1); None if the section is damaged."""
    checked = {"hash": 32, "digest": 76}[kind]
    if len(payload) < checked + 4 or zlib.adler32(payload[:checked]) != struct.unpack_from("<I", payload, checked)[0]:
        return None
    found = {"md5": payload[:16].hex()}
    if kind == "digest":
        found["sha1"] = payload[16:36].hex()
    # Tools that computed only one of the two leave the other zero.
    return {name: digest for name, digest in found.items() if digest.strip("0")}


def parse_bad_sectors(payload: bytes) -> list[dict[str, Any]] | None:
    """Return the sectors the acquisition could not read (`error2`): first and count each; None if damaged."""
    if len(payload) < 520 or zlib.adler32(payload[:516]) != struct.unpack_from("<I", payload, 516)[0]:
        return None
    count = struct.unpack_from("<I", payload)[0]
    if len(payload) < 520 + 8 * count:
        return None
    return [
        {"first": first, "count": length} for first, length in struct.iter_unpack("<II", payload[520 : 520 + 8 * count])
    ]

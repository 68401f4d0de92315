"""The hash list and the tag pack of a world, in the formats that the media and ledger engines read."""

import csv
import hashlib
from io import StringIO
from typing import Final

from amparo.academy.worlds.chain import Ransom
from amparo.academy.worlds.exhibits import Photo
from amparo.base import Blob

PURPOSE: Final = "training"
EXCHANGE: Final = "Example Exchange (synthetic)"
SWAP: Final = "Sample Swap (synthetic)"


def hash_list(photos: tuple[Photo, ...]) -> str:
    """Return the CSV of all listed photos: md5, sha1, sha256, pdq, label, purpose. Labels are the drill's own."""
    file = StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["md5", "sha1", "sha256", "pdq", "label", "purpose"])
    for number, photo in enumerate(sorted(photos, key=lambda each: each.name)):
        if photo.listed is not None:
            rows.writerow([*_digests(photo.listed), f"drill-{number:02d}", PURPOSE])
    return file.getvalue()


def _digests(data: bytes) -> list[str]:
    from amparo.media import hash_blob  # starts the picture decoder: only when a list is made

    pdq = hash_blob(Blob.from_bytes(data, "listed.jpg")).pdq
    return [
        hashlib.md5(data, usedforsecurity=False).hexdigest(),
        hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        hashlib.sha256(data).hexdigest(),
        pdq.hex if pdq is not None else "",
    ]


def tag_pack(ransom: Ransom) -> str:
    """Return a TagPack (GraphSense's YAML) that names the two services."""
    return f"""title: Services of the training chain
creator: Amparo academy
description: Made-up services on a made-up chain; for training only
lastmod: 2026-01-01
source: https://training.example.org/tags
currency: BTC
confidence: service_data
tags:
- address: '{ransom.exchange}'
  label: '{EXCHANGE}'
  category: exchange
- address: '{ransom.swap}'
  label: '{SWAP}'
  category: exchange
"""

"""What a match keeps for its reviewers beside why it matched."""

from typing import Any

from amparo.media import MIN_QUALITY, Hashes, Hit


def review_facts(hashes: Hashes, hit: Hit) -> dict[str, Any]:
    """Fields of a new Match: weaker signals that agree, the decoder, the picture's hashes, a video's segments."""
    picture, video = hashes.pdq, hashes.video
    decoder = picture.decoder if picture else video.decoder if video else None
    return {
        "also": list(hit.also),
        "decoder": decoder[:120] if decoder else None,
        "pdqs": " ".join(picture.variants[:8]) if picture and picture.quality >= MIN_QUALITY else None,
        "segments": [each.as_dict() for each in hit.segments],
        "verdict": hit.verdict,
    }

"""Videos: hash their pictures in a process of its own, and find stretches of listed videos in them."""

from amparo.media.decoder.video_client import VideoDecoder, shared_video_decoder
from amparo.media.decoder.video_limits import VideoLimits
from amparo.media.video.entries import video_entries
from amparo.media.video.hashing import hash_video, video_frames
from amparo.media.video.match import Verdict, VideoHit, match_video, verdict
from amparo.media.video.order import Segment
from amparo.media.video.triage import Examined, examine_video
from amparo.media.video_hash import VideoFrame, VideoHash

__all__ = [
    "Examined",
    "Segment",
    "Verdict",
    "VideoDecoder",
    "VideoFrame",
    "VideoHash",
    "VideoHit",
    "VideoLimits",
    "examine_video",
    "hash_video",
    "match_video",
    "shared_video_decoder",
    "verdict",
    "video_entries",
    "video_frames",
]

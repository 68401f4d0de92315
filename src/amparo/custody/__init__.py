"""Hash-chained custody logs, Ed25519 signatures, checkpoints and Merkle trees: pure functions, no storage."""

from amparo.custody.chain import ChainReport, ChainWalk, Event, event_line, first_prev, next_prev, verify_chain
from amparo.custody.checkpoints import Checkpoint, checkpoint_holds, checkpoint_of, sign_checkpoint
from amparo.custody.errors import BadKey, BadLine, BadProof, LooseKeyFile
from amparo.custody.keys import SigningKey, key_id, verify
from amparo.custody.merkle import MerkleRoot, inclusion_holds, inclusion_proof, merkle_root

__all__ = [
    "BadKey",
    "BadLine",
    "BadProof",
    "ChainReport",
    "ChainWalk",
    "Checkpoint",
    "Event",
    "LooseKeyFile",
    "MerkleRoot",
    "SigningKey",
    "checkpoint_holds",
    "checkpoint_of",
    "event_line",
    "first_prev",
    "inclusion_holds",
    "inclusion_proof",
    "key_id",
    "merkle_root",
    "next_prev",
    "sign_checkpoint",
    "verify",
    "verify_chain",
]

"""Merkle proofs: that a transaction's bytes are in a mined block, for anyone to check."""

from amparo.ledger.proof.bundle import bundle_proofs, proof_path
from amparo.ledger.proof.make import NEXT_HEADERS, merkle_proof, merkle_proofs
from amparo.ledger.proof.proof import Proof
from amparo.ledger.proof.raw import RawBlocks, SourceBlocks
from amparo.ledger.proof.transaction import stripped, txid_of

__all__ = [
    "NEXT_HEADERS",
    "Proof",
    "RawBlocks",
    "SourceBlocks",
    "bundle_proofs",
    "merkle_proof",
    "merkle_proofs",
    "proof_path",
    "stripped",
    "txid_of",
]

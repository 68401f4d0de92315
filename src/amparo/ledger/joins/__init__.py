"""Joins between books: proposed by records, references, accounts and amounts; decided by people; traced across."""

from amparo.ledger.joins.decisions import Decision, accepted_joins, decide, join_id
from amparo.ledger.joins.propose import propose
from amparo.ledger.joins.settings import REASONS, Proposal, Settings
from amparo.ledger.joins.staged import Crossing, JoinedTrace, rerun_joined, trace_joined

__all__ = [
    "REASONS",
    "Crossing",
    "Decision",
    "JoinedTrace",
    "Proposal",
    "Settings",
    "accepted_joins",
    "decide",
    "join_id",
    "propose",
    "rerun_joined",
    "trace_joined",
]

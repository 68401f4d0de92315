"""The first blocks of the chain, loaded once a test, in a home of its own."""

from pathlib import Path

import pytest

from amparo.web.accounts.models import Person
from amparo.web.common.models import Job
from amparo.web.traces.actions import load_chain, start_trace
from amparo.web.traces.models import ChainWindow, Trace


@pytest.fixture
def chain(home: Path, shared: Path, lead: Person, in_agency: None) -> ChainWindow:
    return load_chain(actor=lead, source=shared / "chain/blk00TEST00.dat", name="First blocks")


@pytest.fixture
def traced(lead, case, chain, at_once):
    """traced("9:0", rules=("fifo",)): a finished trace."""

    def make(seed: str = "9:0", rules=("fifo", "haircut"), at=chain, **more) -> Trace:
        with at_once():
            made = start_trace(actor=lead, case=case, chain=at, seed=seed, rules=rules, **more)
        made.refresh_from_db()
        assert Job.objects.get(pk=made.job_id).state == "done"
        return made

    return make


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A TagPack (made up) on two addresses of the flow from output 9:0, one of them an exchange."""
    path = tmp_path / "pack.yaml"
    path.write_text(
        "title: Made-up tags\ncreator: A trainer\nsource: https://tags.example/\nlastmod: 2024-02-26\ncurrency: BTC\n"
        "tags:\n"
        "- address: 1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3\n  label: Wallet of a witness\n  confidence: forensic\n"
        "  abuse: scam\n"
        "- address: 1DUDsfc23Dv9sPMEk5RsrtfzCw5ofi5sVW\n  label: Swap <b>Ltd</b>\n  category: exchange\n"
    )
    return path

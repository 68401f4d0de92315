"""Addresses: published vectors, then every single changed sign is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.addresses import BASE58, BECH32, NETWORKS, normal, parse, render
from amparo.ledger.errors import BadAddress
from amparo.ledger.scripts import ScriptKind, classify

BITCOIN, TESTNET = NETWORKS[:2]

# BIP 173, BIP 350 and the genesis block.
KNOWN = [
    ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac"),
    ("3P14159f73E4gFr7JterCCQh9QjiTjiZrG", "a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87"),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "0014751e76e8199196d454941c45d1b3a323f1433bd6"),
    (
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    ),
]


@pytest.mark.parametrize(("address", "script"), KNOWN)
def test_published_vectors(address, script):
    kind, payload = classify(bytes.fromhex(script))
    assert render(kind, payload, BITCOIN) == address
    assert parse(address, BITCOIN) == (kind, payload)


def test_networks_write_their_own_prefix():
    payload = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
    assert render(ScriptKind.P2WPKH, payload, TESTNET) == "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
    assert render(ScriptKind.P2PKH, payload, TESTNET)[0] in "mn"
    with pytest.raises(BadAddress):
        parse("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", BITCOIN)


@pytest.mark.parametrize("address", [address for address, _ in KNOWN])
def test_any_one_changed_sign_is_refused(address):
    signs = BECH32 if address.startswith("bc1") else BASE58
    for place in range(len(address)):
        for sign in (signs[3], signs[17]):
            changed = address[:place] + sign + address[place + 1 :]
            if changed != address:
                with pytest.raises(BadAddress):
                    parse(changed, BITCOIN)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "1",
        "bc1",
        "bc1q",
        "Bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",  # bech32m checksum on version 0
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",  # bech32 checksum on version 1
        "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
        "ADDR€SS",
        "\ud800",
    ],
)
def test_forms_that_are_no_address(address):
    with pytest.raises(BadAddress):
        parse(address, BITCOIN)


@settings(max_examples=80, deadline=None)
@given(
    st.binary(min_size=20, max_size=20),
    st.binary(min_size=32, max_size=32),
    st.sampled_from([network for network in NETWORKS if network.hrp]),  # the others have no bech32 form
)
def test_what_is_written_is_read_back(short, long, network):
    kinds = [(ScriptKind.P2PKH, short), (ScriptKind.P2SH, short), (ScriptKind.P2WPKH, short)]
    kinds += [(ScriptKind.P2WSH, long), (ScriptKind.P2TR, long)]
    for kind, payload in kinds:
        assert parse(render(kind, payload, network), network) == (kind, payload)


def test_bech32_in_capitals_is_the_same_address():
    address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert parse(address.upper(), BITCOIN) == parse(address, BITCOIN)
    assert normal(f" {address.upper()} ") == address
    assert normal("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa") == "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"

"""haircut: worked by hand, then laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.ledger.errors import TaintExceedsValue
from amparo.ledger.taint.haircut import Shares, haircut

amounts = st.lists(st.integers(0, 21_000_000 * 10**8), min_size=1, max_size=50)


@pytest.mark.parametrize(
    ("tainted", "outputs", "fee", "expected"),
    [
        pytest.param(50, [60, 40], 0, Shares((30, 20), 0), id="half-tainted"),
        pytest.param(10, [90, 0], 10, Shares((9, 0), 1), id="fee-takes-its-share"),
        pytest.param(1, [1, 1], 0, Shares((1, 0), 0), id="tie-goes-to-first-output"),
        pytest.param(0, [0, 0], 0, Shares((0, 0), 0), id="nothing-moves-nothing"),
    ],
)
def test_worked_examples(tainted, outputs, fee, expected):
    assert haircut(tainted, outputs, fee) == expected


@pytest.mark.parametrize("tainted", [-1, 101])
def test_refuses_taint_that_does_not_fit(tainted):
    with pytest.raises(TaintExceedsValue, match="100"):
        haircut(tainted, [60, 40])


@settings(max_examples=60, deadline=None)
@given(amounts, st.integers(0, 10**8), st.data())
def test_conserves_value_and_never_overfills_an_output(outputs, fee, data):
    tainted = data.draw(st.integers(0, sum(outputs) + fee))
    shares = haircut(tainted, outputs, fee)
    assert sum(shares.outputs) + shares.fee == tainted
    assert all(0 <= got <= value for got, value in zip(shares.outputs, outputs, strict=True))

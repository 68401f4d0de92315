"""The stock of ready wraps: slow ones while it lasts, fast ones after, each opens."""

import time
from uuid import uuid4

from amparo.web.reports import sealing
from amparo.web.reports.sealing import Kdf
from amparo.web.reports.wraps import WrapPool

QUICK = Kdf("argon2id", 8192, 1)


def test_an_empty_stock_gives_a_fast_wrap_at_once():
    pool = WrapPool(size=1, kdf=Kdf("argon2id", 64 * 1024**2, 3))
    ready = pool.take()
    assert ready.kdf == sealing.FAST
    assert sealing.FAST.derive(ready.code, ready.salt) == ready.wrapping_key


def test_a_filled_stock_gives_slow_wraps_that_open():
    pool = WrapPool(size=3, kdf=QUICK)
    pool.start()
    deadline = time.monotonic() + 10
    while pool._ready.qsize() < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    first, second = pool.take(), pool.take()
    assert first.kdf == second.kdf == QUICK
    assert first.code != second.code
    owner, key = uuid4(), sealing.new_key()
    wrapped = sealing.wrap(first.wrapping_key, owner, key)
    assert sealing.unwrap(QUICK.derive(first.code, first.salt), owner, wrapped) == key

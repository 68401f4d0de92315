"""The kinds, in the order they are looked for."""

from typing import Final

from amparo.base import Registry
from amparo.observables.kind import Kind
from amparo.observables.kinds.btc import Btc
from amparo.observables.kinds.btc_testnet import BtcTestnet
from amparo.observables.kinds.camera import Camera
from amparo.observables.kinds.card import Card
from amparo.observables.kinds.dash import Dash
from amparo.observables.kinds.doge import Doge
from amparo.observables.kinds.email import Email
from amparo.observables.kinds.eth import Eth
from amparo.observables.kinds.geo import Geo
from amparo.observables.kinds.hash import Hash
from amparo.observables.kinds.iban import Iban
from amparo.observables.kinds.ipv4 import Ipv4
from amparo.observables.kinds.ipv6 import Ipv6
from amparo.observables.kinds.ltc import Ltc
from amparo.observables.kinds.onion import Onion
from amparo.observables.kinds.phone import Phone
from amparo.observables.kinds.seed import Seed
from amparo.observables.kinds.trx import Trx
from amparo.observables.kinds.url import Url
from amparo.observables.kinds.xmr import Xmr

KINDS: Final[Registry[Kind]] = Registry(
    "observable kind",
    Btc(), Ltc(), Doge(), Dash(), Trx(), Eth(), Xmr(), Url(), Onion(), Email(), Ipv4(), Ipv6(), Phone(), Iban(), Card(),
    Hash(), Seed(), BtcTestnet(), Geo(), Camera(),
)  # fmt: skip

"""What links tips with each other and with reports, and when two tips are the same."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amparo.base import ObservedTime, Zone
from amparo.exchange.tips import (
    PURPOSES,
    Contact,
    Device,
    InternetDetail,
    IpCapture,
    Sameness,
    Tip,
    TipFile,
    TipPerson,
    account_keys,
    link_keys,
    report_key,
    same_report,
)
from amparo.observables import extract_text, link_values

MD5 = "d41d8cd98f00b204e9800998ecf8427e"


def at(day: int) -> ObservedTime:
    return ObservedTime(f"2026-11-{day:02}", datetime(2026, 11, day, tzinfo=UTC), Zone.KNOWN)


def tip(number: str = "1001", **fields: object) -> Tip:
    return Tip(provider_report_id=number, esp="Zap Inc", **fields)  # type: ignore[arg-type]


def test_keys_worked_by_hand():
    person = TipPerson(
        "reported", screen_names=("@Ana_88",), emails=(Contact("Ana@Example.org"),), phones=(Contact("0712 345 678"),),
        urls=("https://Zap.example.org/ana?utm_source=x",), devices=(Device("35-693803"),),
        ips=(IpCapture("8.8.8.8"), IpCapture("192.168.0.1")), prior_reports=("90000004",),
    )  # fmt: skip
    found = link_keys(
        tip(
            reported=(person,),
            files=(TipFile("a", digests=(("md5", MD5), ("pdq", "f" * 64))),),
            internet=(InternetDetail("chat", (("content", "pay to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),)),),
        ),
        "KE",
    )
    assert found == {
        ("report", "1001"), ("report", "90000004"), ("handle", "zapinc:ana_88"), ("mail", "ana@example.org"),
        ("phone", "+254712345678"), ("url", "https://zap.example.org/ana"), ("host", "zap.example.org"),
        ("device", "35693803"), ("ip", "8.8.8.8"), ("host", "8.8.8.8"), ("hash", MD5),
        ("wallet", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
    }  # fmt: skip
    assert {purpose for purpose, _ in found} <= PURPOSES


def test_a_tip_and_a_report_spell_a_link_in_the_same_way():
    words = "look at https://Bad.example.org/x?fbclid=1#top or write to me@example.org"
    theirs = {pair for each in extract_text(words) for pair in link_values(str(each.kind), each.value)}
    assert theirs <= link_keys(tip(description=words))


def test_a_screen_name_without_a_service_links_nothing():
    person = TipPerson("reported", screen_names=("ana",))
    assert link_keys(Tip(reported=(person,))) == frozenset()
    assert link_keys(Tip(reported=(replace(person, service="Zap"),))) == {("handle", "zap:ana")}


def test_victims_link_tips_but_are_no_accounts():
    victim = TipPerson("victim", emails=(Contact("kid@example.org"),))
    assert ("mail", "kid@example.org") in link_keys(tip(victims=(victim,)))
    assert account_keys(tip(victims=(victim,))) == frozenset()


ANA = TipPerson("reported", emails=(Contact("ana@example.org"),))
FILE = TipFile("a.jpg", digests=(("md5", MD5),))


@pytest.mark.parametrize(
    ("first", "second", "how"),
    [
        pytest.param(tip(), tip(), Sameness.DUPLICATE, id="same"),
        pytest.param(tip(received=at(1)), tip(received=at(2)), Sameness.DUPLICATE, id="sent-again-later"),
        pytest.param(tip(), tip(platform="x"), Sameness.VERSION, id="same-number-other-content"),
        pytest.param(tip(), tip("1002"), None, id="other-number"),
        pytest.param(tip(files=(FILE,)), tip("1002", files=(replace(FILE, name="b"),)), Sameness.INCIDENT, id="file"),
        pytest.param(
            tip(files=(FILE,), incident=at(1)), tip("1002", files=(FILE,), incident=at(20)), None, id="file-much-later"
        ),
        pytest.param(
            tip(reported=(ANA,), incident=at(1)), tip("1002", reported=(ANA,), incident=at(5)), Sameness.INCIDENT,
            id="account-within-days",
        ),
        pytest.param(
            tip(reported=(ANA,), incident=at(1)), tip("1002", reported=(ANA,), incident=at(9)), None, id="account-later"
        ),
        pytest.param(tip(reported=(ANA,)), tip("1002", reported=(ANA,)), None, id="account-time-unknown"),
    ],
)  # fmt: skip
def test_how_two_tips_relate(first, second, how):
    assert same_report(first, second) is how
    assert same_report(second, first) is how


def test_one_address_or_one_web_site_is_not_one_account():
    one = TipPerson("reported", ips=(IpCapture("8.8.8.8", 99),), urls=("https://zap.example.org/a",))
    two = TipPerson("reported", ips=(IpCapture("8.8.8.8", 99),), urls=("https://zap.example.org/b",))
    first, second = tip(reported=(one,), incident=at(1)), tip("1002", reported=(two,), incident=at(1))
    assert same_report(first, second) is None
    assert link_keys(first) & link_keys(second) == {
        ("ip", "8.8.8.8"), ("host", "8.8.8.8"), ("host", "zap.example.org"),
    }  # fmt: skip


def test_short_numbers_are_each_platforms_own():
    assert report_key(Tip("1001", esp="Zap")) != report_key(Tip("1001", esp="Zip"))
    assert report_key(Tip("91000001", esp="Zap")) == report_key(Tip("91000001"))


def test_numbers_that_are_no_numbers_count_per_sender():
    assert report_key(Tip("A-1", esp="Zap")) != report_key(Tip("A-1", esp="Zip"))
    assert report_key(Tip("A-1", esp="Zap")) == report_key(Tip("a 1", esp="ZAP"))


def test_without_a_number_the_content_counts():
    assert same_report(Tip(platform="x"), Tip(platform="x")) is Sameness.DUPLICATE
    assert same_report(Tip(platform="x"), Tip(platform="y")) is None

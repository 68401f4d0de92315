"""The portal's promises, attacked: no trace of who reports, nothing readable at rest, no way to guess a code."""

import logging
import os
import re
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django_scopes import scope

from amparo.web.accounts.actions import add_agency, found_person
from amparo.web.accounts.models import Agency
from amparo.web.audit.actors import SYSTEM
from amparo.web.common.home import home
from amparo.web.reports import intake, sealing
from amparo.web.reports.actions import (
    answer_from_template,
    enter_room,
    make_agency_keys,
    open_reading_room,
    receive_report,
)
from amparo.web.reports.codes import new_code
from amparo.web.reports.models import Report
from amparo.web.reports.sealing import Kdf
from amparo.web.settings import portal as portal_settings

WALLET = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
FORM = "application/x-www-form-urlencoded"
#: What a browser tells about itself; each value would be found again if it were kept anywhere.
TRACES = {
    "REMOTE_ADDR": "203.0.113.77",
    "HTTP_X_FORWARDED_FOR": "198.51.100.23",
    "HTTP_X_REAL_IP": "198.51.100.24",
    "HTTP_USER_AGENT": "CanaryAgent/7.31",
    "HTTP_REFERER": "https://canary-referrer.example/from",
    "HTTP_COOKIE": "canarycookie=cv8842",
    "HTTP_ACCEPT_LANGUAGE": "xq-CANARY",
}
WORDS = {
    "where": "https://canary-host-5521.example/path",
    "demand": f"send it to {WALLET}",
    "words": "canarywords9083 they want money",
    "age": "13-17",
    "danger": "yes",
    "contact": "canarycontact4410",
}
CANARIES = [
    "203.0.113.77", "198.51.100.2", "CanaryAgent", "canary-referrer", "cv8842", "xq-CANARY",
    "canary-host-5521", WALLET, "canarywords9083", "canarycontact4410", "canarymessage3307", "they want money",
]  # fmt: skip


@pytest.fixture(autouse=True)
def portal(settings, monkeypatch):
    settings.ROOT_URLCONF = portal_settings.ROOT_URLCONF
    settings.MIDDLEWARE = portal_settings.MIDDLEWARE
    monkeypatch.setattr(sealing, "STAFF_KDF", Kdf("argon2id", 65536, 2))
    intake._pool.cache_clear()


@pytest.fixture
def unit(db):
    """An agency with keys, a reader and the reader's open room."""
    agency = add_agency(actor=SYSTEM, slug="north", name="North", country="KE")
    reader = found_person(actor=SYSTEM, agency=agency, username="m.okafor", password="long enough", roles=["analyst"])
    with scope(agency=agency):
        ceremony = make_agency_keys(agency, first=reader)
        room = enter_room(reader, open_reading_room(actor=reader, passphrase=ceremony.passphrase))
    return agency, reader, room, ceremony


def hidden_fields(html: str) -> dict[str, str]:
    """The hidden fields of a page by name."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def everything_on_disk() -> bytes:
    """All bytes of all tables as the database gives them out, and of every file of the installation."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    parts.append(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
    name = str(connection.settings_dict["NAME"])
    files = [path for path in home().rglob("*") if path.is_file() and path.parent.name != "keys"]
    files += [Path(name + ending) for ending in ("", "-wal", "-journal") if Path(name + ending).is_file()]
    parts += [path.read_bytes() for path in files]
    return b"\n".join(parts)


def walk_the_portal(client: Client, agency: Agency, reader, room) -> str:
    """Touch every public route with every trace a browser leaves, and with words in every field. Returns the code."""
    hidden: dict[str, str] = {}

    def post(path, **fields):
        body = urlencode({**hidden, **fields})
        response = client.post(path, body, content_type=FORM, **TRACES)
        assert not response.cookies
        hidden.clear()
        hidden.update(hidden_fields(response.content.decode()))
        return response

    for path in ("/", "/en/", "/en/report/", "/en/return/", "/en/privacy/", "/en/about/", "/en/help/", "/en/nothing/"):
        assert not client.get(path, **TRACES).cookies
        client.get(f"{path}?q=canarywords9083", **TRACES)
    client.post("/en/report/", b"x", content_type="multipart/form-data; boundary=canarywords9083", **TRACES)
    post("/en/report/", category="sextortion")
    while question := hidden.get("question"):
        post("/en/report/", answer=WORDS.get(question, ""), go="next")
    receipt = post("/en/report/", go="send").content.decode()
    code = "".join(part.split("</span>")[0] for part in receipt.split('receipt-code">')[1].split("<span>")[1:6])
    post("/en/report/", last_four=code[-4:], go="done")
    with scope(agency=agency):
        answer_from_template(actor=reader, room=room, report=Report.objects.get(), template="ask-where")
    hidden.clear()
    post("/en/return/", code="canarywords9083")
    post("/en/return/", code=code)
    post("/en/return/", text="canarymessage3307", go="write")
    post("/en/return/", go="withdraw")
    post("/en/return/", go="withdraw-now")
    return code


def test_no_trace_and_nothing_readable_at_rest(unit, caplog, capfd):
    agency, reader, room, ceremony = unit
    with caplog.at_level(logging.DEBUG):
        code = walk_the_portal(Client(), agency, reader, room)
    found = everything_on_disk()
    assert b"report.received" in found  # the search does see what is there
    logs = caplog.text + "".join(capfd.readouterr())
    words = [*CANARIES, code, "-".join(code[i : i + 4] for i in range(0, 20, 4)), ceremony.passphrase]
    words += [ceremony.recovery_words, *(key.hex() for key in room.agency_keys.values())]
    for canary in words:
        assert canary.encode() not in found, canary
        assert canary not in logs, canary
    for key in room.agency_keys.values():
        assert key not in found


def test_the_canary_search_would_find_a_leak(unit):
    """Plant a leak: the same search sees it. So its silence above means something."""
    agency, *_rest = unit
    agency.name = "canarywords9083"
    agency.save()
    assert b"canarywords9083" in everything_on_disk()


def test_a_dump_without_a_staff_key_opens_nothing(unit):
    agency, _reader, room, _ceremony = unit
    with scope(agency=agency):
        receipt = receive_report(agency=agency, category="sextortion", answers=WORDS, language="en")
        copy = receipt.report.keys.get(holder="agency")
        stranger, _public = sealing.new_pair()
        with pytest.raises(sealing.DoesNotOpen):
            sealing.open_sealed(stranger, receipt.report.pk, bytes(copy.sealed_key))
        assert sealing.open_sealed(room.agency_keys[1], receipt.report.pk, bytes(copy.sealed_key))


def test_codes_that_do_not_open_get_the_same_bytes(unit):
    """Unknown, malformed, empty, far too long, NUL, another agency's: one status, one body, the same headers."""
    other = add_agency(actor=SYSTEM, slug="south", name="South")
    foreign_reader = found_person(actor=SYSTEM, agency=other, username="x", password="long enough", roles=["analyst"])
    with scope(agency=other):
        make_agency_keys(other, first=foreign_reader)
        foreign = receive_report(agency=other, category="other", answers={"words": "x"}, language="en").code
    client = Client()
    answers = set()
    for typed in (new_code(), "", "x", "0" * 20, "\x00" * 20, "A" * 10_000, "\ud800\udfff", foreign, foreign[:19]):
        body = urlencode({"code": typed}, errors="surrogatepass")
        response = client.post("/en/return/", body, content_type=FORM)
        answers.add((response.status_code, response.content, tuple(sorted(response.items()))))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 400


def test_known_and_unknown_codes_take_the_same_time(unit, monkeypatch):
    """Within noise on a shared machine: medians of interleaved tries, under the real parameters' cheaper twin."""
    monkeypatch.setattr(sealing, "CODE_KDF", Kdf("argon2id", 8 * 1024**2, 2))
    intake._pool.cache_clear()
    agency, *_rest = unit
    with scope(agency=agency):
        receive_report(agency=agency, category="other", answers={"words": "x"}, language="en")
    from amparo.web.reports.reporter import open_report_by_code

    times: dict[str, list[float]] = {"unknown": [], "malformed": []}
    with scope(agency=agency):
        for _ in range(30):
            for name, typed in (("unknown", new_code()), ("malformed", "?")):
                start = time.perf_counter()
                assert open_report_by_code(agency, typed) is None
                times[name].append(time.perf_counter() - start)
    unknown, malformed = (median(times[name]) for name in ("unknown", "malformed"))
    assert abs(unknown - malformed) < 0.5 * max(unknown, malformed), times


def test_no_portal_page_sets_a_cookie_or_routes_to_the_desk(unit):
    client = Client()
    for path in ("/en/", "/en/report/", "/en/return/", "/en/help/"):
        response = client.get(path, HTTP_COOKIE="a=b")
        assert "Set-Cookie" not in response.headers
        assert not response.cookies
    assert "django.contrib.sessions.middleware.SessionMiddleware" not in portal_settings.MIDDLEWARE
    for path in ("/reports/", "/cases/", "/account/login/", "/people/"):
        assert client.get(path).status_code == 404


def test_key_files_are_for_this_user_only(unit):
    for path in (home() / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name
    assert django_settings.DEBUG is False
    assert os.environ["AMPARO_HOME"]

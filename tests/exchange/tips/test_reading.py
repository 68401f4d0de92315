"""One report in XML, JSON and PDF: worked by hand, then the laws of tolerance."""

import json
import random
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.base import Blob, ObservedTime, Zone
from amparo.exchange.tips import (
    NOT_SAID,
    Contact,
    Device,
    InternetDetail,
    IpCapture,
    LawEnforcement,
    Location,
    Tip,
    TipFile,
    TipPerson,
    content_digest,
    read_delivery,
    write_tip,
)

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a made-up report -->
<report xmlns="urn:example" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd">
 <reportId>91000001</reportId>
 <incidentSummary>
  <incidentType>Online Enticement of Children for Sexual Acts</incidentType><platform>Chat</platform>
  <escalateToHighPriority>child at risk tonight</escalateToHighPriority>
  <reportAnnotations><sextortion/><spam>false</spam></reportAnnotations>
  <incidentDateTime>2026-11-02T08:00:00-07:00</incidentDateTime>
 </incidentSummary>
 <internetDetails>
  <chatImIncident><chatClient>Zap</chatClient><content>where do you live</content></chatImIncident>
  <webPageIncident thirdPartyHostedContent="true"><url>https://a.example.org/x</url></webPageIncident>
 </internetDetails>
 <lawEnforcement><agencyName>Some Police</agencyName><caseNumber>2026-0001</caseNumber></lawEnforcement>
 <reporter><companyName>Zap Inc</companyName>
  <reportingPerson><firstName>Jo</firstName><email>jo@zap.example.org</email></reportingPerson></reporter>
 <personOrUserReported>
  <personOrUserReportedPerson><firstName>Ana</firstName><lastName>Lee</lastName>
   <email verified="true">x@example.org</email><phone type="Mobile" verified="false">+254712345678</phone>
   <age>30</age></personOrUserReportedPerson>
  <espIdentifier>u1</espIdentifier><screenName>zz</screenName>
  <ipCaptureEvent><ipAddress>203.0.113.9</ipAddress><eventName>Login</eventName>
   <dateTime>2026-11-02T08:00:00Z</dateTime><port>4432</port><possibleProxy>false</possibleProxy></ipCaptureEvent>
  <deviceId><idType>IMEI</idType><idValue>356938035643809</idValue></deviceId>
  <estimatedLocation><city>Nairobi</city><countryCode>KE</countryCode></estimatedLocation>
  <vehicleDescription><make>Toyota</make></vehicleDescription>
  <priorCTReports>90000004</priorCTReports><priorCTReports>90000005</priorCTReports>
 </personOrUserReported>
 <victim><victimPerson><firstName>Bo</firstName><age>11</age></victimPerson></victim>
 <intendedRecipient><screenName>kid</screenName></intendedRecipient>
 <fileDetails><fileId>f1</fileId><originalFileName>a.jpg</originalFileName>
  <fileViewedByEsp>true</fileViewedByEsp><exifViewedByEsp>false</exifViewedByEsp>
  <publiclyAvailable>no</publiclyAvailable>
  <fileAnnotations><viral/></fileAnnotations><industryClassification>A1</industryClassification>
  <originalBinaryHash hashType="MD5">{MD5.upper()}</originalBinaryHash>
  <ipCaptureEvent><ipAddress>203.0.113.10</ipAddress></ipCaptureEvent>
  <details><nameValuePair><name>width</name><value>3</value></nameValuePair></details></fileDetails>
 <batchedReport>many alike</batchedReport>
 <bundledReportId>91000002</bundledReportId>
 <additionalInfo>what happened</additionalInfo>
 <newThing kind="z"><deep>1</deep></newThing>
</report>"""
AT = ObservedTime("2026-11-02T08:00:00Z", datetime(2026, 11, 2, 8, tzinfo=UTC), Zone.KNOWN)


def only(data: bytes, name: str = "r") -> Tip:
    (tip,) = read_delivery(Blob.from_bytes(data, name))
    assert isinstance(tip, Tip)
    return tip


def test_a_report_in_xml_worked_by_hand():
    tip = only(XML.encode())
    assert (tip.provider_report_id, tip.esp, tip.platform) == ("91000001", "Zap Inc", "Chat")
    assert tip.esp_contact == (("firstName", "Jo"), ("email", "jo@zap.example.org"))
    assert (tip.incident_type, tip.incident_kind) == ("Online Enticement of Children for Sexual Acts", "enticement")
    assert tip.incident == ObservedTime("2026-11-02T08:00:00-07:00", datetime(2026, 11, 2, 15, tzinfo=UTC), Zone.KNOWN)
    assert (tip.high_priority, tip.annotations) == ("child at risk tonight", ("sextortion",))
    assert tip.description == "what happened"
    assert tip.internet == (
        InternetDetail("web-page", (("thirdPartyHostedContent", "true"), ("url", "https://a.example.org/x"))),
        InternetDetail("chat", (("chatClient", "Zap"), ("content", "where do you live"))),
    )
    assert tip.law_enforcement == (LawEnforcement("Some Police", "2026-0001"),)
    assert tip.reported == (
        TipPerson(
            "reported",
            names=("Ana Lee",),
            screen_names=("zz",),
            emails=(Contact("x@example.org", verified=True),),
            phones=(Contact("+254712345678", verified=False, kind="Mobile"),),
            user_ids=("u1",),
            devices=(Device("356938035643809", "IMEI"),),
            ips=(IpCapture("203.0.113.9", 4432, AT, "Login", possible_proxy=False),),
            locations=(Location("Nairobi", country="KE"),),
            age=30,
            prior_reports=("90000004", "90000005"),
        ),
    )
    assert tip.victims == (TipPerson("victim", names=("Bo",), age=11),)
    assert tip.recipients == (TipPerson("recipient", screen_names=("kid",)),)
    assert tip.files == (
        TipFile(
            original_name="a.jpg", id="f1", digests=(("md5", MD5),), viewed_by_provider=True, exif_viewed=False,
            publicly_available=False, classification="A1", annotations=("viral",), ips=(IpCapture("203.0.113.10"),),
            notes=("width: 3",),
        ),
    )  # fmt: skip
    assert (tip.batched, tip.bundled_ids) == ("many alike", ("91000002",))


def test_what_has_no_place_is_kept_with_its_path():
    assert only(XML.encode()).unknown == (
        ("personOrUserReported/vehicleDescription/make", "Toyota"),
        ("report/newThing/kind", "z"),
        ("report/newThing/deep", "1"),
    )


def test_problems_are_said():
    assert [each[:2] for each in only(XML.encode()).problems] == [
        ("lawEnforcement", "foreign-case-number"),
        ("a.jpg", "missing-file"),
    ]


NESTED = {
    "ReportID": 91000001,
    "IncidentSummary": {"IncidentType": "Sex trafficking", "escalate_to_high_priority": True},
    "suspects": [
        {"screen_names": ["zz", "yy"], "emails": [{"address": "x@example.org", "verified": True}],
         "ip_capture_events": [{"ip_address": "203.0.113.9", "port": 4432}, {"ip_address": "2001:db8::1"}]},
    ],
    "victim": {"age": 9},
    "files": [
        {"name": "a.jpg", "hashes": [{"type": "md5", "value": MD5}], "viewed_by_esp": None, "size": 12},
        {"fileName": "b.jpg", "md5": MD5, "viewedByProvider": False, "annotations": ["infant"]},
    ],
    "reporter": {"name": "Zap Inc"},
    "batched": False,
}  # fmt: skip


def test_a_report_in_json_worked_by_hand():
    tip = only(json.dumps(NESTED).encode())
    assert (tip.shape, tip.provider_report_id, tip.incident_kind, tip.esp) == (
        "json", "91000001", "trafficking", "Zap Inc",
    )  # fmt: skip
    assert (tip.high_priority, tip.batched) == (NOT_SAID, None)
    assert tip.reported == (
        TipPerson(
            "reported",
            screen_names=("zz", "yy"),
            emails=(Contact("x@example.org", verified=True),),
            ips=(IpCapture("203.0.113.9", 4432), IpCapture("2001:db8::1")),
        ),
    )
    assert tip.victims[0].age == 9
    assert [(each.shown_name, each.viewed_by_provider, each.annotations) for each in tip.files] == [
        ("a.jpg", None, ()),
        ("b.jpg", False, ("infant",)),
    ]
    assert ("a.jpg", "two-names", "a.jpg, b.jpg") in tip.problems


def test_a_flat_report_names_its_people_by_prefix():
    flat = {
        "report_id": "91", "incidentSummary.incidentType": "Molestation", "victimAge": 9, "suspect_email": "q@x.org",
        "screenName": "bob", "ip_address": "203.0.113.9", "port": 99, "lastly": {"x": [1, 2]},
    }  # fmt: skip
    tip = only(json.dumps(flat).encode())
    (person,) = tip.reported
    assert (person.emails, person.screen_names) == ((Contact("q@x.org"),), ("bob",))
    assert person.ips == (IpCapture("203.0.113.9", 99),)
    assert (tip.incident_kind, tip.victims[0].age) == ("molestation", 9)
    assert tip.unknown == (("report/lastly/x", "1"), ("report/lastly/x", "2"))
    assert "loose-person-fields" in [each.reason for each in tip.problems]


def pdf(lines: list[str]) -> bytes:
    shown = "".join(f"1 0 0 1 72 {800 - 14 * at} Tm ({line}) Tj\n" for at, line in enumerate(lines))
    body = f"BT /F1 10 Tf\n{shown}ET".encode("cp1252").replace(b"\\", b"")
    return b"%%PDF-1.4\n1 0 obj <</Length %d>> stream\n%s\nendstream endobj\n%%%%EOF" % (len(body), body)


def test_a_report_in_pdf_worked_by_hand():
    tip = only(
        pdf([
            "CyberTipline Report 91000003",
            "Report ID: 91000003",
            "Incident Type: Online Enticement of Children",
            "Incident Date: 2026-11-02 10:00:00 UTC",
            "Submitter: Zap Inc",
            "Suspect",
            "Screen/User Name: zz_88",
            "Email Address: x@example.org",
            "IP Address: 203.0.113.9:4432",
            "Favourite Colour: green",
            "Victim",
            "Age: 12",
            "Uploaded File Information",
            "Filename: a.jpg",
            f"MD5: {MD5}",
            "Did Reporting ESP view entire contents of uploaded file? Yes",
        ])
    )  # fmt: skip
    assert (tip.shape, tip.provider_report_id, tip.esp) == ("pdf", "91000003", "Zap Inc")
    assert tip.incident is not None
    assert tip.incident.instant == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert tip.reported == (
        TipPerson(
            "reported",
            screen_names=("zz_88",),
            emails=(Contact("x@example.org"),),
            ips=(IpCapture("203.0.113.9", 4432),),
        ),
    )
    assert tip.victims == (TipPerson("victim", age=12),)
    assert tip.files == (TipFile("a.jpg", digests=(("md5", MD5),), viewed_by_provider=True),)
    assert ("Suspect/Favourite Colour", "green") in tip.unknown
    assert tip.problems[0].reason == "read-from-pdf"
    assert "CyberTipline Report 91000003" in (tip.text or "")


def test_printed_files_one_after_another_and_labels_of_the_report_among_them():
    tip = only(
        pdf([
            "Report ID: 91000003", "Uploaded File Information", "Filename: a.jpg", f"MD5: {MD5}", "Filename: b.jpg",
            "Incident Type: Sex Trafficking", "Did Reporting ESP view entire contents of uploaded file? No",
        ])
    )  # fmt: skip
    assert [(each.name, each.viewed_by_provider, each.digests) for each in tip.files] == [
        ("a.jpg", None, (("md5", MD5),)),
        ("b.jpg", False, ()),
    ]
    assert tip.incident_kind == "trafficking"


def test_a_pdf_without_a_report_is_a_file(read):
    found = read({"letter.pdf": pdf(["Dear all:", "no report here"])})
    assert (found.tips, [each.path for each in found.loose]) == ([], ["d.zip|letter.pdf"])


# -- laws ----------------------------------------------------------------------------------------------------------

STYLES = {
    "camel": lambda words: words[0] + "".join(word.title() for word in words[1:]),
    "pascal": lambda words: "".join(word.title() for word in words),
    "snake": "_".join,
    "kebab": "-".join,
    "upper": lambda words: "_".join(words).upper(),
}


def restyled(value: object, style: str, order: random.Random) -> object:
    """The same JSON with every name in another case style and every object in another order."""
    if isinstance(value, dict):
        pairs = [(_words(name), part) for name, part in value.items()]
        order.shuffle(pairs)
        return {STYLES[style](words): restyled(part, style, order) for words, part in pairs}
    if isinstance(value, list):
        return [restyled(part, style, order) for part in value]
    return value


def _words(name: str) -> list[str]:
    spaced = "".join(f" {sign}" if sign.isupper() and not name.isupper() else sign for sign in name)
    return spaced.replace("_", " ").replace("I D", "id").lower().split()


@settings(max_examples=30)
@given(st.sampled_from(sorted(STYLES)), st.integers(0, 10**6))
def test_case_style_and_order_of_fields_never_matter(style, seed):
    other = restyled(NESTED, style, random.Random(seed))
    assert content_digest(only(json.dumps(other).encode())) == content_digest(only(json.dumps(NESTED).encode()))


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)


@settings(max_examples=30)
@given(st.dictionaries(st.from_regex(r"q[a-z]{4,9}q", fullmatch=True), texts, max_size=5))
def test_unknown_fields_are_all_kept(extra):
    fields = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in extra.items())
    tip = only(XML.replace("</report>", f"<odd>{fields}</odd></report>").encode())
    kept = {path.rpartition("/")[2]: text for path, text in tip.unknown}
    assert {name: kept.get(name) for name in extra} == {name: _nfc(text) for name, text in extra.items()}


def _nfc(text: str) -> str:
    from unicodedata import normalize

    return normalize("NFC", text)


people = st.builds(
    TipPerson,
    role=st.just("reported"),
    names=st.tuples(texts),
    screen_names=st.lists(texts, max_size=2, unique=True).map(tuple),
    emails=st.lists(st.builds(Contact, st.just("a@example.org"), st.none() | st.booleans()), max_size=1).map(tuple),
    ips=st.lists(
        st.builds(IpCapture, st.ip_addresses(v=4).map(str), st.none() | st.integers(1, 65535)), max_size=2, unique=True
    ).map(tuple),
    age=st.none() | st.integers(0, 130),
)
files = st.builds(
    TipFile,
    name=texts,
    size=st.none() | st.integers(0, 10**12),
    digests=st.just((("md5", MD5),)) | st.just(()),
    viewed_by_provider=st.none() | st.booleans(),
    classification=st.none() | st.sampled_from(["A1", "B2"]),
    annotations=st.lists(st.sampled_from(["viral", "infant"]), max_size=2, unique=True).map(tuple),
)
tips = st.builds(
    Tip,
    provider_report_id=st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    esp=texts,
    incident_type=st.just("Online Enticement of Children"),
    incident_kind=st.just("enticement"),
    description=st.none() | texts,
    annotations=st.lists(st.sampled_from(["sextortion", "spam"]), max_size=2, unique=True).map(tuple),
    reported=st.lists(people, max_size=2, unique=True).map(tuple),
    files=st.lists(files, max_size=2, unique=True).map(tuple),
)


@settings(max_examples=40)
@given(tips)
def test_what_is_written_reads_as_the_same_content(tip):
    again = only(write_tip(_normal(tip)))
    assert content_digest(again) == content_digest(_normal(tip))
    assert again.unknown == ()


def _normal(tip: Tip) -> Tip:
    """Texts as reading stores them: NFC."""
    from amparo.base import clean_text, visible

    def plain(value):
        if isinstance(value, str):
            return visible(clean_text(value))
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return tuple(plain(part) for part in value)
        if isinstance(value, TipPerson | TipFile | Contact | IpCapture | Tip):
            return type(value)(**{name: plain(getattr(value, name)) for name in value.__dataclass_fields__})
        return value

    return plain(tip)


def test_the_hand_worked_report_survives_writing_and_reading():
    tip = only(XML.encode())
    again = only(write_tip(tip))
    assert content_digest(again) == content_digest(tip)


NAMES = ["reportId", "files", "suspect", "ip", "email", "hash", "victim", "name", "x", "report", "a.b"]


@settings(max_examples=60)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
))  # fmt: skip
def test_any_json_gives_tips_or_a_file_and_never_an_error(value):
    found = list(read_delivery(Blob.from_bytes(json.dumps(value).encode(), "r.json")))
    assert len(found) >= 1


@pytest.mark.parametrize(
    ("given", "instant"),
    [
        ("2026-11-02T08:00:00Z", datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ("2026-11-02 08:00:00 UTC", datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ("1793606400", datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ("1793606400000", datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ("11-22-2026 08:00:00 UTC", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("22-11-2026 08:00:00 UTC", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("11-02-2026 08:00:00 UTC", None),  # November 2 or February 11?
        ("2026-11-02T08:00:00", None),  # whose eight o'clock?
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("99999999999999", None),
    ],
)
def test_a_time_in_doubt_has_no_instant(report, given, instant):
    tip = only(report(more=f"<receivedDateTime>{given}</receivedDateTime>"))
    assert tip.received is not None
    assert (tip.received.raw, tip.received.instant) == (given, instant)
    assert ("unclear-time" in [each.reason for each in tip.problems]) == (instant is None)

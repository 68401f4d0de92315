"""How senders call things: for each part of a report, the names of its fields and of the parts inside it.

Names stand here `squeezed` (letters and digits, lower case), so every case style is one entry. Adding a sender's word
is one entry in one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Form:
    """One part of a report.

    `leaves`: name -> field, at any depth inside the part. `direct`: the same for words too common to be trusted except
    right inside the part (or inside one of `neutral`). `sections`: name -> (field, form). `bare`: the field of a part
    that is plain text. `capture`: keep every other leaf as (name, text) instead of calling it unknown.
    `presence`: an empty element says something by being there.
    """

    leaves: Mapping[str, str] = field(default_factory=dict)
    direct: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, "tuple[str, Form]"] = field(default_factory=dict)
    neutral: frozenset[str] = frozenset()
    bare: str | None = None
    capture: bool = False
    presence: bool = False


def _names(**fields: str) -> dict[str, str]:
    """Turn field="name name" into name -> field."""
    return {name: key for key, names in fields.items() for name in names.split()}


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _parts(*parts: tuple[str, Form, str]) -> dict[str, tuple[str, Form]]:
    return {name: (key, form) for key, form, names in parts for name in names.split()}


MARKS: Final = Form(bare="mark", capture=True, presence=True)
IP: Final = Form(
    leaves=_names(
        address="ipaddress ip address ipv4 ipv6 sourceip",
        port="port ipport sourceport portnumber",
        at="datetime ipdatetime timestamp ipcapturedatetime date time eventdatetime capturedat",
        event="eventname event eventtype type ipcaptureeventname",
        possible_proxy="possibleproxy proxy possiblyproxy",
    ),
    bare="address",
)
DEVICE: Final = Form(
    leaves=_names(
        value="idvalue value deviceid id deviceidentifier imei idfa",
        kind="idtype type devicetype deviceidtype",
        event="eventname event",
        at="datetime timestamp date",
    ),
    bare="value",
)
LOCATION: Final = Form(
    leaves=_names(
        city="city town",
        region="region state province",
        country="countrycode country",
        verified="verified",
        at="timestamp datetime date",
    ),
    bare="city",
)
_IPS: Final = "ipcaptureevent ipcapture ipcaptureevents ipcaptures ipevent ipevents iplog iplogs iplogins"
_DEVICES: Final = "deviceid deviceids device devices deviceidentifier"

ADDRESS: Final = Form(bare="address", capture=True)
PERSON: Final = Form(
    leaves=_names(
        first="firstname givenname forename",
        middle="middlename",
        last="lastname surname familyname",
        names="fullname realname personname",
        screen_names="screenname screennames username usernames handle handles nickname displayname displaynames"
        " alias screenusername accountname",
        emails="email emails emailaddress emailaddresses mail",
        phones="phone phones phonenumber phonenumbers telephone mobile mobilephone mobilenumber cellphone",
        urls="profileurl profileurls profilelink profile profiles",
        user_ids="espidentifier espuserid userid userids accountid accountidentifier espid uniqueidentifier",
        service="espservice service product",
        ips="ipaddress ipaddresses ip ips lastip loginip registrationip",
        port="port ipport",
        ip_at="ipdatetime ipcapturedatetime iptimestamp",
        born="dateofbirth dob birthdate birthday born",
        age="age approximateage estimatedage ageyears",
        prior_reports="priorctreports priorctreport priorreports priorreport priorcybertipreports"
        " associatedcybertiplinereports relatedpriorreports",
        notes="additionalinfo additionalinformation profilebio bio",
    ),
    direct=_names(names="name names", urls="url urls", notes="notes note", user_ids="id"),
    sections=_parts(
        ("ips", IP, _IPS),
        ("devices", DEVICE, _DEVICES),
        ("locations", LOCATION, "estimatedlocation location locations estimatedlocations lastlocation"),
        ("address", ADDRESS, "address addresses postaladdress homeaddress"),
    ),
    neutral=_words(
        "person personoruserreportedperson victimperson intendedrecipientperson personaldetails account profile"
        " identity user accounts contact contacts"
    ),
    bare="names",
)
HASH: Final = Form(
    leaves=_names(kind="hashtype type algorithm kind", value="value hash hashvalue digest"), bare="value"
)
PAIR: Final = Form(leaves=_names(name="name key", value="value", kind="type"), bare="value")
FILE: Final = Form(
    leaves=_names(
        name="filename storedname storedfilename uploadedfilename",
        original_name="originalfilename originalname originalfile",
        id="fileid fileidentifier uploadid",
        size="filesize sizebytes sizeinbytes bytes mediasize",
        md5="md5 md5hash",
        sha1="sha1 sha1hash",
        sha256="sha256 sha256hash",
        pdq="pdq pdqhash",
        photodna="photodna pdna photodnahash",
        viewed="fileviewedbyesp viewedbyesp viewedbyprovider viewedbycompany viewed"
        " didreportingespviewentirecontentsofuploadedfile didreportingespviewentirecontents"
        " wasfileviewedbyesp viewedbyplatform",
        exif_viewed="exifviewedbyesp exifviewed exifviewedbyprovider didreportingespviewtheexifofuploadedfile"
        " didreportingespviewtheexifoforiginalfile",
        publicly_available="publiclyavailable ispubliclyavailable public"
        " wereentirecontentsofuploadedfilepubliclyavailable",
        classification="industryclassification classification imagecategorizationbyesp categorization category",
        relevance="filerelevance relevance",
        location="locationoffile filelocation fileurl",
        uploaded="uploaddatetime uploadtime uploadedat uploaded uploaddate",
        ips="uploadip uploadipaddress ipaddress ip",
        port="port uploadport ipport",
        notes="additionalinfo additionalinformation",
    ),
    direct=_names(name="name", id="id", size="size length", location="url path", notes="notes note comments"),
    sections=_parts(
        ("ips", IP, _IPS),
        ("devices", DEVICE, _DEVICES),
        ("hashes", HASH, "originalbinaryhash originalfilehash hash hashes filehash filehashes digest digests"),
        ("marks", MARKS, "fileannotations annotations fileannotation filetags tags"),
        ("pairs", PAIR, "namevaluepair namevaluepairs"),
    ),
    neutral=_words("file filedetails fileinfo metadata details"),
    bare="name",
)

DETAIL: Final = Form(capture=True, bare="content", sections=_parts(("ips", IP, _IPS)))
#: Part -> kind of internet detail.
DETAIL_KINDS: Final = _names(
    **{
        "web-page": "webpageincident webpage webpages website websiteincident",
        "e-mail": "emailincident emailincidents",
        "newsgroup": "newsgroupincident newsgroup",
        "chat": "chatimincident chatincident chatim chat instantmessaging",
        "game": "onlinegamingincident gamingincident onlinegaming game onlinegame",
        "phone": "cellphoneincident phoneincident",
        "peer-to-peer": "peer2peerincident p2pincident peertopeerincident peer2peer p2p peertopeer",
        "non-internet": "noninternetincident noninternet",
    }
)
REPORTER: Final = Form(
    leaves=_names(esp="companyname espname reportingesp organization organisation electronicserviceprovider submitter"),
    direct=_names(esp="name esp company provider"),
    capture=True,
    bare="esp",
)
LAW: Final = Form(
    leaves=_names(
        agency="agencyname agency lawenforcementagency",
        case_number="casenumber lecasenumber referencenumber casereference case",
        country="country countrycode fleacountry",
    ),
    direct=_names(agency="name", case_number="reference number"),
    capture=True,
    bare="agency",
)
BATCH: Final = Form(leaves=_names(reason="reason batchedreportreason batchreason type"), bare="reason")
BUNDLE: Final = Form(leaves=_names(id="reportid id cybertipreportid"), bare="id")

_REPORTED: Final = (
    "personoruserreported personoruserreportedperson personsorusersreported personoruserreporteds suspect suspects"
    " reportedperson reportedpersons reporteduser reportedusers reportedaccount reportedaccounts subject subjects"
    " offender offenders suspectinformation"
)
_VICTIMS: Final = "victim victims victiminformation childvictim childvictims victimperson"
_RECIPIENTS: Final = "intendedrecipient intendedrecipients recipient recipients recipientinformation"
_REPORTERS: Final = (
    "reporter esp espname reportingesp reportingcompany submitter companyname electronicserviceprovider provider"
    " providername reportingelectronicserviceprovider reportingelectronicserviceprovideresp reportedby sender"
)
_FILES: Final = (
    "file files filedetails filedetail fileinfo uploadedfile uploadedfiles uploadedfileinformation reportedfiles"
    " reportedfile attachment attachments media mediafiles uploadedfileinfo"
)

REPORT: Final = Form(
    leaves=_names(
        id="reportid cybertipreportid cybertiplinereportid cybertipid ctreportid reportnumber tipid cybertipnumber"
        " cybertiplinereportnumber cybertipreport ncmecreportid reportidentifier providerreportid",
        source="clearinghouse reportsource forwardedby hotline",
        received="receiveddatetime datereceived receivedat received receiveddate receivedon receivedbyncmecon"
        " ncmecreceiveddatetime submittedat datesubmitted submitteddatetime reportdate datetimereceived",
        incident="incidentdatetime incidenttime incidentdate dateofincident incidentat",
        incident_note="incidentdatetimedescription",
        incident_type="incidenttype typeofincident reporttype",
        platform="platform",
        high_priority="escalatetohighpriority highpriority escalated urgent",
        priority="prioritylevel priority",
        description="description incidentdescription narrative summaryofincident additionalinfo additionalinformation"
        " details reportdescription",
    ),
    direct=_names(id="id", source="source", incident_type="type", received="date", description="summary notes"),
    sections={
        **_parts(
            ("reported", PERSON, _REPORTED),
            ("victims", PERSON, _VICTIMS),
            ("recipients", PERSON, _RECIPIENTS),
            ("files", FILE, _FILES),
            ("reporter", REPORTER, _REPORTERS),
            ("law", LAW, "lawenforcement lawenforcementagency referredto leinformation lawenforcementinformation"),
            ("annotations", MARKS, "reportannotations reportannotation annotations annotation"),
            ("batch", BATCH, "batchedreport batched isbatched batchedreportreason"),
            ("bundle", BUNDLE, "bundledreportids bundledreportid bundledreports bundledreport bundledids bundlereports"
             " bundledwith relatedreportids"),
        ),
        **{name: (f"internet:{kind}", DETAIL) for name, kind in DETAIL_KINDS.items()},
    },
    neutral=_words("report incidentsummary summary cybertip cybertipreport tip reportinformation header"),
)  # fmt: skip

#: Names a report's own element may have.
REPORT_KEYS: Final = _words(
    "report cybertip cybertipreport cybertiplinereport tip ctreport reportdata cybertiplinereports"
)
#: The start of a flat name ("suspectEmail") -> the section it belongs to.
PREFIXES: Final = {
    "personoruserreported": "reported", "reportedperson": "reported", "reporteduser": "reported", "suspect": "reported",
    "offender": "reported", "subject": "reported", "victim": "victims", "child": "victims",
    "intendedrecipient": "recipients", "recipient": "recipients",
}  # fmt: skip
#: Printed reports: lines that open a part; labels that are the report's own in any part; labels that open a new file.
HEADINGS: Final = frozenset(name for name in REPORT.sections if len(name) > 3) | PERSON.sections.keys() | REPORT.neutral
TOP_LABELS: Final = REPORT.leaves.keys() - PERSON.leaves.keys() - FILE.leaves.keys() - IP.leaves.keys()
FILE_STARTS: Final = frozenset(name for name, key in FILE.leaves.items() if key in {"name", "original_name"})

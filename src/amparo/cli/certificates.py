"""A certificate of one's own for a local network: `amparo init --tls self`.

No authority stands behind it: browsers warn once, and people compare the fingerprint that `init` and `serve` print.
Source: RFC 5280 (profile), RFC 6125 (names stand in subjectAltName).
"""

import ipaddress
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID: Final = timedelta(days=825)  # the longest that all browsers take
RENEW_BEFORE: Final = timedelta(days=30)


class Certificate(NamedTuple):
    certificate: Path  # PEM
    key: Path  # PEM, 0600
    fingerprint: str  # SHA-256 as browsers show it: AB:CD:…
    until: datetime


def own_certificate(keys: Path, hosts: Sequence[str], at: datetime) -> Certificate:
    """Return the certificate in `keys`, made or renewed if it is missing, nearly over, or for other names."""
    paths = keys / "tls.crt", keys / "tls.key"
    with suppress(FileNotFoundError):
        loaded = x509.load_pem_x509_certificate(paths[0].read_bytes())
        if paths[1].exists() and loaded.not_valid_after_utc - at > RENEW_BEFORE and _names(loaded) == _wanted(hosts):
            return _described(paths, loaded)
    private = ec.generate_private_key(ec.SECP256R1())
    made = _signed(private, hosts, at)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _replace(paths[1], pem)
    _replace(paths[0], made.public_bytes(serialization.Encoding.PEM))
    return _described(paths, made)


def _signed(private: ec.EllipticCurvePrivateKey, hosts: Sequence[str], at: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[-1][:64])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + VALID)
        .add_extension(x509.SubjectAlternativeName(_wanted(hosts)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(private, hashes.SHA256())


def _wanted(hosts: Sequence[str]) -> list[x509.GeneralName]:
    return [_general(host.strip("[]")) for host in dict.fromkeys(hosts)]


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)


def _described(paths: tuple[Path, Path], certificate: x509.Certificate) -> Certificate:
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(*paths, fingerprint, certificate.not_valid_after_utc)


def _replace(path: Path, data: bytes) -> None:
    """Write a file that only this user can read, in one step."""
    fresh = path.with_suffix(path.suffix + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)

"""Keys and signatures for made-up blocks: secp256k1 with the keys 1, 2, 3 ... and one fixed nonce.

Worth nothing as cryptography and meant so: key number n has the secret n + 1, and the nonce is the same for every
signature, so that a signature costs microseconds. Source: SEC 1, BIP 66 (DER), BIP 340 (Schnorr).
"""

from hashlib import sha256

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def _add(one, two):
    (x1, y1), (x2, y2) = one, two
    slope = 3 * x1 * x1 * pow(2 * y1, -1, P) if one == two else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def multiply(secret: int):
    found, power = None, G
    while secret:
        if secret & 1:
            found = power if found is None else _add(found, power)
        power = _add(power, power)
        secret >>= 1
    return found


def points(count: int) -> list[tuple[int, int]]:
    """G, 2G, 3G ... count G, many at a time: from each block's base, all inversions shared (Montgomery's trick)."""
    size = 256
    small = [G]
    while len(small) < size:
        small.append(_add(small[-1], G))
    found = small[:count]
    while len(found) < count:
        x0, y0 = found[-1]
        wanted = [each for each in small if each[0] != x0][: count - len(found)]
        inverses = _inverses([each[0] - x0 for each in wanted])
        for (x, y), inverse in zip(wanted, inverses, strict=True):
            slope = (y - y0) * inverse % P
            x3 = (slope * slope - x0 - x) % P
            found.append((x3, (slope * (x0 - x3) - y0) % P))
    return found


def _inverses(numbers: list[int]) -> list[int]:
    products, total = [], 1
    for number in numbers:
        products.append(total)
        total = total * number % P
    inverse = pow(total, -1, P)
    found = [0] * len(numbers)
    for place in range(len(numbers) - 1, -1, -1):
        found[place] = inverse * products[place] % P
        inverse = inverse * numbers[place] % P
    return found


NONCE = 0xA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF
while multiply(NONCE)[0] >> 255 or multiply(NONCE)[1] & 1:  # r without a leading zero byte; an even point for BIP 340
    NONCE += 1
R = multiply(NONCE)
_INVERSE = pow(NONCE, -1, N)
_TAG = sha256(b"BIP0340/challenge").digest() * 2


def compressed(point) -> bytes:
    return bytes([2 + (point[1] & 1)]) + point[0].to_bytes(32, "big")


def ecdsa(secret: int, digest: bytes) -> bytes:
    """DER signature (71 bytes but for a short s) with the hash type ALL behind it."""
    s = _INVERSE * (int.from_bytes(digest, "big") + R[0] * secret) % N
    s = min(s, N - s)
    parts = b"".join(_der(number) for number in (R[0], s))
    return b"\x30" + bytes([len(parts)]) + parts + b"\x01"


def _der(number: int) -> bytes:
    data = number.to_bytes((number.bit_length() + 8) // 8, "big")
    return b"\x02" + bytes([len(data)]) + data


def schnorr(secret: int, point, message: bytes) -> bytes:
    """BIP 340 over the output key itself."""
    if point[1] & 1:
        secret = N - secret
    x = R[0].to_bytes(32, "big")
    challenge = int.from_bytes(sha256(_TAG + x + point[0].to_bytes(32, "big") + message).digest(), "big")
    return x + ((NONCE + challenge * secret) % N).to_bytes(32, "big")

#include "blocks_script.hpp"

#include <cstring>

#include "sha256.hpp"

namespace amparo {
namespace {

enum Kind : std::uint8_t { OTHER, P2PKH, P2SH, P2WPKH, P2WSH, P2TR, P2PK, OP_RETURN, MULTISIG, WITNESS };

bool small_number(std::uint8_t code) { return code >= 0x51 && code <= 0x60; }

bool is_key_push(const std::uint8_t *s, std::size_t size) {
    if (size == 67) return s[0] == 0x41 && s[1] == 0x04 && s[66] == 0xAC;
    return size == 35 && s[0] == 0x21 && (s[1] == 2 || s[1] == 3) && s[34] == 0xAC;
}

// `m key... n OP_CHECKMULTISIG` with small m <= n and whole keys only.
bool is_multisig(const std::uint8_t *s, std::size_t size) {
    if (size < 37 || s[size - 1] != 0xAE || !small_number(s[0]) || !small_number(s[size - 2])) return false;
    std::size_t at = 1;
    int keys = 0;
    for (; at < size - 2; ++keys) {
        if (s[at] != 33 && s[at] != 65) return false;
        at += 1 + std::size_t{s[at]};
    }
    return at == size - 2 && keys == s[size - 2] - 0x50 && s[0] - 0x50 <= keys;
}

Kind rare_kind(const std::uint8_t *s, std::size_t size) {
    if (size && s[0] == 0x6A) return OP_RETURN;
    if (is_multisig(s, size)) return MULTISIG;
    if (size >= 4 && size <= 42 && (s[0] == 0 || small_number(s[0])) && s[1] == size - 2) return WITNESS;
    return OTHER;
}

Kind keep(Kind kind, const std::uint8_t *from, std::size_t size, std::uint8_t payload[32]) {
    std::memcpy(payload, from, size);
    std::memset(payload + size, 0, 32 - size);
    return kind;
}

}  // namespace

std::uint8_t classify(const std::uint8_t *s, std::size_t size, std::uint8_t payload[32]) {
    if (size == 25 && s[0] == 0x76 && s[1] == 0xA9 && s[2] == 0x14 && s[23] == 0x88 && s[24] == 0xAC)
        return keep(P2PKH, s + 3, 20, payload);
    if (size == 23 && s[0] == 0xA9 && s[1] == 0x14 && s[22] == 0x87) return keep(P2SH, s + 2, 20, payload);
    if (size == 22 && s[0] == 0x00 && s[1] == 0x14) return keep(P2WPKH, s + 2, 20, payload);
    if (size == 34 && s[0] == 0x00 && s[1] == 0x20) return keep(P2WSH, s + 2, 32, payload);
    if (size == 34 && s[0] == 0x51 && s[1] == 0x20) return keep(P2TR, s + 2, 32, payload);
    if (is_key_push(s, size)) {
        std::uint8_t inner[32];
        sha256(s + 1, size - 2, inner);
        ripemd160(inner, 32, payload);
        std::memset(payload + 20, 0, 12);
        return P2PK;
    }
    sha256(s, size, payload);
    return rare_kind(s, size);
}

}  // namespace amparo

#include "json_text.hpp"

namespace amparo::json {

namespace {

constexpr char kDigits[] = "0123456789abcdef";

void put_utf8(std::string &out, std::uint32_t code) {
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;  // databases take neither
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    out += static_cast<char>((more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0) | code >> (6 * more));
    for (int k = more - 1; k >= 0; --k) out += static_cast<char>(0x80 | (code >> (6 * k) & 63));
}

std::uint32_t four_hex(const char *p) {
    std::uint32_t code = 0;
    for (int k = 0; k < 4; ++k) code = code << 4 | static_cast<std::uint32_t>(hex_value(static_cast<std::uint8_t>(p[k])));
    return code;
}

int base64_value(std::uint8_t c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (is_digit(c)) return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

}  // namespace

std::size_t utf8_length(const std::uint8_t *p, const std::uint8_t *end) {
    const std::uint8_t c = *p;
    const std::size_t length = c >= 0xC2 && c <= 0xDF ? 2 : c >= 0xE0 && c <= 0xEF ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    if (length == 0 || static_cast<std::size_t>(end - p) < length) return 0;
    const std::uint8_t low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80, high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high) return 0;
    for (std::size_t k = 2; k < length; ++k)
        if ((p[k] & 0xC0) != 0x80) return 0;
    return length;
}

std::string unescape(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '\\') {
            out += raw[i];
            continue;
        }
        const char c = raw[++i];
        if (c != 'u') {
            out += c == 'b' ? '\b' : c == 'f' ? '\f' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
            continue;
        }
        std::uint32_t code = four_hex(raw.data() + i + 1);
        i += 4;
        if (code >= 0xD800 && code <= 0xDBFF && i + 6 < raw.size() && raw[i + 1] == '\\' && raw[i + 2] == 'u') {
            const std::uint32_t second = four_hex(raw.data() + i + 3);
            if (second >= 0xDC00 && second <= 0xDFFF) {
                code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
                i += 6;
            }
        }
        put_utf8(out, code);
    }
    return out;
}

void put_escaped(std::string &out, std::string_view text) {
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<std::uint8_t>(c) >= 0x20) {
            out += c;
        } else if (c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f') {
            out += '\\';
            out += c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c == '\b' ? 'b' : 'f';
        } else {
            out += "\\u00";
            out += kDigits[c >> 4 & 15];
            out += kDigits[c & 15];
        }
    }
}

bool from_hex(std::string_view text, std::uint8_t *out, char *lowercase, std::size_t octets) {
    if (text.size() != 2 * octets) return false;
    const auto *signs = reinterpret_cast<const std::uint8_t *>(text.data());
    std::uint8_t all = 1;
    // No branches and no tables, so that the compiler can do many signs at a time.
    for (std::size_t k = 0; k < 2 * octets; ++k) {
        const std::uint8_t small = signs[k] | 0x20;
        all &= static_cast<std::uint8_t>((static_cast<std::uint8_t>(signs[k] - '0') < 10) |
                                         (static_cast<std::uint8_t>(small - 'a') < 6));
        lowercase[k] = static_cast<char>(small);
    }
    for (std::size_t k = 0; k < octets; ++k) {
        const std::uint8_t high = signs[2 * k], low = signs[2 * k + 1];
        out[k] = static_cast<std::uint8_t>(((high & 15) + 9 * (high >> 6)) << 4 | ((low & 15) + 9 * (low >> 6)));
    }
    return all != 0;
}

bool from_base64(std::string_view text, std::uint8_t *out, std::size_t octets) {
    if (text.size() != octets / 3 * 4) return false;
    for (std::size_t k = 0; k < text.size(); k += 4) {
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const int value = base64_value(static_cast<std::uint8_t>(text[k + j]));
            if (value < 0) return false;
            bits = bits << 6 | static_cast<std::uint32_t>(value);
        }
        out[k / 4 * 3] = static_cast<std::uint8_t>(bits >> 16);
        out[k / 4 * 3 + 1] = static_cast<std::uint8_t>(bits >> 8);
        out[k / 4 * 3 + 2] = static_cast<std::uint8_t>(bits);
    }
    return true;
}

void put_hex(char *out, const std::uint8_t *bytes, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
        out[2 * k] = kDigits[bytes[k] >> 4];
        out[2 * k + 1] = kDigits[bytes[k] & 15];
    }
}

}  // namespace amparo::json

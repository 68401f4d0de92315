// Small parts for reading JSON text: UTF-8, escapes, hex, base64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace amparo::json {

inline bool is_space(std::uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
inline bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }

inline int hex_value(std::uint8_t c) {
    if (is_digit(c)) return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char &c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

inline std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(static_cast<std::uint8_t>(text.front()))) text.remove_prefix(1);
    while (!text.empty() && is_space(static_cast<std::uint8_t>(text.back()))) text.remove_suffix(1);
    return text;
}

// Length of the UTF-8 sequence at `p`, 0 if it is none (Unicode 15, table 3-7).
std::size_t utf8_length(const std::uint8_t *p, const std::uint8_t *end);

// The text of a JSON string whose escapes were checked before. NUL and half surrogates become U+FFFD.
std::string unescape(std::string_view raw);

// `text` as the inside of a JSON string, escaped as Python's json does with ensure_ascii off.
void put_escaped(std::string &out, std::string_view text);

// Whether `text` is `octets` bytes in hex; then their values, and the text in lowercase (2 * octets signs).
bool from_hex(std::string_view text, std::uint8_t *out, char *lowercase, std::size_t octets);

// Only for octets that are a multiple of three, so that there is no padding.
bool from_base64(std::string_view text, std::uint8_t *out, std::size_t octets);

void put_hex(char *out, const std::uint8_t *bytes, std::size_t count);

}  // namespace amparo::json

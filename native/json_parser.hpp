// Checks one JSON value that lies whole in memory, and copies it without the spaces between its tokens.
#pragma once

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "json_text.hpp"

namespace amparo::json {

constexpr unsigned kNestLimit = 60;

enum class Type : std::uint8_t { String, Number, True, False, Null, Nested };

// A value just read: for a string its inside, for a number or word its signs.
struct Token {
    Type type = Type::Null;
    bool escapes = false;
    std::string_view raw;
};

// The text of a token without spaces around it, empty for null and what is nested. Decoded into `space` if need be.
inline std::string_view text_of(const Token &token, std::string &space) {
    if (token.type == Type::Null || token.type == Type::Nested) return {};
    if (!token.escapes) return trim(token.raw);
    space = unescape(token.raw);
    return trim(space);
}

// A broken rule ends the reading (`why`); bad text in a string is remembered (`bad`), and reading goes on.
// The copy goes to `out`, which has room for twice the input and 32 bytes more. Quoted: as the inside of a JSON string.
template <bool Quoted> class Parser {
  public:
    Parser(const std::uint8_t *data, std::size_t size, char *out) : at_(data), start_(data), end_(data + size), out_(out) {}

    const char *why = nullptr;
    const char *bad = nullptr;
    std::size_t position() const { return static_cast<std::size_t>(at_ - start_); }
    const char *written() const { return out_; }

    std::uint8_t peek() {
        while (at_ < end_ && is_space(*at_)) ++at_;
        return at_ < end_ ? *at_ : 0;
    }

    bool whole() { return peek() == 0 && at_ == end_ ? true : broken("something follows the value"); }

    bool string(Token &token) {
        if (peek() != '"') return broken("a quoted text is missing");
        ++at_;
        put_quote();
        token.type = Type::String;
        token.escapes = false;
        const std::uint8_t *from = at_;
        while (plain_signs() && *at_ != '"') special(token);
        if (at_ >= end_) return broken("a text does not end");
        token.raw = {reinterpret_cast<const char *>(from), static_cast<std::size_t>(at_ - from)};
        ++at_;
        put_quote();
        return true;
    }

    // Calls member(key) with the reader before the value; it must read that value.
    template <class Member> bool object(unsigned depth, Member member) {
        if (depth > kNestLimit) return broken("it is nested too deeply");
        if (!take('{', "an object is missing")) return false;
        if (peek() == '}') return take('}', "");
        for (;;) {
            Token key;
            if (!string(key) || !take(':', "a colon is missing") || !member(key)) return false;
            if (peek() == '}') return take('}', "");
            if (!take(',', "a comma is missing")) return false;
        }
    }

    template <class Element> bool array(unsigned depth, Element element) {
        if (depth > kNestLimit) return broken("it is nested too deeply");
        if (!take('[', "a list is missing")) return false;
        if (peek() == ']') return take(']', "");
        for (;;) {
            if (!element()) return false;
            if (peek() == ']') return take(']', "");
            if (!take(',', "a comma is missing")) return false;
        }
    }

    bool value(unsigned depth, Token &token) {
        const std::uint8_t c = peek();
        if (c == '"') return string(token);
        if (c == '{' || c == '[') return nested(c, depth, token);
        if (c == '-' || is_digit(c)) return number(token);
        return word(token, "true", Type::True) || word(token, "false", Type::False) || word(token, "null", Type::Null) ||
               broken("a value is missing");
    }

  private:
    bool broken(const char *reason) {
        if (!why) why = reason;
        return false;
    }

    bool take(std::uint8_t c, const char *wanted) {
        if (peek() != c) return broken(wanted);
        ++at_;
        *out_++ = static_cast<char>(c);
        return true;
    }

    void put_quote() {
        if (Quoted) *out_++ = '\\';
        *out_++ = '"';
    }

    // Copies signs that need no thought; stops at a quote, a backslash, a control sign, UTF-8, or the end (false).
    bool plain_signs() {
#if defined(__SSE2__)
        while (end_ - at_ >= 16) {
            const __m128i signs = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at_));
            _mm_storeu_si128(reinterpret_cast<__m128i *>(out_), signs);
            // As signed numbers, control signs and all beyond ASCII are below a space.
            const __m128i stop = _mm_or_si128(_mm_cmplt_epi8(signs, _mm_set1_epi8(0x20)),
                                              _mm_or_si128(_mm_cmpeq_epi8(signs, _mm_set1_epi8('"')),
                                                           _mm_cmpeq_epi8(signs, _mm_set1_epi8('\\'))));
            const unsigned mask = static_cast<unsigned>(_mm_movemask_epi8(stop));
            const int plain = mask ? __builtin_ctz(mask) : 16;
            at_ += plain;
            out_ += plain;
            if (mask) return true;
        }
#endif
        while (at_ < end_ && *at_ >= 0x20 && *at_ < 0x80 && *at_ != '"' && *at_ != '\\') *out_++ = static_cast<char>(*at_++);
        return at_ < end_;
    }

    void special(Token &token) {
        if (*at_ == '\\') {
            token.escapes = true;
            escape();
            return;
        }
        std::size_t length = 1;
        if (*at_ < 0x20) bad = "control-character";
        else if (length = utf8_length(at_, end_); length == 0) bad = "not-utf8", length = 1;
        std::memcpy(out_, at_, length);
        at_ += length;
        out_ += length;
    }

    void escape() {
        if (Quoted) *out_++ = '\\';
        *out_++ = '\\';
        if (++at_ == end_) return;
        const std::uint8_t c = *at_++;
        if (Quoted && (c == '"' || c == '\\')) *out_++ = '\\';
        *out_++ = static_cast<char>(c);
        if (c == 'u') {
            for (int k = 0; k < 4; ++k, ++at_) {
                if (at_ >= end_ || hex_value(*at_) < 0) {
                    bad = "broken-escape";
                    return;
                }
                *out_++ = static_cast<char>(*at_);
            }
        } else if (c == 0 || !std::strchr("\"\\/bfnrt", c)) {
            bad = "broken-escape";
        }
    }

    bool nested(std::uint8_t c, unsigned depth, Token &token) {
        Token inner;
        token = Token{Type::Nested, false, {}};
        return c == '{' ? object(depth + 1, [&](const Token &) { return value(depth + 1, inner); })
                        : array(depth + 1, [&] { return value(depth + 1, inner); });
    }

    bool digits() {
        const std::uint8_t *from = at_;
        while (at_ < end_ && is_digit(*at_)) *out_++ = static_cast<char>(*at_++);
        return at_ > from;
    }

    bool next_is(std::uint8_t a, std::uint8_t b) {
        if (at_ >= end_ || (*at_ != a && *at_ != b)) return false;
        *out_++ = static_cast<char>(*at_++);
        return true;
    }

    bool number(Token &token) {
        const std::uint8_t *from = at_;
        next_is('-', '-');
        const std::uint8_t *first = at_;
        if (!digits() || (*first == '0' && at_ > first + 1)) return broken("a number is malformed");
        if (next_is('.', '.') && !digits()) return broken("a number is malformed");
        if (next_is('e', 'E')) {
            next_is('+', '-');
            if (!digits()) return broken("a number is malformed");
        }
        token = Token{Type::Number, false, {reinterpret_cast<const char *>(from), static_cast<std::size_t>(at_ - from)}};
        return true;
    }

    bool word(Token &token, std::string_view wanted, Type type) {
        if (static_cast<std::size_t>(end_ - at_) < wanted.size() || std::memcmp(at_, wanted.data(), wanted.size()) != 0)
            return false;
        at_ += wanted.size();
        std::memcpy(out_, wanted.data(), wanted.size());
        out_ += wanted.size();
        token = Token{type, false, wanted};
        return true;
    }

    const std::uint8_t *at_, *start_, *end_;
    char *out_;
};

}  // namespace amparo::json

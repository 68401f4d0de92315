// The reader of JSON lists: an outer machine finds where each record begins and ends, whatever the chunks; an inner
// parser checks one whole record, which is bounded, and takes out what is indexed. Nothing else is kept in memory.
#include "vics.hpp"

#include <cstring>
#include <string_view>

namespace amparo {

namespace {

constexpr std::size_t kKeyLimit = 4096, kFieldLimit = 65536, kCaseLimit = 8192;
constexpr unsigned kNestLimit = 60;
constexpr std::uint8_t kBom[3] = {0xEF, 0xBB, 0xBF};

bool is_space(std::uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }

int hex_value(std::uint8_t c) {
    if (is_digit(c)) return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char &c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(static_cast<std::uint8_t>(text.front()))) text.remove_prefix(1);
    while (!text.empty() && is_space(static_cast<std::uint8_t>(text.back()))) text.remove_suffix(1);
    return text;
}

// Length of the UTF-8 sequence at `p`, 0 if it is none (Unicode 15, table 3-7).
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

void put_utf8(std::string &out, std::uint32_t code) {
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;  // databases take neither
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 63));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 63));
        out += static_cast<char>(0x80 | (code & 63));
    } else {
        out += static_cast<char>(0xF0 | code >> 18);
        out += static_cast<char>(0x80 | (code >> 12 & 63));
        out += static_cast<char>(0x80 | (code >> 6 & 63));
        out += static_cast<char>(0x80 | (code & 63));
    }
}

std::uint32_t four_hex(const char *p) {
    std::uint32_t code = 0;
    for (int k = 0; k < 4; ++k) code = code << 4 | static_cast<std::uint32_t>(hex_value(static_cast<std::uint8_t>(p[k])));
    return code;
}

// The text of a JSON string whose escapes were checked before.
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

// `text` as the inside of a JSON string, escaped as Python's json does with ensure_ascii off.
void put_json(std::string &out, std::string_view text) {
    static const char *digits = "0123456789abcdef";
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
            out += digits[c >> 4 & 15];
            out += digits[c & 15];
        }
    }
}

void put_number(std::string &out, std::uint64_t number) { out += std::to_string(number); }

void put_hex(std::string &out, const std::uint8_t *bytes, std::size_t count) {
    static const char *digits = "0123456789abcdef";
    const std::size_t from = out.size();
    out.resize(from + 2 * count);
    for (std::size_t k = 0; k < count; ++k) {
        out[from + 2 * k] = digits[bytes[k] >> 4];
        out[from + 2 * k + 1] = digits[bytes[k] & 15];
    }
}

bool from_hex(std::string_view text, std::uint8_t *out, std::size_t octets) {
    if (text.size() != 2 * octets) return false;
    for (std::size_t k = 0; k < octets; ++k) {
        const int high = hex_value(static_cast<std::uint8_t>(text[2 * k]));
        const int low = hex_value(static_cast<std::uint8_t>(text[2 * k + 1]));
        if (high < 0 || low < 0) return false;
        out[k] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

int base64_value(std::uint8_t c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (is_digit(c)) return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Only for octets that are a multiple of three, so that there is no padding.
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

enum class Type { String, Number, True, False, Null, Nested };

// A value just read: for a string its inside, for a number its signs.
struct Token {
    Type type = Type::Null;
    std::string_view raw;
    bool escapes = false;

    std::string text() const {
        switch (type) {
            case Type::String: return std::string(trim(escapes ? std::string_view(unescape(raw)) : raw));
            case Type::Number: return std::string(raw);
            case Type::True: return "true";
            case Type::False: return "false";
            default: return {};
        }
    }
};

// Checks one JSON value and writes it, without the spaces between its tokens, as the inside of a JSON string (or as it
// is, if `plain`). A broken rule ends it (`why`); bad text in a string is remembered (`bad`), and reading goes on.
class Parser {
  public:
    Parser(const std::uint8_t *data, std::size_t size, std::string &out, bool plain)
        : at_(data), start_(data), end_(data + size), out_(out), plain_(plain) {}

    const char *why = nullptr;
    const char *bad = nullptr;
    std::size_t position() const { return static_cast<std::size_t>(at_ - start_); }

    std::uint8_t peek() {
        while (at_ < end_ && is_space(*at_)) ++at_;
        return at_ < end_ ? *at_ : 0;
    }

    bool take(std::uint8_t c, const char *wanted) {
        if (peek() != c || at_ == end_) return broken(wanted);
        ++at_;
        if (c == '"') out_ += plain_ ? "\"" : "\\\"";
        else out_ += static_cast<char>(c);
        return true;
    }

    bool whole() { return peek() == 0 && at_ == end_ ? true : broken("something follows the value"); }

    bool string(Token &token) {
        if (!take('"', "a quoted name is missing")) return false;
        token.type = Type::String;
        token.escapes = false;
        const std::uint8_t *from = at_;
        while (at_ < end_ && *at_ != '"') {
            if (*at_ == '\\') {
                token.escapes = true;
                escape();
            } else if (*at_ < 0x20) {
                bad = "control-character";
                ++at_;
            } else if (*at_ < 0x80) {
                ++at_;
            } else {
                const std::size_t length = utf8_length(at_, end_);
                if (length == 0) bad = "not-utf8";
                at_ += length ? length : 1;
            }
        }
        if (at_ >= end_) return broken("a text does not end");
        token.raw = {reinterpret_cast<const char *>(from), static_cast<std::size_t>(at_ - from)};
        put_inside(token);
        ++at_;
        out_ += plain_ ? "\"" : "\\\"";
        return true;
    }

    // Calls member(key token) with the reader before the value; it must read that value.
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
        Token inner;
        if (c == '"') return string(token);
        if (c == '{' || c == '[') {
            token = Token{Type::Nested, {}, false};
            return c == '{' ? object(depth + 1, [&](const Token &) { return value(depth + 1, inner); })
                            : array(depth + 1, [&] { return value(depth + 1, inner); });
        }
        if (c == '-' || is_digit(c)) return number(token);
        return word(token, "true", Type::True) || word(token, "false", Type::False) || word(token, "null", Type::Null) ||
               broken("a value is missing");
    }

  private:
    bool broken(const char *reason) {
        if (!why) why = reason;
        return false;
    }

    void escape() {
        ++at_;
        if (at_ == end_) return;
        if (*at_ != 'u') {
            if (!std::strchr("\"\\/bfnrt", *at_) || *at_ == 0) bad = "broken-escape";
            ++at_;
            return;
        }
        ++at_;
        for (int k = 0; k < 4; ++k, ++at_)
            if (at_ >= end_ || hex_value(*at_) < 0) {
                bad = "broken-escape";
                return;
            }
    }

    void put_inside(const Token &token) {
        if (plain_ || !token.escapes) {
            out_.append(token.raw);
            return;
        }
        for (const char c : token.raw) {
            if (c == '\\' || c == '"') out_ += '\\';
            out_ += c;
        }
    }

    bool digits() {
        const std::uint8_t *from = at_;
        while (at_ < end_ && is_digit(*at_)) ++at_;
        return at_ > from;
    }

    bool next_is(std::uint8_t a, std::uint8_t b) const { return at_ < end_ && (*at_ == a || *at_ == b); }

    bool number(Token &token) {
        const std::uint8_t *from = at_;
        if (*at_ == '-') ++at_;
        const std::uint8_t *first = at_;
        if (!digits() || (*first == '0' && at_ > first + 1)) return broken("a number is malformed");
        if (next_is('.', '.')) {
            ++at_;
            if (!digits()) return broken("a number is malformed");
        }
        if (next_is('e', 'E')) {
            ++at_;
            if (next_is('+', '-')) ++at_;
            if (!digits()) return broken("a number is malformed");
        }
        token = Token{Type::Number, {reinterpret_cast<const char *>(from), static_cast<std::size_t>(at_ - from)}, false};
        out_.append(token.raw);
        return true;
    }

    bool word(Token &token, std::string_view wanted, Type type) {
        if (static_cast<std::size_t>(end_ - at_) < wanted.size() || std::memcmp(at_, wanted.data(), wanted.size()) != 0)
            return false;
        at_ += wanted.size();
        out_.append(wanted);
        token = Token{type, wanted, false};
        return true;
    }

    const std::uint8_t *at_, *start_, *end_;
    std::string &out_;
    bool plain_;
};

enum Digest : int { kMd5, kPdq, kPhotodna, kSha1, kSha256 };
// What a card shows, in the order of the stored pairs.
enum Shown : int { kDate, kDistributed, kSuspected, kMediaId, kMediaSize, kOffender, kSelfMade, kSeries, kVictim, kShown };
constexpr const char *kShownNames[kShown] = {"DateUpdated", "IsDistributed", "IsSuspected", "MediaID", "MediaSize",
                                             "OffenderIdentified", "SelfGenerated", "Series", "VictimIdentified"};

struct Field {
    const char *name;  // lowercase
    enum Use { kDigest, kText, kFlag, kLabel, kOther } use;
    int which;
};
constexpr Field kFields[] = {
    {"md5", Field::kDigest, kMd5}, {"sha1", Field::kDigest, kSha1}, {"sha256", Field::kDigest, kSha256},
    {"pdq", Field::kDigest, kPdq}, {"photodna", Field::kDigest, kPhotodna}, {"category", Field::kLabel, 0},
    {"mediaid", Field::kText, kMediaId}, {"mediasize", Field::kText, kMediaSize}, {"series", Field::kText, kSeries},
    {"dateupdated", Field::kText, kDate}, {"isdistributed", Field::kFlag, kDistributed},
    {"issuspected", Field::kFlag, kSuspected}, {"offenderidentified", Field::kFlag, kOffender},
    {"selfgenerated", Field::kFlag, kSelfMade}, {"victimidentified", Field::kFlag, kVictim},
    {"alternativehash", Field::kOther, 0}, {"alternativehashes", Field::kOther, 0},
};

const Field *field_of(const Token &key) {
    const std::string decoded = key.escapes ? unescape(key.raw) : std::string();
    const std::string_view name = key.escapes ? std::string_view(decoded) : key.raw;
    char small[24];
    if (name.size() >= sizeof small) return nullptr;
    for (std::size_t k = 0; k < name.size(); ++k) small[k] = static_cast<char>(name[k] >= 'A' && name[k] <= 'Z' ? name[k] + 32 : name[k]);
    for (const Field &field : kFields)
        if (std::strlen(field.name) == name.size() && std::memcmp(field.name, small, name.size()) == 0) return &field;
    return nullptr;
}

// One media record of the VICS shape, read into what the index stores.
class VicsRecord {
  public:
    explicit VicsRecord(std::string &source) : source_(source) {}

    bool read(Parser &parser) {
        return parser.object(1, [&](const Token &key) { return member(parser, parser.bad ? nullptr : field_of(key)); }) &&
               parser.whole();
    }

    bool any() const {
        for (const bool has : has_)
            if (has) return true;
        return false;
    }

    const std::string &left_out() const { return left_out_; }

    void line(std::string &out, std::uint64_t row, const std::string &case_json) const {
        out += "{\"digests\":{";
        bool first = true;
        for (int k = 0; k < 5; ++k) {
            if (!has_[k]) continue;
            out += first ? "\"" : ",\"";
            first = false;
            out += kDigestNames[k];
            out += "\":\"";
            put_hex(out, bytes_[k], kDigestOctets[k]);
            out += '"';
        }
        out += "},\"extra\":[";
        put_extra(out, case_json);
        out += "],\"label\":";
        if (label_.empty()) {
            out += "null";
        } else {
            out += '"';
            put_json(out, label_);
            out += '"';
        }
        out += ",\"purpose\":null,\"row\":";
        put_number(out, row);
        out += ",\"source\":\"";
        out += source_;
        out += "\"}\n";
    }

    void columns(RecordBatch &batch) const {
        for (int k = 0; k < 5; ++k) {
            if (!has_[k]) continue;
            batch.columns[k].digests.insert(batch.columns[k].digests.end(), bytes_[k], bytes_[k] + kDigestOctets[k]);
            batch.columns[k].entries.push_back(batch.count);
        }
    }

  private:
    bool member(Parser &parser, const Field *field) {
        if (field && field->use == Field::kOther) return alternatives(parser);
        Token token;
        if (!parser.value(1, token)) return false;
        if (!field || token.type == Type::Nested || parser.bad) return true;
        if (field->use == Field::kDigest) offer(field->which, token.text());
        else if (field->use == Field::kLabel) { if (label_.empty()) label_ = token.text(); }
        else if (field->use == Field::kText) { if (shown_[field->which].empty()) shown_[field->which] = token.text(); }
        else if (const std::string text = lower(token.text()); text == "true" || text == "1") shown_[field->which] = "true";
        return true;
    }

    bool alternatives(Parser &parser) {
        Token other;
        const std::uint8_t c = parser.peek();
        if (c == '{') return alternative(parser);
        if (c != '[') return parser.value(1, other);
        return parser.array(2, [&] { return parser.peek() == '{' ? alternative(parser) : parser.value(2, other); });
    }

    // {"HashName": "PDQ", "HashValue": "..."}, in any order; an "MD5" in it is the media's own, repeated.
    bool alternative(Parser &parser) {
        std::string name, digest;
        const bool whole = parser.object(3, [&](const Token &key) {
            const std::string which = lower(key.escapes && !parser.bad ? unescape(key.raw) : std::string(key.raw));
            Token token;
            if (!parser.value(3, token)) return false;
            if (token.type == Type::Nested || parser.bad) return true;
            if (which == "hashname" && name.empty()) name = token.text();
            if (which == "hashvalue" && digest.empty()) digest = token.text();
            return true;
        });
        if (!whole) return false;
        std::string plain;
        for (const char c : lower(name))
            if (c != '-' && c != '_' && c != ' ') plain += c;
        for (int k = 0; k < 5; ++k)
            if (plain == kDigestNames[k]) offer(k, digest);
        return true;
    }

    void offer(int which, const std::string &text) {
        if (text.empty()) return;
        std::uint8_t bytes[144];
        const bool good = which == kPhotodna ? from_base64(text, bytes, 144) : from_hex(text, bytes, kDigestOctets[which]);
        if (good && !has_[which]) {
            std::memcpy(bytes_[which], bytes, kDigestOctets[which]);
            has_[which] = true;
        } else if (left_out_.size() < 200 && (!good || std::memcmp(bytes, bytes_[which], kDigestOctets[which]) != 0)) {
            left_out_ += left_out_.empty() ? "" : ", ";
            left_out_ += kDigestNames[which];
            left_out_ += good ? " twice" : " malformed";
        }
    }

    void put_extra(std::string &out, const std::string &case_json) const {
        bool first = true;
        for (int k = 0; k < kShown; ++k) {
            if (shown_[k].empty()) continue;
            out += first ? "[\"" : ",[\"";
            first = false;
            out += kShownNames[k];
            out += "\",\"";
            put_json(out, shown_[k]);
            out += "\"]";
        }
        if (case_json.empty()) return;
        out += first ? "[\"case\",\"" : ",[\"case\",\"";
        out += case_json;
        out += "\"]";
    }

    std::string &source_;
    std::uint8_t bytes_[5][144]{};
    bool has_[5]{};
    std::string label_, left_out_;
    std::string shown_[kShown];
};

}  // namespace

RecordReader::RecordReader(std::string list_key, std::size_t record_limit)
    : list_key_(std::move(list_key)), record_limit_(record_limit) {}

void RecordReader::feed(const std::uint8_t *data, std::size_t size) {
    std::size_t at = 0;
    while (at < size && !fault_.kind) {
        here_ = offset_ + at;
        if (hold_ != Hold::None) at = follow(data, at, size);
        else if (is_space(data[at])) ++at;
        else {
            sign(data[at]);
            if (hold_ == Hold::None) ++at;  // a held value begins with this very byte
        }
    }
    offset_ += size;
}

void RecordReader::finish() {
    here_ = offset_;
    if (fault_.kind || want_ == Want::End) return;
    if (want_ == Want::Start) fail("not-a-list", "it is empty");
    else fail("truncated", "the file ends");
}

RecordBatch RecordReader::take() {
    RecordBatch out;
    std::swap(out, batch_);
    batch_.lines.reserve(out.lines.size());
    return out;
}

void RecordReader::fail(const char *kind, std::string why) {
    if (!fault_.kind) fault_ = {kind, here_, records_, std::move(why)};
}

void RecordReader::skip(const char *reason, std::string detail) {
    batch_.skipped.push_back({records_, reason, std::move(detail)});
}

void RecordReader::sign(std::uint8_t c) {
    switch (want_) {
        case Want::Start:
            if (bom_ < 3 && here_ == bom_ && c == kBom[bom_]) ++bom_;
            else if (bom_ == 1 || bom_ == 2) fail("not-a-list", "it is not JSON text");
            else if (c == '{') open(Frame::Top, Want::KeyOrEnd);
            else if (c == '[' && !vics()) list_seen_ = true, open(Frame::List, Want::ElementOrEnd);
            else fail("not-a-list", "it does not begin with a JSON object");
            break;
        case Want::KeyOrEnd:
        case Want::Key: key_or_end(c); break;
        case Want::Colon:
            if (c == ':') want_ = Want::Value;
            else fail("broken", "a colon is missing");
            break;
        case Want::Value: value(c); break;
        case Want::ElementOrEnd:
        case Want::Element: element_or_end(c); break;
        case Want::CommaOrEnd: comma_or_end(c); break;
        case Want::End: fail("broken", "something follows the end of the document"); break;
    }
}

void RecordReader::key_or_end(std::uint8_t c) {
    if (c == '"') hold(Hold::Key, c);
    else if (c == '}' && want_ == Want::KeyOrEnd) close();
    else fail("broken", c == '}' ? "a comma stands before the end" : "a quoted name is missing");
}

void RecordReader::value(std::uint8_t c) {
    if (at(Frame::Top) && key_ == list_key_ && c == '[') {
        if (list_seen_) return fail("broken", "the list is there twice");
        list_seen_ = true;
        open(Frame::List, Want::ElementOrEnd);
    } else if (at(Frame::Case) && key_ == "media" && c == '[') {
        media_seen_ = true;
        case_json_.clear();
        if (!case_head_.empty()) {
            case_json_ += '{';
            put_json(case_json_, case_head_);
            case_json_ += '}';
        }
        open(Frame::Media, Want::ElementOrEnd);
    } else {
        hold(Hold::Field, c);
    }
}

void RecordReader::element_or_end(std::uint8_t c) {
    if (c == ']' && want_ == Want::ElementOrEnd) return close();
    if (c == ']') return fail("broken", "a comma stands before the end");
    if (at(Frame::List) && holds_cases_ && c == '{') {
        ++cases_;
        case_head_.clear();
        media_seen_ = false;
        return open(Frame::Case, Want::KeyOrEnd);
    }
    hold(Hold::Record, c);
}

void RecordReader::comma_or_end(std::uint8_t c) {
    const bool object = at(Frame::Top) || at(Frame::Case);
    if (c == ',') want_ = object ? Want::Key : Want::Element;
    else if (c == (object ? '}' : ']')) close();
    else fail("broken", "a comma is missing");
}

void RecordReader::open(Frame frame, Want want) {
    stack_[depth_++] = frame;
    want_ = want;
}

void RecordReader::close() {
    --depth_;
    want_ = depth_ ? Want::CommaOrEnd : Want::End;
    if (want_ == Want::End && !list_seen_) fail("not-a-list", "it holds no list named \"" + list_key_ + "\"");
}

void RecordReader::hold(Hold what, std::uint8_t first) {
    hold_ = what;
    shape_ = first == '"' ? Shape::String : first == '{' || first == '[' ? Shape::Nested : Shape::Scalar;
    kept_.clear();
    held_size_ = 0;
    held_from_ = here_;
    overflowed_ = in_string_ = escaped_ = false;
    nest_ = 0;
    kinds_ = 0;
}

std::size_t RecordReader::follow(const std::uint8_t *data, std::size_t at, std::size_t size) {
    const std::size_t from = at;
    bool whole = false;
    if (shape_ == Shape::Scalar) {
        while (at < size && !is_space(data[at]) && data[at] != ',' && data[at] != ']' && data[at] != '}') ++at;
        whole = at < size;
    } else {
        at = follow_nested(data, at, size, whole);
    }
    if (!fault_.kind) keep(data + from, at - from, whole);
    return at;
}

std::size_t RecordReader::follow_nested(const std::uint8_t *data, std::size_t at, std::size_t size, bool &whole) {
    while (at < size && !whole) {
        if (in_string_) {
            if (escaped_) {
                escaped_ = false;
                ++at;
                continue;
            }
            while (at < size && data[at] != '"' && data[at] != '\\') ++at;
            if (at == size) break;
            if (data[at++] == '\\') escaped_ = true;
            else in_string_ = false, whole = shape_ == Shape::String;
            continue;
        }
        const std::uint8_t c = data[at++];
        if (c == '"') {
            in_string_ = true;
        } else if (c == '{' || c == '[') {
            here_ = offset_ + at - 1;
            if (nest_ >= kNestLimit) return fail("broken", "it is nested too deeply"), at;
            kinds_ = kinds_ << 1 | (c == '{');
            ++nest_;
        } else if (c == '}' || c == ']') {
            here_ = offset_ + at - 1;
            if ((kinds_ & 1) != (c == '}')) return fail("broken", "brackets do not fit each other"), at;
            kinds_ >>= 1;
            whole = --nest_ == 0;
        }
    }
    return at;
}

void RecordReader::keep(const std::uint8_t *data, std::size_t size, bool whole) {
    const std::size_t limit = hold_ == Hold::Record ? record_limit_ : hold_ == Hold::Field ? kFieldLimit : kKeyLimit;
    held_size_ += size;
    if (held_size_ > limit) {
        overflowed_ = true;
        kept_.clear();
    }
    if (!whole) {
        if (!overflowed_) kept_.append(reinterpret_cast<const char *>(data), size);
        return;
    }
    if (overflowed_) return too_large();
    if (kept_.empty()) return held(data, size);
    kept_.append(reinterpret_cast<const char *>(data), size);
    held(reinterpret_cast<const std::uint8_t *>(kept_.data()), kept_.size());
}

void RecordReader::too_large() {
    if (hold_ == Hold::Key) return fail("broken", "a name is longer than 4096 bytes");
    const bool record = hold_ == Hold::Record;
    if (record) ++records_;
    skip(record ? "record-too-large" : "field-too-large", std::to_string(held_size_) + " bytes");
    hold_ = Hold::None;
    want_ = Want::CommaOrEnd;
    if (!record && first_key_ && vics()) fail("not-a-list", "its first value is too long");
}

void RecordReader::held(const std::uint8_t *data, std::size_t size) {
    const Hold what = hold_;
    hold_ = Hold::None;
    if (what == Hold::Key) held_key(data, size);
    else if (what == Hold::Field) held_field(data, size);
    else held_record(data, size);
}

void RecordReader::held_key(const std::uint8_t *data, std::size_t size) {
    std::string text;
    Token token;
    Parser parser(data, size, text, true);
    here_ = held_from_;
    if (!parser.string(token) || parser.bad) return fail("broken", "a name is malformed");
    key_ = token.escapes ? unescape(token.raw) : std::string(token.raw);
    if (at(Frame::Case)) key_ = lower(key_);
    key_json_ = std::move(text);
    if (at(Frame::Top) && first_key_ && vics() && key_ != "odata.metadata" && key_ != "@odata.context")
        return fail("not-a-list", "its first name is neither odata.metadata nor @odata.context");
    want_ = Want::Colon;
}

void RecordReader::held_field(const std::uint8_t *data, std::size_t size) {
    std::string text;
    Token token;
    Parser parser(data, size, text, true);
    if (!parser.value(1, token) || !parser.whole()) {
        here_ = held_from_ + parser.position();
        return fail("broken", parser.why);
    }
    want_ = Want::CommaOrEnd;
    const bool is_first = first_key_ && at(Frame::Top);
    first_key_ = false;
    if (parser.bad) return skip("field-left-out", parser.bad);
    if (is_first && vics()) return context(token.text());
    if (at(Frame::Case) && media_seen_)
        return skip("case-field-too-late", key_ + " of case " + std::to_string(cases_) + " stands after its media");
    std::string &head = at(Frame::Case) ? case_head_ : head_;
    const std::size_t limit = at(Frame::Case) ? kCaseLimit : kFieldLimit;
    if (head.size() + text.size() + key_json_.size() > limit) return skip("field-too-large", std::to_string(text.size()) + " bytes");
    if (!head.empty()) head += ',';
    head += key_json_;
    head += ':';
    head += text;
}

void RecordReader::context(const std::string &text) {
    const std::size_t mark = text.rfind('#');
    const std::string fragment = lower(mark == std::string::npos ? std::string() : text.substr(mark + 1));
    if (fragment != "media" && fragment != "cases") return fail("not-a-list", "its data model is neither #Media nor #Cases");
    holds_cases_ = fragment == "cases";
}

void RecordReader::held_record(const std::uint8_t *data, std::size_t size) {
    ++records_;
    want_ = Want::CommaOrEnd;
    std::string source;
    source.reserve(size + size / 4);
    const bool object = size > 0 && data[0] == '{';
    Parser parser(data, size, source, !vics());
    VicsRecord record(source);
    Token token;
    const bool good = vics() && object ? record.read(parser) : parser.value(1, token) && parser.whole();
    if (!good) {
        here_ = held_from_ + parser.position();
        --records_;
        return fail("broken", parser.why);
    }
    if (!object) return skip("not-a-record", "an object is expected");
    if (parser.bad) return skip(parser.bad, "in a text of the record");
    if (vics() && !record.any())
        return skip(record.left_out().empty() ? "no-digest" : "bad-digest", record.left_out());
    if (vics()) {
        if (!record.left_out().empty()) skip("digest-left-out", record.left_out());
        record.columns(batch_);
        record.line(batch_.lines, records_, case_json_);
    } else {
        batch_.lines += source;
        batch_.lines += '\n';
    }
    batch_.ends.push_back(batch_.lines.size());
    batch_.records.push_back(records_);
    ++batch_.count;
}

}  // namespace amparo

#include "vics_record.hpp"

#include <charconv>

namespace amparo {

using json::Token;
using json::Type;

namespace {

constexpr std::string_view kShownNames[] = {"[\"DateUpdated\",\"", "[\"IsDistributed\",\"", "[\"IsSuspected\",\"",
                                       "[\"MediaID\",\"", "[\"MediaSize\",\"", "[\"OffenderIdentified\",\"",
                                       "[\"SelfGenerated\",\"", "[\"Series\",\"", "[\"VictimIdentified\",\""};

// Whether `name` is `wanted` (lowercase letters and digits) in any case. Names hold no control signs.
bool same_letters(std::string_view name, std::string_view wanted) {
    for (std::size_t k = 0; k < wanted.size(); ++k)
        if ((name[k] | 0x20) != wanted[k]) return false;
    return true;
}

}  // namespace

const VicsRecord::Field *VicsRecord::field_of(const Token &key, std::string &space) {
    // By length; kFrom[n] is the first of length n.
    static constexpr Field kFields[] = {
        {"md5", Use::Digest, kMd5}, {"pdq", Use::Digest, kPdq}, {"sha1", Use::Digest, kSha1},
        {"sha256", Use::Digest, kSha256}, {"series", Use::Text, kSeries}, {"mediaid", Use::Text, kMediaId},
        {"category", Use::Label, 0}, {"photodna", Use::Digest, kPhotodna}, {"mediasize", Use::Text, kMediaSize},
        {"dateupdated", Use::Text, kDate}, {"issuspected", Use::Flag, kSuspected},
        {"isdistributed", Use::Flag, kDistributed}, {"selfgenerated", Use::Flag, kSelfMade},
        {"alternativehash", Use::Alternative, 0}, {"victimidentified", Use::Flag, kVictim},
        {"alternativehashes", Use::Alternative, 0}, {"offenderidentified", Use::Flag, kOffender},
    };
    static constexpr std::uint8_t kFrom[] = {0, 0, 0, 0, 2, 3, 3, 5, 6, 8, 9, 9, 11, 11, 13, 13, 14, 15, 16, 17};
    std::string_view name = key.raw;
    if (key.escapes) {
        space = json::unescape(key.raw);
        name = space;
        for (const char c : name)
            if (static_cast<std::uint8_t>(c) < 0x20) return nullptr;
    }
    if (name.size() + 1 >= sizeof kFrom) return nullptr;
    for (std::size_t k = kFrom[name.size()]; k < kFrom[name.size() + 1]; ++k)
        if (same_letters(name, kFields[k].name)) return &kFields[k];
    return nullptr;
}

bool VicsRecord::read(Parser &parser) {
    has_.fill(false);
    for (Piece &piece : shown_) piece.text = {};
    label_.text = {};
    left_out_.clear();
    return parser.object(1, [&](const Token &key) { return member(parser, parser.bad ? nullptr : field_of(key, key_space_)); });
}

bool VicsRecord::any() const {
    for (const bool has : has_)
        if (has) return true;
    return false;
}

bool VicsRecord::member(Parser &parser, const Field *field) {
    if (field && field->use == Use::Alternative) return alternatives(parser);
    Token token;
    if (!parser.value(1, token)) return false;
    if (!field || parser.bad || token.type == Type::Nested) return true;
    Piece &piece = field->use == Use::Label ? label_ : shown_[field->use == Use::Digest ? 0 : field->which];
    if (field->use == Use::Digest) {
        offer(field->which, json::text_of(token, value_space_));
    } else if (field->use == Use::Flag) {
        const std::string_view text = json::text_of(token, value_space_);
        if (text == "1" || (text.size() == 4 && same_letters(text, "true"))) piece.text = "true", piece.escaped = false;
    } else if (piece.text.empty()) {
        set(piece, token);
    }
    return true;
}

bool VicsRecord::alternatives(Parser &parser) {
    Token other;
    const std::uint8_t c = parser.peek();
    if (c == '{') return alternative(parser);
    if (c != '[') return parser.value(1, other);
    return parser.array(2, [&] { return parser.peek() == '{' ? alternative(parser) : parser.value(2, other); });
}

// {"HashName": "PDQ", "HashValue": "..."}, in any order; an "MD5" in it is the media's own, repeated.
bool VicsRecord::alternative(Parser &parser) {
    name_.clear();
    digest_.clear();
    const bool whole = parser.object(3, [&](const Token &key) {
        std::string_view which = key.raw;
        if (key.escapes && !parser.bad) which = key_space_ = json::unescape(key.raw);
        std::string *wanted = which.size() == 8 && same_letters(which, "hashname")    ? &name_
                              : which.size() == 9 && same_letters(which, "hashvalue") ? &digest_
                                                                                      : nullptr;
        Token token;
        if (!parser.value(3, token)) return false;
        if (wanted && !parser.bad && wanted->empty()) *wanted = json::text_of(token, value_space_);
        return true;
    });
    if (whole && !parser.bad) offer_named(name_, digest_);
    return whole;
}

void VicsRecord::offer_named(std::string_view name, std::string_view text) {
    char plain[16];
    std::size_t size = 0;
    for (const char c : name) {
        if (c == '-' || c == '_' || c == ' ') continue;
        if (size == sizeof plain) return;
        plain[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    for (int k = 0; k < kDigests; ++k)
        if (std::string_view(plain, size) == kDigestNames[k]) offer(k, text);
}

void VicsRecord::offer(int which, std::string_view text) {
    if (text.empty()) return;
    std::uint8_t bytes[144];
    char hex[288];
    const std::size_t octets = kDigestOctets[which];
    const bool good = which == kPhotodna ? json::from_base64(text, bytes, octets) : json::from_hex(text, bytes, hex, octets);
    if (good && !has_[which]) {
        if (which == kPhotodna) json::put_hex(hex, bytes, octets);
        std::memcpy(bytes_[which].data(), bytes, octets);
        std::memcpy(hex_[which].data(), hex, 2 * octets);
        has_[which] = true;
    } else if (left_out_.size() < 200 && (!good || std::memcmp(bytes, bytes_[which].data(), octets) != 0)) {
        left_out_ += left_out_.empty() ? "" : ", ";
        left_out_ += kDigestNames[which];
        left_out_ += good ? " twice" : " malformed";
    }
}

void VicsRecord::set(Piece &piece, const Token &token) {
    piece.text = json::text_of(token, piece.space);
    piece.escaped = token.escapes;
}

char *VicsRecord::put(char *out, std::string_view text) {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

char *VicsRecord::put(char *out, const Piece &piece) {
    if (!piece.escaped) return put(out, piece.text);
    std::string escaped;
    json::put_escaped(escaped, piece.text);
    return put(out, escaped);
}

// At most so many signs has the line: an escaped text grows six times, the rest is fixed.
std::size_t VicsRecord::room(std::string_view source, std::string_view case_json) const {
    std::size_t size = 4096 + source.size() + case_json.size() + 6 * label_.text.size();
    for (const Piece &piece : shown_) size += 6 * piece.text.size();
    return size;
}

char *VicsRecord::put_digests(char *out) const {
    bool first = true;
    for (int k = 0; k < kDigests; ++k) {
        if (!has_[k]) continue;
        out = put(out, first ? "\"" : ",\"");
        first = false;
        out = put(put(out, kDigestNames[k]), "\":\"");
        out = put(out, std::string_view(hex_[k].data(), 2 * kDigestOctets[k]));
        *out++ = '"';
    }
    return out;
}

char *VicsRecord::put_extra(char *out, std::string_view case_json) const {
    bool first = true;
    for (int k = 0; k < kShown; ++k) {
        if (shown_[k].text.empty()) continue;
        if (!first) *out++ = ',';
        first = false;
        out = put(put(put(out, kShownNames[k]), shown_[k]), "\"]");
    }
    if (case_json.empty()) return out;
    return put(put(put(out, first ? "[\"case\",\"" : ",[\"case\",\""), case_json), "\"]");
}

void VicsRecord::line(std::string &out, std::uint64_t row, std::string_view source, std::string_view case_json) {
    if (const std::size_t wanted = room(source, case_json); line_.size() < wanted) line_.resize(wanted);
    char *at = put(line_.data(), "{\"digests\":{");
    at = put(put_digests(at), "},\"extra\":[");
    at = put(put_extra(at, case_json), "],\"label\":");
    at = label_.text.empty() ? put(at, "null") : put(put(put(at, "\""), label_), "\"");
    at = put(at, ",\"purpose\":null,\"row\":");
    at = std::to_chars(at, at + 20, row).ptr;
    at = put(put(put(at, ",\"source\":\""), source), "\"}\n");
    out.append(line_.data(), static_cast<std::size_t>(at - line_.data()));
}

void VicsRecord::columns(RecordBatch &batch) const {
    for (int k = 0; k < kDigests; ++k) {
        if (!has_[k]) continue;
        std::vector<std::uint8_t> &digests = batch.columns[k].digests;
        digests.insert(digests.end(), bytes_[k].begin(), bytes_[k].begin() + static_cast<std::ptrdiff_t>(kDigestOctets[k]));
        batch.columns[k].entries.push_back(batch.count);
    }
}

}  // namespace amparo

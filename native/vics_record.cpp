#include "vics_record.hpp"

#include <charconv>

namespace amparo {

using json::Token;
using json::Type;

namespace {

constexpr const char *kShownNames[] = {"[\"DateUpdated\",\"", "[\"IsDistributed\",\"", "[\"IsSuspected\",\"",
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
    static constexpr Field kFields[] = {
        {"md5", Use::Digest, kMd5}, {"sha1", Use::Digest, kSha1}, {"sha256", Use::Digest, kSha256},
        {"pdq", Use::Digest, kPdq}, {"photodna", Use::Digest, kPhotodna}, {"category", Use::Label, 0},
        {"mediaid", Use::Text, kMediaId}, {"mediasize", Use::Text, kMediaSize}, {"series", Use::Text, kSeries},
        {"dateupdated", Use::Text, kDate}, {"isdistributed", Use::Flag, kDistributed},
        {"issuspected", Use::Flag, kSuspected}, {"offenderidentified", Use::Flag, kOffender},
        {"selfgenerated", Use::Flag, kSelfMade}, {"victimidentified", Use::Flag, kVictim},
        {"alternativehash", Use::Alternative, 0}, {"alternativehashes", Use::Alternative, 0},
    };
    std::string_view name = key.raw;
    if (key.escapes) {
        space = json::unescape(key.raw);
        name = space;
        for (const char c : name)
            if (static_cast<std::uint8_t>(c) < 0x20) return nullptr;
    }
    for (const Field &field : kFields)
        if (field.name.size() == name.size() && same_letters(name, field.name)) return &field;
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

void VicsRecord::put(std::string &out, const Piece &piece) {
    if (piece.escaped) json::put_escaped(out, piece.text);
    else out.append(piece.text);
}

void VicsRecord::put_digests(std::string &out) const {
    bool first = true;
    for (int k = 0; k < kDigests; ++k) {
        if (!has_[k]) continue;
        out += first ? "\"" : ",\"";
        first = false;
        out += kDigestNames[k];
        out += "\":\"";
        out.append(hex_[k].data(), 2 * kDigestOctets[k]);
        out += '"';
    }
}

void VicsRecord::put_extra(std::string &out, std::string_view case_json) const {
    bool first = true;
    for (int k = 0; k < kShown; ++k) {
        if (shown_[k].text.empty()) continue;
        if (!first) out += ',';
        first = false;
        out += kShownNames[k];
        put(out, shown_[k]);
        out += "\"]";
    }
    if (case_json.empty()) return;
    out += first ? "[\"case\",\"" : ",[\"case\",\"";
    out += case_json;
    out += "\"]";
}

void VicsRecord::line(std::string &out, std::uint64_t row, std::string_view source, std::string_view case_json) const {
    out += "{\"digests\":{";
    put_digests(out);
    out += "},\"extra\":[";
    put_extra(out, case_json);
    out += "],\"label\":";
    if (label_.text.empty()) {
        out += "null";
    } else {
        out += '"';
        put(out, label_);
        out += '"';
    }
    out += ",\"purpose\":null,\"row\":";
    char number[20];
    out.append(number, static_cast<std::size_t>(std::to_chars(number, number + sizeof number, row).ptr - number));
    out += ",\"source\":\"";
    out += source;
    out += "\"}\n";
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

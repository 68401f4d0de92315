// The reader of JSON lists. Most records lie whole in the chunk and are read where they are; an outer machine finds the
// ends of those that do not, and of the rest of the document, whatever the chunks. Nothing else is kept in memory.
#include "vics.hpp"

#include "json_parser.hpp"
#include "vics_record.hpp"

namespace amparo {

using json::is_space;
using json::lower;
using json::Token;

namespace {

constexpr std::size_t kKeyLimit = 4096, kFieldLimit = 65536, kCaseLimit = 8192;
constexpr std::uint8_t kBom[3] = {0xEF, 0xBB, 0xBF};

}  // namespace

RecordReader::RecordReader(std::string list_key, std::size_t record_limit)
    : list_key_(std::move(list_key)), record_limit_(record_limit), record_(std::make_unique<VicsRecord>()) {}

RecordReader::~RecordReader() = default;

void RecordReader::feed(const std::uint8_t *data, std::size_t size) {
    std::size_t at = 0;
    while (at < size && !fault_.kind) {
        here_ = offset_ + at;
        if (hold_ != Hold::None) at = follow(data, at, size);
        else if (is_space(data[at])) ++at;
        else if (const std::size_t used = record_here(data + at, size - at)) at += used;
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
    batch_.ends.reserve(out.ends.size());
    batch_.records.reserve(out.records.size());
    for (std::size_t k = 0; k < batch_.columns.size(); ++k) {
        batch_.columns[k].digests.reserve(out.columns[k].digests.size());
        batch_.columns[k].entries.reserve(out.columns[k].entries.size());
    }
    return out;
}

void RecordReader::fail(const char *kind, std::string why) {
    if (!fault_.kind) fault_ = {kind, here_, records_, std::move(why)};
}

void RecordReader::skip(const char *reason, std::string detail) {
    batch_.skipped.push_back({records_, reason, std::move(detail)});
}

void RecordReader::skip_field(const char *reason, const std::string &detail) {
    batch_.skipped.push_back({0, reason, key_ + ": " + detail});
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
            json::put_escaped(case_json_, case_head_);
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
            if (nest_ >= json::kNestLimit) return fail("broken", "it is nested too deeply"), at;
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
    const std::string size = std::to_string(held_size_) + " bytes";
    record ? skip("record-too-large", size) : skip_field("field-too-large", size);
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
    Token token;
    json::Parser<false> parser(data, size, scratch(size));
    here_ = held_from_;
    if (!parser.string(token) || parser.bad) return fail("broken", "a name is malformed");
    key_ = token.escapes ? json::unescape(token.raw) : std::string(token.raw);
    if (at(Frame::Case)) key_ = lower(key_);
    key_json_.assign(scratch_.data(), static_cast<std::size_t>(parser.written() - scratch_.data()));
    if (at(Frame::Top) && first_key_ && vics() && key_ != "odata.metadata" && key_ != "@odata.context")
        return fail("not-a-list", "its first name is neither odata.metadata nor @odata.context");
    want_ = Want::Colon;
}

void RecordReader::held_field(const std::uint8_t *data, std::size_t size) {
    Token token;
    json::Parser<false> parser(data, size, scratch(size));
    if (!parser.value(1, token) || !parser.whole()) {
        here_ = held_from_ + parser.position();
        return fail("broken", parser.why);
    }
    want_ = Want::CommaOrEnd;
    const bool is_first = first_key_ && at(Frame::Top);
    first_key_ = false;
    if (parser.bad) return skip_field("field-left-out", parser.bad);
    const std::string_view text(scratch_.data(), static_cast<std::size_t>(parser.written() - scratch_.data()));
    std::string space;
    if (is_first && vics()) return context(std::string(json::text_of(token, space)));
    if (at(Frame::Case) && media_seen_)
        return skip_field("case-field-too-late", "it stands after the media of case " + std::to_string(cases_));
    std::string &head = at(Frame::Case) ? case_head_ : head_;
    const std::size_t limit = at(Frame::Case) ? kCaseLimit : kFieldLimit;
    if (head.size() + text.size() + key_json_.size() > limit) return skip_field("field-too-large", std::to_string(text.size()) + " bytes");
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

char *RecordReader::scratch(std::size_t size) {
    if (scratch_.size() < 2 * size + 32) scratch_.resize(2 * size + 32);
    return scratch_.data();
}

// Reads the record that begins here, if it lies whole in the chunk; returns its length, 0 if it must be held.
std::size_t RecordReader::record_here(const std::uint8_t *data, std::size_t size) {
    if ((want_ != Want::Element && want_ != Want::ElementOrEnd) || *data != '{' || (at(Frame::List) && holds_cases_)) return 0;
    const std::size_t used = vics() ? vics_record(data, size) : plain_record(data, size);
    if (used == 0 || used > record_limit_) return 0;
    finish_record();
    return used;
}

std::size_t RecordReader::vics_record(const std::uint8_t *data, std::size_t size) {
    json::Parser<true> parser(data, size, scratch(size));
    const bool good = record_->read(parser);
    return parsed(good, parser.position(), parser.written(), parser.bad, parser.why);
}

std::size_t RecordReader::plain_record(const std::uint8_t *data, std::size_t size) {
    json::Parser<false> parser(data, size, scratch(size));
    Token token;
    const bool good = parser.value(0, token);
    return parsed(good, parser.position(), parser.written(), parser.bad, parser.why);
}

std::size_t RecordReader::parsed(bool good, std::size_t position, const char *written, const char *bad, const char *why) {
    parsed_ = {std::string_view(scratch_.data(), static_cast<std::size_t>(written - scratch_.data())), bad, why, position};
    return good ? position : 0;
}

void RecordReader::finish_record() {
    ++records_;
    want_ = Want::CommaOrEnd;
    if (parsed_.bad) return skip(parsed_.bad, "in a text of the record");
    if (vics() && !record_->any())
        return skip(record_->left_out().empty() ? "no-digest" : "bad-digest", record_->left_out());
    if (vics()) {
        if (!record_->left_out().empty()) skip("digest-left-out", record_->left_out());
        record_->columns(batch_);
        record_->line(batch_.lines, records_, parsed_.text, case_json_);
    } else {
        batch_.lines += parsed_.text;
        batch_.lines += '\n';
    }
    batch_.ends.push_back(batch_.lines.size());
    batch_.records.push_back(records_);
    ++batch_.count;
}

void RecordReader::held_record(const std::uint8_t *data, std::size_t size) {
    const bool object = size > 0 && data[0] == '{';
    const std::size_t used = vics() && object ? vics_record(data, size) : plain_record(data, size);
    if (used != size || size == 0) {
        here_ = held_from_ + parsed_.position;
        return fail("broken", parsed_.why ? parsed_.why : "something follows the value");
    }
    if (object) return finish_record();
    ++records_;
    want_ = Want::CommaOrEnd;
    skip("not-a-record", "an object is expected");
}

}  // namespace amparo

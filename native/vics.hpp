// Records of a JSON list that may be larger than memory: fed in chunks of any size, given back as columns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace amparo {

// Digests a record may carry, in the order of the stored line (alphabetical).
constexpr std::array<std::string_view, 5> kDigestNames{"md5", "pdq", "photodna", "sha1", "sha256"};
constexpr std::array<std::size_t, 5> kDigestOctets{16, 32, 144, 20, 32};

struct DigestColumn {
    std::vector<std::uint8_t> digests;   // one row an entry that has it
    std::vector<std::uint32_t> entries;  // number of that entry within the batch
};

struct RecordSkip {
    std::uint64_t record;  // from 1; 0 for a field beside the records
    const char *reason;
    std::string detail;
};

struct RecordBatch {
    std::uint32_t count = 0;
    std::array<DigestColumn, 5> columns;
    std::string lines;                // stored lines, or plain records, each ending with a line feed
    std::vector<std::uint64_t> ends;  // where each ends in `lines`
    std::vector<std::uint64_t> records;  // the number of each, from 1
    std::vector<RecordSkip> skipped;
};

// Why reading stopped. `kind`: "not-a-list", "truncated" or "broken"; nullptr while all is well.
struct ListFault {
    const char *kind = nullptr;
    std::uint64_t offset = 0;  // bytes from the start of the file
    std::uint64_t record = 0;  // records complete before it
    std::string why;
};

class VicsRecord;

// Reads {..., LIST: [record, ...], ...} or [record, ...]. `list_key` "value" means the VICS shape: the first key must
// name the data model, its fragment says whether `value` holds media or cases (with "Media" lists of their own), and
// records become stored lines with digests. Any other key gives the records as they are, compact.
class RecordReader {
  public:
    RecordReader(std::string list_key, std::size_t record_limit);
    ~RecordReader();
    void feed(const std::uint8_t *data, std::size_t size);
    void finish();  // call once after the last byte: was the document whole?
    RecordBatch take();
    const ListFault &fault() const { return fault_; }
    std::size_t pending() const { return batch_.lines.size(); }
    std::size_t pending_skips() const { return batch_.skipped.size(); }
    const std::string &head() const { return head_; }  // fields beside the list so far: compact JSON members

  private:
    enum class Want { Start, KeyOrEnd, Key, Colon, Value, ElementOrEnd, Element, CommaOrEnd, End };
    enum class Frame : std::uint8_t { Top, List, Case, Media };
    enum class Hold { None, Key, Field, Record };
    enum class Shape { String, Nested, Scalar };

    void sign(std::uint8_t c);
    void key_or_end(std::uint8_t c);
    void value(std::uint8_t c);
    void element_or_end(std::uint8_t c);
    void comma_or_end(std::uint8_t c);
    void open(Frame frame, Want want);
    void close();
    void hold(Hold what, std::uint8_t first);
    std::size_t follow(const std::uint8_t *data, std::size_t at, std::size_t size);
    std::size_t follow_nested(const std::uint8_t *data, std::size_t at, std::size_t size, bool &whole);
    void keep(const std::uint8_t *data, std::size_t size, bool whole);
    void held(const std::uint8_t *data, std::size_t size);
    void held_key(const std::uint8_t *data, std::size_t size);
    void held_field(const std::uint8_t *data, std::size_t size);
    void held_record(const std::uint8_t *data, std::size_t size);
    std::size_t record_here(const std::uint8_t *data, std::size_t size);
    std::size_t vics_record(const std::uint8_t *data, std::size_t size);
    std::size_t plain_record(const std::uint8_t *data, std::size_t size);
    std::size_t parsed(bool good, std::size_t position, const char *written, const char *bad, const char *why);
    void finish_record();
    char *scratch(std::size_t size);
    void too_large();
    void context(const std::string &text);
    void fail(const char *kind, std::string why);
    void skip(const char *reason, std::string detail);
    void skip_field(const char *reason, const std::string &detail);
    bool vics() const { return list_key_ == "value"; }
    bool at(Frame frame) const { return depth_ > 0 && stack_[depth_ - 1] == frame; }

    std::string list_key_;
    std::size_t record_limit_;
    ListFault fault_;
    RecordBatch batch_;
    std::uint64_t offset_ = 0;   // bytes fed before this chunk
    std::uint64_t here_ = 0;     // the byte being looked at
    std::uint64_t records_ = 0;  // records seen, whole or skipped
    std::uint64_t cases_ = 0;
    unsigned bom_ = 0;
    Want want_ = Want::Start;
    std::array<Frame, 4> stack_{};
    std::size_t depth_ = 0;
    std::string key_, key_json_;  // of the member being read: its text, and as it was written
    bool first_key_ = true, list_seen_ = false, holds_cases_ = false, media_seen_ = false;
    std::string head_, case_head_, case_json_;

    struct Parsed {
        std::string_view text;  // the record, compact, in scratch_
        const char *bad = nullptr, *why = nullptr;
        std::size_t position = 0;  // where reading stopped
    } parsed_;
    std::vector<char> scratch_;
    std::unique_ptr<VicsRecord> record_;

    Hold hold_ = Hold::None;
    Shape shape_ = Shape::Scalar;
    std::string kept_;
    std::uint64_t held_size_ = 0;
    std::uint64_t held_from_ = 0;
    bool overflowed_ = false, in_string_ = false, escaped_ = false;
    unsigned nest_ = 0;
    std::uint64_t kinds_ = 0;  // one bit a level: 1 an object, 0 an array
};

}  // namespace amparo

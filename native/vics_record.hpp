// One media record of the VICS shape: what of it is indexed and shown. Used again and again, so that nothing is allocated.
#pragma once

#include <array>

#include "json_parser.hpp"
#include "vics.hpp"

namespace amparo {

class VicsRecord {
  public:
    using Parser = json::Parser<true>;

    // Reads one record; false if it breaks a rule of JSON (parser.why).
    bool read(Parser &parser);
    bool any() const;
    // Digests that were left out, and why; empty if none.
    const std::string &left_out() const { return left_out_; }
    // Appends the stored line. `source`: the record, compact, as the inside of a JSON string; `case_json` likewise.
    void line(std::string &out, std::uint64_t row, std::string_view source, std::string_view case_json);
    void columns(RecordBatch &batch) const;

  private:
    enum Digest : int { kMd5, kPdq, kPhotodna, kSha1, kSha256, kDigests };
    // What a card shows, in the order of the stored pairs.
    enum Shown : int { kDate, kDistributed, kSuspected, kMediaId, kMediaSize, kOffender, kSelfMade, kSeries, kVictim, kShown };
    enum class Use : std::uint8_t { Digest, Text, Flag, Label, Alternative, None };
    struct Field {
        std::string_view name;  // lowercase
        Use use;
        int which;
    };
    struct Piece {
        std::string_view text;  // in the record, or in `space`
        bool escaped = false;   // whether it must be escaped again
        std::string space;
    };

    static const Field *field_of(const json::Token &key, std::string &space);
    bool member(Parser &parser, const Field *field);
    bool alternatives(Parser &parser);
    bool alternative(Parser &parser);
    void offer(int which, std::string_view text);
    void offer_named(std::string_view name, std::string_view text);
    static void set(Piece &piece, const json::Token &token);
    static char *put(char *out, std::string_view text);
    static char *put(char *out, const Piece &piece);
    std::size_t room(std::string_view source, std::string_view case_json) const;
    char *put_digests(char *out) const;
    char *put_extra(char *out, std::string_view case_json) const;

    std::array<std::array<std::uint8_t, 144>, kDigests> bytes_;
    std::array<std::array<char, 288>, kDigests> hex_;
    std::array<bool, kDigests> has_{};
    std::array<Piece, kShown> shown_;
    Piece label_;
    std::vector<char> line_;
    std::string left_out_, key_space_, value_space_, name_, digest_;
};

}  // namespace amparo

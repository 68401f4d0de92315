// Search in a hash list index: exact digests in sorted tables, near ones by the pigeonring. No Python in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace amparo {

constexpr unsigned RING_CHUNKS = 16;            // a hash of 256 bits is a ring of 16 chunks of 16 bits
constexpr std::size_t RING_BUCKETS = 65536;     // values of a chunk
constexpr unsigned RING_MAX_THRESHOLD = 47;     // beyond it there are too many buckets to probe

// The PDQ column of an index. Rows are sorted; equal rows stand together.
struct NearColumn {
    const std::uint8_t *rows;        // count x 32
    const std::uint32_t *entries;    // count: the entry each row belongs to
    std::size_t count;
};

// The ring over the distinct rows of a column, by chunk: where each bucket begins; the rows in it; their next chunk.
struct Ring {
    const std::uint32_t *offsets;    // 16 x 65537
    const std::uint32_t *positions;  // 16 x distinct: first row of each distinct hash
    const std::uint16_t *next;       // 16 x stride, stride >= distinct + 32: chunk (c + 1) % 16 of the same rows
    std::size_t distinct;
    std::size_t stride;
    std::size_t heaviest;            // entries of the fullest bucket
};

struct Hit {
    std::uint32_t query;
    std::uint32_t entry;
    std::uint32_t distance;
};

// Hits by query, then distance, then entry. `cut`: queries with more than `cap` hits; theirs are the nearest ones.
struct Hits {
    std::vector<Hit> rows;
    std::vector<std::uint32_t> cut;
};

// Every entry within `threshold` bits, at most `cap` a query (0: all). Throws std::out_of_range if the ring points
// outside of the column. `ring` may be null or the threshold too wide for it: then every row is compared.
Hits search_near(const NearColumn &column, const Ring *ring, const std::uint8_t *queries, std::size_t query_count,
                 unsigned threshold, std::size_t cap);

// Fills one chunk's part of a ring: offsets[65537], and positions and next as long as there are distinct rows.
// Returns how many there are.
std::size_t ring_chunk(const std::uint8_t *rows, std::size_t count, unsigned chunk, std::uint32_t *offsets,
                       std::uint32_t *positions, std::uint16_t *next);

// Entries of the fullest bucket. Throws std::out_of_range if the offsets of a chunk do not rise from 0 to `distinct`.
std::size_t check_ring(const std::uint32_t *offsets, std::size_t distinct);

// Sorts `count` records of a digest (`octets`) and a number (4, little-endian) by digest, then as they came.
void sort_records(const std::uint8_t *records, std::size_t count, std::size_t octets, std::uint8_t *digests,
                  std::uint32_t *numbers);

// Adds to counts[b] the rows whose leading `bits` bits are b.
void count_prefixes(const std::uint8_t *rows, std::size_t count, std::size_t octets, unsigned bits,
                    std::uint32_t *counts);

// ranges[2i], ranges[2i + 1]: first row equal to query i, and the row after the last.
void find_exact(const std::uint8_t *rows, std::size_t octets, const std::uint32_t *starts, unsigned bits,
                const std::uint8_t *queries, std::size_t query_count, std::uint32_t *ranges);

}  // namespace amparo

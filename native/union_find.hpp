// Sets of addresses, joined edge by edge in chain order. No Python in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace amparo {

constexpr std::uint32_t NO_ADDRESS = 0xFFFFFFFF;

// One merge: `a` and `b` stood in different sets until transaction `tx` joined them.
struct ForestRow {
    std::uint32_t a, b, tx;
};
static_assert(sizeof(ForestRow) == 12, "three packed columns");

// A mapping of its own, on huge pages where the system grants them; throws std::bad_alloc.
void *huge_pages(std::size_t bytes);
void drop_pages(void *it, std::size_t bytes) noexcept;

// 32-bit numbers in one mapping, on huge pages where the system grants them: a random walk over hundreds of
// megabytes otherwise spends its time on page tables.
class Numbers32 {
  public:
    explicit Numbers32(std::size_t count);
    ~Numbers32();
    Numbers32(const Numbers32 &) = delete;
    Numbers32 &operator=(const Numbers32 &) = delete;
    std::uint32_t *data() { return data_; }
    std::size_t size() const { return count_; }

  private:
    std::size_t count_;
    std::uint32_t *data_;
};

// The same for the forest's rows, as an allocator: growing rows are written once and mostly not read again.
template <class T>
struct HugePages {
    using value_type = T;
    HugePages() = default;
    template <class U>
    HugePages(const HugePages<U> &) {}
    T *allocate(std::size_t count) { return static_cast<T *>(huge_pages(count * sizeof(T))); }
    void deallocate(T *it, std::size_t count) { drop_pages(it, count * sizeof(T)); }
    bool operator==(const HugePages &) const { return true; }
    bool operator!=(const HugePages &) const { return false; }
};
using ForestRows = std::vector<ForestRow, HugePages<ForestRow>>;

// An edge that does not come from the list of members: the same key, seen in two forms.
struct ExtraEdge {
    std::uint32_t a, b, tx;
};

// Union-find whose root is the smallest member. With `forest` every merge leaves one row; since edges come in the
// order of transactions, the rows are the minimum spanning forest by time.
class UnionFind {
  public:
    // `roots` (n of them, each at most its index) go on from an earlier result; null begins with singletons.
    UnionFind(std::size_t n, bool forest, const std::uint32_t *roots, std::size_t known);

    // One list of members a transaction: list t is members[offsets[t]-offsets[0] .. offsets[t+1]-offsets[0]).
    // NO_ADDRESS is passed over; lists with skip[t] != 0 too. Extra edges (ascending tx) follow the list of their tx.
    // Throws std::out_of_range where a member or offset does not fit.
    template <class Offset>
    void add(const Offset *offsets, std::size_t lists, const std::uint32_t *members, std::size_t count,
             const std::uint8_t *skip, std::uint32_t first_tx, const ExtraEdge *extra, std::size_t extras);

    // Edges as they stand.
    void add_edges(const ForestRow *rows, std::size_t count);

    // Every parent becomes the root. The object is spent afterwards.
    void flatten();

    std::size_t size() const { return parents_->size(); }
    Numbers32 *release();
    ForestRows rows;
    std::vector<std::uint8_t> kinds;  // 0 spent together, 1 same key

  private:
    bool join(std::uint32_t x, std::uint32_t y);
    void note(std::uint32_t a, std::uint32_t b, std::uint32_t tx, std::uint8_t kind);
    void edge(std::uint32_t a, std::uint32_t b, std::uint32_t tx, std::uint8_t kind);

    Numbers32 *parents_;
    bool forest_;

  public:
    ~UnionFind();
    UnionFind(const UnionFind &) = delete;
    UnionFind &operator=(const UnionFind &) = delete;
};

// The forest as trees that hang from their roots: the parent of each address and the row that ties it there
// (NO_ADDRESS at roots). Throws std::invalid_argument where the rows are not a forest with these roots.
void forest_tree(const std::uint32_t *root, std::size_t n, const ForestRow *rows, std::size_t count,
                 std::uint32_t *parent, std::uint32_t *row);

// The rows of the path from a to b, in walking order, and the addresses on it. False where they hang in two trees.
bool tree_path(const std::uint32_t *parent, const std::uint32_t *row, std::size_t n, std::uint32_t a,
               std::uint32_t b, std::vector<std::uint32_t> &nodes, std::vector<std::uint32_t> &rows);

// Sets of two and more: their roots ascending, where each begins in `members`, the members ascending.
struct Groups {
    std::vector<std::uint32_t> roots;
    std::vector<std::uint64_t> starts;
    std::vector<std::uint32_t> members;
};
Groups group_members(const std::uint32_t *root, std::size_t n);

// A merge worth a person's look. `why`: bit 0 both sides larger than the limit, bit 1 tags of different actors.
struct Alarm {
    std::uint32_t row, size_a, size_b, why;
};
// Replays the forest. tag_address/tag_actor: which actor is tagged on which address (any order).
std::vector<Alarm> merge_alarms(std::size_t n, const ForestRow *rows, std::size_t count, std::uint32_t limit,
                                const std::uint32_t *tag_address, const std::uint32_t *tag_actor, std::size_t tags);

}  // namespace amparo

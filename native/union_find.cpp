// Union-find by Rem's method with splicing (Dijkstra 1976; Patwary, Blair, Manne 2010): both walks go down together
// and often meet long before a root. Parents only ever get smaller, so a root is its set's smallest member.
// The walk is bound by memory latency: what is needed 96 members later is asked for now, its parent at 48.
#include "union_find.hpp"

#include <sys/mman.h>

#include <new>
#include <stdexcept>

namespace amparo {

namespace {

constexpr std::size_t AHEAD = 48;

}  // namespace

void *huge_pages(std::size_t bytes) {
    void *found = mmap(nullptr, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (found == MAP_FAILED) throw std::bad_alloc();
    madvise(found, bytes, MADV_HUGEPAGE);  // a wish; where it is not granted nothing changes
    return found;
}

void drop_pages(void *it, std::size_t bytes) noexcept { munmap(it, bytes ? bytes : 1); }

Numbers32::Numbers32(std::size_t count)
    : count_(count), data_(static_cast<std::uint32_t *>(huge_pages(4 * count))) {}

Numbers32::~Numbers32() { drop_pages(data_, 4 * count_); }

UnionFind::UnionFind(std::size_t n, bool forest, const std::uint32_t *roots, std::size_t known)
    : parents_(nullptr), forest_(forest) {
    if (n >= NO_ADDRESS || known > n) throw std::out_of_range("too many addresses, or more roots than addresses");
    for (std::size_t i = 0; i < known; ++i)
        if (roots[i] > i || roots[roots[i]] != roots[i]) throw std::out_of_range("these are no roots");
    parents_ = new Numbers32(n);
    std::uint32_t *parent = parents_->data();
    for (std::size_t i = 0; i < known; ++i) parent[i] = roots[i];
    for (std::size_t i = known; i < n; ++i) parent[i] = static_cast<std::uint32_t>(i);
}

UnionFind::~UnionFind() { delete parents_; }

Numbers32 *UnionFind::release() {
    Numbers32 *given = parents_;
    parents_ = new Numbers32(0);
    return given;
}

bool UnionFind::join(std::uint32_t x, std::uint32_t y) {
    std::uint32_t *parent = parents_->data();
    for (;;) {
        const std::uint32_t above_x = parent[x], above_y = parent[y];
        if (above_x == above_y) return false;
        if (above_x > above_y) {
            parent[x] = above_y;
            if (above_x == x) return true;
            x = above_x;
        } else {
            parent[y] = above_x;
            if (above_y == y) return true;
            y = above_y;
        }
    }
}

void UnionFind::note(std::uint32_t a, std::uint32_t b, std::uint32_t tx, std::uint8_t kind) {
    rows.push_back({a, b, tx});
    kinds.push_back(kind);
}

void UnionFind::edge(std::uint32_t a, std::uint32_t b, std::uint32_t tx, std::uint8_t kind) {
    if (join(a, b) && forest_) note(a, b, tx, kind);
}

template <class Offset>
void UnionFind::add(const Offset *offsets, std::size_t lists, const std::uint32_t *members, std::size_t count,
                    const std::uint8_t *skip, std::uint32_t first_tx, const ExtraEdge *extra, std::size_t extras) {
    const std::size_t n = size();
    for (std::size_t i = 0; i < extras; ++i)
        if (extra[i].a >= n || extra[i].b >= n) throw std::out_of_range("an extra edge names no address");
    const std::uint32_t *parent = parents_->data();
    std::size_t next = 0;
    for (std::size_t t = 0; t < lists; ++t) {
        const std::size_t begin = offsets[t] - offsets[0], end = offsets[t + 1] - offsets[0];
        if (begin > end || end > count) throw std::out_of_range("an offset falls, or lies behind the members");
        const std::uint32_t tx = first_tx + static_cast<std::uint32_t>(t);
        const bool used = !(skip && skip[t]);
        std::uint32_t first = NO_ADDRESS;
        for (std::size_t i = begin; i < end; ++i) {
            if (i + 2 * AHEAD < count) __builtin_prefetch(parent + members[i + 2 * AHEAD], 1);
            if (i + AHEAD < count && members[i + AHEAD] < n) __builtin_prefetch(parent + parent[members[i + AHEAD]], 1);
            const std::uint32_t member = members[i];
            if (member >= n) {
                if (member != NO_ADDRESS) throw std::out_of_range("a member is no address");
                continue;
            }
            if (!used) continue;
            if (first == NO_ADDRESS)
                first = member;
            else if (member != first && join(first, member) && forest_)
                note(first, member, tx, 0);
        }
        for (; next < extras && extra[next].tx <= tx; ++next) edge(extra[next].a, extra[next].b, extra[next].tx, 1);
    }
    for (; next < extras; ++next) edge(extra[next].a, extra[next].b, extra[next].tx, 1);
}

template void UnionFind::add(const std::uint32_t *, std::size_t, const std::uint32_t *, std::size_t,
                             const std::uint8_t *, std::uint32_t, const ExtraEdge *, std::size_t);
template void UnionFind::add(const std::uint64_t *, std::size_t, const std::uint32_t *, std::size_t,
                             const std::uint8_t *, std::uint32_t, const ExtraEdge *, std::size_t);

void UnionFind::add_edges(const ForestRow *given, std::size_t count) {
    const std::size_t n = size();
    std::uint32_t *parent = parents_->data();
    for (std::size_t i = 0; i < count; ++i)
        if (given[i].a >= n || given[i].b >= n) throw std::out_of_range("an edge names no address");
    for (std::size_t i = 0; i < count; ++i) {
        if (i + AHEAD < count) {
            __builtin_prefetch(parent + given[i + AHEAD].a, 1);
            __builtin_prefetch(parent + given[i + AHEAD].b, 1);
        }
        edge(given[i].a, given[i].b, given[i].tx, 0);
    }
}

void UnionFind::flatten() {
    std::uint32_t *parent = parents_->data();
    const std::size_t n = size();
    for (std::size_t i = 0; i < n; ++i) {
        if (i + AHEAD < n) __builtin_prefetch(parent + parent[i + AHEAD]);
        parent[i] = parent[parent[i]];  // everything below i is done
    }
}

}  // namespace amparo

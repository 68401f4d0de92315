// What stands on the spanning forest: trees to climb, paths, members of each set, alarms.
#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "union_find.hpp"

namespace amparo {

namespace {

void check_rows(const ForestRow *rows, std::size_t count, std::size_t n) {
    if (count >= NO_ADDRESS / 2) throw std::out_of_range("too many forest rows");
    for (std::size_t i = 0; i < count; ++i)
        if (rows[i].a >= n || rows[i].b >= n) throw std::out_of_range("a forest row names no address");
}

// Rows at each address, one list behind the other: list i is at[start[i] .. start[i + 1]).
struct Incidence {
    std::vector<std::uint32_t> start, at;
};

Incidence incidence(const ForestRow *rows, std::size_t count, std::size_t n) {
    Incidence found{std::vector<std::uint32_t>(n + 1), std::vector<std::uint32_t>(2 * count)};
    for (std::size_t i = 0; i < count; ++i) {
        ++found.start[rows[i].a];
        ++found.start[rows[i].b];
    }
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i <= n; ++i) {
        sum += found.start[i];
        found.start[i] = sum;  // the end of list i; filling moves it to its beginning
    }
    for (std::size_t i = count; i-- > 0;) {
        found.at[--found.start[rows[i].a]] = static_cast<std::uint32_t>(i);
        found.at[--found.start[rows[i].b]] = static_cast<std::uint32_t>(i);
    }
    return found;
}

}  // namespace

void forest_tree(const std::uint32_t *root, std::size_t n, const ForestRow *rows, std::size_t count,
                 std::uint32_t *parent, std::uint32_t *row) {
    check_rows(rows, count, n);
    const Incidence near = incidence(rows, count, n);
    std::fill(parent, parent + n, NO_ADDRESS);
    std::fill(row, row + n, NO_ADDRESS);
    std::size_t hung = 0;
    std::vector<std::uint32_t> waiting;
    for (std::size_t r = 0; r < n; ++r) {
        if (root[r] != r || near.start[r] == near.start[r + 1]) continue;
        waiting.assign(1, static_cast<std::uint32_t>(r));
        while (!waiting.empty()) {
            const std::uint32_t x = waiting.back();
            waiting.pop_back();
            for (std::uint32_t k = near.start[x]; k < near.start[x + 1]; ++k) {
                const std::uint32_t i = near.at[k], y = rows[i].a ^ rows[i].b ^ x;
                if (i == row[x]) continue;
                if (y == r || root[y] != r || row[y] != NO_ADDRESS) throw std::invalid_argument("the rows are not a forest");
                parent[y] = x;
                row[y] = i;
                ++hung;
                waiting.push_back(y);
            }
        }
    }
    if (hung != count) throw std::invalid_argument("the rows are not a forest with these roots");
}

bool tree_path(const std::uint32_t *parent, const std::uint32_t *row, std::size_t n, std::uint32_t a,
               std::uint32_t b, std::vector<std::uint32_t> &nodes, std::vector<std::uint32_t> &rows) {
    if (a >= n || b >= n) throw std::out_of_range("no such address");
    const auto climb = [&](std::uint32_t x) {
        std::vector<std::uint32_t> way{x};
        while (parent[x] != NO_ADDRESS) {
            x = parent[x];
            if (x >= n || way.size() > n) throw std::invalid_argument("these are no trees");
            way.push_back(x);
        }
        return way;
    };
    std::vector<std::uint32_t> up = climb(a), down = climb(b);
    if (up.back() != down.back()) return false;
    while (up.size() > 1 && down.size() > 1 && up[up.size() - 2] == down[down.size() - 2]) {
        up.pop_back();
        down.pop_back();
    }
    nodes = up;
    for (std::size_t i = 0; i + 1 < up.size(); ++i) rows.push_back(row[up[i]]);
    for (std::size_t i = down.size() - 1; i-- > 0;) {
        nodes.push_back(down[i]);
        rows.push_back(row[down[i]]);
    }
    return true;
}

Groups group_members(const std::uint32_t *root, std::size_t n) {
    std::vector<std::uint32_t> at(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (root[i] > i || root[root[i]] != root[i]) throw std::out_of_range("these are no roots");
        ++at[root[i]];
    }
    Groups found;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (at[i] < 2) continue;
        found.roots.push_back(static_cast<std::uint32_t>(i));
        found.starts.push_back(sum);
        const std::uint32_t size = at[i];
        at[i] = static_cast<std::uint32_t>(sum);
        sum += size;
    }
    found.starts.push_back(sum);
    found.members.resize(sum);
    // A root is its set's first member and is met first: its own place tells singletons from sets.
    std::vector<bool> many(n);
    for (const std::uint32_t each : found.roots) many[each] = true;
    for (std::size_t i = 0; i < n; ++i)
        if (many[root[i]]) found.members[at[root[i]]++] = static_cast<std::uint32_t>(i);
    return found;
}

std::vector<Alarm> merge_alarms(std::size_t n, const ForestRow *rows, std::size_t count, std::uint32_t limit,
                                const std::uint32_t *tag_address, const std::uint32_t *tag_actor,
                                std::size_t tags) {
    check_rows(rows, count, n);
    std::vector<std::uint32_t> parent(n), size(n, 1);
    for (std::size_t i = 0; i < n; ++i) parent[i] = static_cast<std::uint32_t>(i);
    std::map<std::uint32_t, std::set<std::uint32_t>> actors;  // root -> the actors tagged in its set
    for (std::size_t i = 0; i < tags; ++i) {
        if (tag_address[i] >= n) throw std::out_of_range("a tag names no address");
        actors[tag_address[i]].insert(tag_actor[i]);
    }
    const auto find = [&](std::uint32_t x) {
        while (parent[x] != x) x = parent[x] = parent[parent[x]];
        return x;
    };
    std::vector<Alarm> found;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t x = find(rows[i].a), y = find(rows[i].b);
        if (x == y) throw std::invalid_argument("the rows are not a forest");
        std::uint32_t why = size[x] > limit && size[y] > limit ? 1 : 0;
        const std::uint32_t low = std::min(x, y), high = std::max(x, y);
        if (tags) {
            const auto left = actors.find(low), right = actors.find(high);
            if (right != actors.end()) {
                if (left != actors.end()) {
                    const auto &p = left->second, &q = right->second;
                    if (!std::includes(p.begin(), p.end(), q.begin(), q.end()) &&
                        !std::includes(q.begin(), q.end(), p.begin(), p.end()))
                        why |= 2;
                }
                std::set<std::uint32_t> moved = std::move(right->second);
                actors.erase(right);
                actors[low].insert(moved.begin(), moved.end());
            }
        }
        if (why) found.push_back({static_cast<std::uint32_t>(i), size[x], size[y], why});
        parent[high] = low;
        size[low] += size[high];
    }
    return found;
}

}  // namespace amparo

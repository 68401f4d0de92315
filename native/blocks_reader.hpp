// A position in one block's bytes, every read checked: the walk's lowest step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "blocks_walk.hpp"

namespace amparo {

template <class T> T little(const std::uint8_t *at) {
    T number;
    std::memcpy(&number, at, sizeof number);  // little-endian machines only, as the arrays of a store
    return number;
}

struct Slice {
    std::size_t from = 0, size = 0;
};

// A position in one block's bytes. Once something is wrong it stays where that was found.
class Reader {
  public:
    Reader(const std::uint8_t *data, std::size_t size, std::uint64_t origin, BlockRows &rows)
        : data_(data), size_(size), origin_(origin), rows_(rows) {}

    std::size_t at = 0;

    const std::uint8_t *data() const { return data_; }
    std::size_t size() const { return size_; }
    std::uint64_t place() const { return origin_ + at; }
    std::uint64_t origin() const { return origin_; }

    bool fail(BlockFault fault, std::uint64_t place, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0) {
        rows_.fault = fault;
        rows_.fault_at = place;
        rows_.facts = {a, b, c};
        return false;
    }

    bool take(std::size_t size, const std::uint8_t *&from) {
        if (size > size_ - at) return fail(BlockFault::cut, place(), size, size_ - at);
        from = data_ + at;
        at += size;
        return true;
    }

    template <class T> bool number(T &value) {
        const std::uint8_t *from;
        if (!take(sizeof(T), from)) return false;
        value = little<T>(from);
        return true;
    }

    bool compact(std::uint64_t &value) {
        const std::uint64_t where = place();
        std::uint8_t first;
        if (!number(first)) return false;
        value = first;
        if (first < 0xFD) return true;
        if (first == 0xFD) return wide<std::uint16_t>(value, 0xFD, where);
        if (first == 0xFE) return wide<std::uint32_t>(value, 0x10000, where);
        return wide<std::uint64_t>(value, std::uint64_t{1} << 32, where);
    }

    // A count of things that take at least `least` octets each; more than could follow is refused at once.
    bool count(Part what, std::uint64_t least, std::uint64_t &value) {
        const std::uint64_t where = place();
        if (!compact(value)) return false;
        const std::uint64_t left = size_ - at;
        if (value > left / least) return fail(BlockFault::beyond, where, value, static_cast<std::uint64_t>(what), left);
        return true;
    }

    bool counted(Slice &found) {
        std::uint64_t size;
        if (!count(Part::bytes, 1, size)) return false;
        found = {at, static_cast<std::size_t>(size)};
        at += found.size;
        return true;
    }

  private:
    template <class T> bool wide(std::uint64_t &value, std::uint64_t least, std::uint64_t where) {
        T number_read;
        if (!number(number_read)) return false;
        value = number_read;
        return value >= least || fail(BlockFault::long_size, where);
    }

    const std::uint8_t *data_;
    std::size_t size_;
    std::uint64_t origin_;
    BlockRows &rows_;
};

}  // namespace amparo

// The tables of a JPEG file's Huffman codes. Source: ITU-T T.81, annex C.
#include "jpeg_bits.hpp"

namespace amparo {

bool JpegCode::build(const std::uint8_t *counts, const std::uint8_t *symbols_in_order, bool dc) {
    *this = JpegCode{};
    int code = 0, index = 0;
    last.fill(-1);
    for (int length = 1; length <= 16; ++length, code <<= 1) {
        const int count = counts[length - 1];
        if (count == 0) continue;
        offset[static_cast<std::size_t>(length)] = index - code;
        for (int each = 0; each < count; ++each, ++code, ++index) {
            if (index >= 256 || code >= 1 << length) return false;
            const int symbol = symbols_in_order[index];
            values[static_cast<std::size_t>(index)] = static_cast<std::uint8_t>(symbol);
            if (dc && symbol > 11) return false;
            if (length > kLook) continue;
            const int free = kLook - length;
            const int size = dc ? symbol : symbol & 15, run = dc ? 0 : symbol >> 4;
            for (int rest = 0; rest < 1 << free; ++rest) {
                const auto at = static_cast<std::size_t>((code << free) | rest);
                symbols[at] = static_cast<std::uint16_t>((length << 8) | symbol);
                Step &step = steps[at];
                if (size > 0 && size <= free) {
                    const int value = jpeg_extend(static_cast<unsigned>(rest) >> (free - size), size);
                    step = Step(value, run + 1, length + size);
                } else if (size == 0 && (dc || run == 0 || run == 15)) {
                    step = Step(0, dc ? 0 : run == 15 ? 16 : kEnd, length);
                }
            }
        }
        last[static_cast<std::size_t>(length)] = code - 1;
    }
    if (!dc) pair_up();
    return index > 0;
}

void JpegCode::pair_up() {
    const auto value16 = [](int value) { return static_cast<std::uint64_t>(static_cast<std::uint16_t>(value)); };
    for (std::size_t at = 0; at < pairs.size(); ++at) {
        const Step one = steps[at];
        if (one.length() == 0) continue;
        const bool ends = one.advance() == kEnd;
        const Step next = steps[(at << one.length()) & (pairs.size() - 1)];
        const bool useful = next.advance() == kEnd || next.value() != 0;  // sixteen zeros are left to the slow way
        const bool known = !ends && one.value() != 0 && next.length() != 0 && one.length() + next.length() <= kLook && useful;
        const bool then_ends = known && next.advance() == kEnd;
        const bool two = known && !then_ends;
        const auto length = static_cast<std::uint64_t>(one.length() + (known ? next.length() : 0));
        pairs[at].all = value16(one.value()) | value16(two ? next.value() : one.value()) << 16 |
                        static_cast<std::uint64_t>(one.advance()) << 32 |
                        static_cast<std::uint64_t>(two ? next.advance() : 0) << 40 | length << 48 |
                        static_cast<std::uint64_t>(known) << 56 | static_cast<std::uint64_t>(then_ends) << 57 |
                        static_cast<std::uint64_t>(ends) << 58 |
                        static_cast<std::uint64_t>(!ends && one.value() != 0) << 63;
    }
}

}  // namespace amparo

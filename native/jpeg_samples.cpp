// Blocks of a JPEG picture to planes of samples, and those to rows of luminance.
#include <algorithm>
#include <cstring>

#include "jpeg_reader.hpp"

namespace amparo {

#if AMPARO_X86

// One row of MCUs of a component, out of the room.
void JpegReader::draw(std::size_t which, std::size_t mcu_row) {
    const JpegComponent &part = frame_.parts[which];
    const auto v = static_cast<std::size_t>(part.v);
    for (std::size_t line = 0; line < v; ++line)
        for (std::size_t column = 0; column < part.stored_w; column += 8) {
            Places places;
            for (std::size_t x = column; x < std::min(column + 8, part.stored_w); ++x) {
                const std::size_t number = first_[which] + line * part.stored_w + x;
                places.add(room_.coefs[number].data(), which, mcu_row * v + line, x, room_.filled[number] != 0);
            }
            transform(places);
        }
}

void JpegReader::transform(const Places &places) {
    std::array<JpegBlock, 8> full;
    std::size_t count = 0;
    for (std::size_t i = 0; i < places.count; ++i) {
        const Places::Place &each = places.all[i];
        if (places.more[i]) {
            full[count++] = {each.coefs, quant(each.part), plane_at(each), stride(each.part)};
        } else {
            flat(each);
        }
    }
    if (count > 0) ops_.blocks(full.data(), count);
}

// A block of one value: the transform of the mean alone.
void JpegReader::flat(const Places::Place &place) {
    const auto mean = static_cast<std::int16_t>(place.coefs[0] * quant(place.part)[0]);
    const auto value = static_cast<std::uint8_t>(std::min(std::max(((mean + 4) >> 3) + 128, 0), 255));
    std::uint8_t *out = plane_at(place);
    for (int y = 0; y < 8; ++y) std::memset(out + static_cast<std::size_t>(y) * stride(place.part), value, 8);
}

// After the samples of a row of MCUs: give the rows whose neighbours are there too.
void JpegReader::emit(std::size_t mcu_row) {
    const bool last = mcu_row + 1 == frame_.mcus_h;
    const auto v = static_cast<std::size_t>(frame_.parts[0].v);
    const std::size_t there = (mcu_row + 1) * 8 * v;
    const std::size_t until = last ? frame_.height : v == 2 ? there - 1 : there;
    for (; emitted_ < until; ++emitted_) emit_row(emitted_);
}

void JpegReader::emit_row(std::size_t row) {
    const std::uint8_t *y = line_at(0, row);
    const std::uint8_t *cb = wide_[0].data(), *cr = wide_[0].data();
    if (frame_.parts.size() == 3) {
        cb = chroma(1, row, wide_[0]);
        cr = chroma(2, row, wide_[1]);
    }
    ops_.luma(y, cb, cr, frame_.width, luma_.data());
    sink_.row(luma_.data());
}

// The row of a colour at full width.
const std::uint8_t *JpegReader::chroma(std::size_t which, std::size_t row, std::vector<std::uint8_t> &out) {
    const std::size_t count = frame_.parts[which].samples_w;
    if (frame_.parts[0].h == 1) return line_at(which, row);
    std::uint16_t *sums = sums_.data() + 16;
    if (frame_.parts[0].v == 1) {
        for (std::size_t x = 0; x < count; ++x) sums[x] = line_at(which, row)[x];
    } else {
        const std::size_t near = row / 2, end = frame_.parts[which].samples_h - 1;
        const std::size_t far = row % 2 == 0 ? (near == 0 ? 0 : near - 1) : std::min(near + 1, end);
        ops_.mix(line_at(which, near), line_at(which, far), count, sums);
    }
    sums[-1] = sums[0];
    sums[count] = sums[count - 1];
    ops_.widen(sums, count, frame_.parts[0].v == 1 ? 2 : 4, out.data());
    return out.data();
}

#endif

}  // namespace amparo

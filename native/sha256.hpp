// SHA-256, alone and doubled, of many messages at a time; RIPEMD-160. Instructions are chosen by cpu.hpp and by
// what the processor has; "baseline" is plain C++.
#pragma once

#include <cstddef>
#include <cstdint>

namespace amparo {

struct Message {
    const std::uint8_t *data;
    std::size_t size;
    std::uint8_t *digest;  // 32 octets; may lie in `data` of a message that stands before
};

// SHA-256 of the SHA-256 of each message. No digest may overlap the data of a later message.
void dsha256_many(const Message *messages, std::size_t count);

void sha256(const std::uint8_t *data, std::size_t size, std::uint8_t digest[32]);

// RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996).
void ripemd160(const std::uint8_t *data, std::size_t size, std::uint8_t digest[20]);

// Whether the processor's own SHA instructions are used now.
bool has_sha_instructions();

}  // namespace amparo

// Kinds of output scripts by exact template; the numbers are those of amparo.ledger.scripts.ScriptKind.
#pragma once

#include <cstddef>
#include <cstdint>

namespace amparo {

// Writes the payload, padded with zeros to 32 octets, and returns the kind.
std::uint8_t classify(const std::uint8_t *script, std::size_t size, std::uint8_t payload[32]);

}  // namespace amparo

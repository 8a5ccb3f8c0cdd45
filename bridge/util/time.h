// Clocks. Wall-clock times are milliseconds since 1970 (Airbyte's emitted_at).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tapbridge {

using Clock = std::chrono::steady_clock; // for deadlines

// Wall-clock time in ms since the epoch. Never decreases within this process, also when the system
// clock is set back: destinations break ties by emitted_at.
std::int64_t now_ms();

// "300 ms", "90 s": as a message says it.
std::string duration_text(std::chrono::milliseconds duration);

} // namespace tapbridge

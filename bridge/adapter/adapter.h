// What is known of a tap beyond what it says itself. The defaults carry a normal tap.
#pragma once

#include "translate/failure.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace tapbridge::adapter {

struct Adapter {
    std::vector<std::string> command;                 // argv of the tap
    std::chrono::milliseconds state_interval{10'000}; // states are merged by time
    std::chrono::seconds check_timeout{300};
    std::chrono::seconds probe_timeout{30};       // --help, --about
    std::chrono::seconds discover_timeout{120};   // for a tap that discovers by syncing
    std::chrono::milliseconds stop_grace{10'000}; // between TERM and KILL
    std::chrono::milliseconds idle{0};            // a tap silent for so long is stopped; 0 = never
    std::size_t line_limit = std::size_t{256} << 20;
    std::vector<translate::ErrorPattern> errors;
};

} // namespace tapbridge::adapter

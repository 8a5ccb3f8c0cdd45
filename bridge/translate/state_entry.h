// One stream_state of ours as text and back: see translate/state.h.
#pragma once

#include "translate/state.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tapbridge::translate {

struct StateEntry {
    std::optional<json::Value> bookmark;
    json::Value shared;
    std::uint64_t sequence = 0;
    std::optional<StateBase> base;
    std::optional<std::uint64_t> since; // sequences of its run are above this
    std::vector<std::string> family;    // empty: not said
};

// Absent for a value that this program never wrote. Clients rewrite numbers and people edit states:
// 5.0 and "5" are sequences too, and a part may be missing.
std::optional<StateEntry> read_state_entry(const json::Value& stream_state);

// The sequence alone, of whatever has one.
std::optional<std::uint64_t> read_sequence(const json::Value& stream_state);

} // namespace tapbridge::translate

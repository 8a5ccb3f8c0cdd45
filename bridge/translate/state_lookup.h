// Finds each stream's own entry in the state that `read` was given: see join_state in
// translate/state.h.
#pragma once

#include "airbyte/state_input.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace tapbridge::translate {

class StateLookup {
public:
    // `configured`: the streams of all runs. Both must outlive this.
    StateLookup(const std::vector<airbyte::StreamStateInput>& entries,
                const std::vector<const airbyte::StreamDescriptor*>& configured);

    // Null where there is none.
    const json::Value* find(const airbyte::StreamDescriptor& stream) const;

private:
    struct Name {
        std::vector<const airbyte::StreamStateInput*> entries;
        std::size_t configured = 0;
    };
    std::unordered_map<std::string, Name> m_names;
};

} // namespace tapbridge::translate

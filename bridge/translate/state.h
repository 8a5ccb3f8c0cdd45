// Takes a Singer state apart into one Airbyte STREAM state per stream, and puts it together again.
//
// A Singer state is one blob for the whole tap. A destination commits streams independently, a user
// resets one stream: so each stream's state carries what the join needs,
//
//     { "bookmark": <bookmarks[id], verbatim, or absent>,
//       "shared":   <every other part of the blob>,
//       "sequence": n }
//
// A part that a JSON reader on the way could not take as it is (a lone surrogate, NaN, a number of
// over 1,000 characters: see json::has_defects), or that one would hand back changed (a number with
// a fraction or an exponent that no double holds, 900 levels), travels as its source text in a
// string, as "bookmark_text" or "shared_text". A GLOBAL's shared_state may be such an object too:
// that is how a blob travels there that is not an object or that has such a part.
#pragma once

#include "airbyte/state_input.h"
#include "util/json/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

// A stream of one run, as the state knows it.
struct StateStream {
    airbyte::StreamDescriptor descriptor;
    std::string id; // tap_stream_id: the key in `bookmarks`
    bool incremental = false;
};

struct SplitState {
    std::vector<std::optional<json::Value>> bookmarks; // in the order of the streams
    json::Value
        shared; // the blob without them; `bookmarks` stays, with what belongs to no stream here
};

SplitState split_state(const json::Value& blob, const std::vector<StateStream>& streams);

// Source text of a stream_state.
std::string stream_state(const std::optional<json::Value>& bookmark, const json::Value& shared,
                         std::uint64_t sequence);

struct JoinedState {
    std::optional<json::Value> blob; // what the tap is given; absent: no state file
    std::uint64_t last_sequence = 0; // the highest one seen; sequences go on from it
    std::vector<bool>
        has_entry; // per stream: it came with a state of its own (or a blob holds its bookmark)
    std::vector<std::string> warnings;
};

// Joins the input for one run over `streams`. `others` are the configured streams of the other
// runs: a name that one of them bears too is not unique. Each incremental stream's own bookmark,
// and the `shared` with the lowest sequence among the incremental streams that have an entry:
// reading again is allowed, skipping is not. A stream without an entry, with a null or empty one,
// or that is read in full starts fresh, whatever `shared` says of it: its id is struck from
// `bookmarks`, `activate_versions` and the top level. Where a flat state cannot be told apart (no
// `bookmarks`, no stream's id in it) and an incremental stream has no entry, `shared` is dropped
// whole, with a warning. An entry of a shape that this program never wrote starts fresh, with a
// warning. Resume hints (currently_syncing, and current_stream as tap-salesforce and tap-zuora call
// it; any currently_syncing_*) are always null in the result, their keys kept where they were: taps
// that get them skip streams. Streams are looked up by name and namespace (null = absent = ""),
// else, where either of the two has no namespace, by name where it is unique. Of several entries
// for one stream the last one counts. A GLOBAL input and a blob (LEGACY, bare, Meltano's) obey the
// same rules: full-refresh streams are struck; a GLOBAL that lists streams resets the configured
// ones it does not list.
JoinedState join_state(const airbyte::StateInput& input, const std::vector<StateStream>& streams,
                       const std::vector<airbyte::StreamDescriptor>& others = {});

// Whether a top-level key of a Singer state only says where a tap was: see join_state().
bool is_resume_hint(std::string_view key);

} // namespace tapbridge::translate

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
    // Positions, in the same list, of the streams it hangs on: parents, their parents and so on.
    std::vector<std::size_t> ancestors = {};
    // Read only for those that hang on it, and in full: it has no state.
    bool hidden = false;
};

struct SplitState {
    std::vector<std::optional<json::Value>> bookmarks; // in the order of the streams
    // The blob without them; `bookmarks` stays, with what belongs to no stream here, and with those
    // of incremental streams that others hang on.
    json::Value shared;
};

SplitState split_state(const json::Value& blob, const std::vector<StateStream>& streams);

// What a run was given of the shared part, where that was not the newest there was.
struct StateBase {
    json::Value shared;
    std::uint64_t sequence = 0; // sequences of the run are above this
};

// Source text of a stream_state. `base` is that of the run's JoinedState.
// `family`: see family_of(). `since`: sequences of the run are above this.
std::string stream_state(const std::optional<json::Value>& bookmark, const json::Value& shared,
                         std::uint64_t sequence, const std::optional<StateBase>& base = {},
                         const std::vector<std::string>& family = {}, std::uint64_t since = 0);

// Source text of a GLOBAL's shared_state: the blob as it is, or inside an object of ours (see
// above).
std::string global_shared_state(const json::Value& blob, std::uint64_t sequence);

// Source text of a stream_state in a GLOBAL. What the stream comes from lies in the blob: this only
// says whether it goes on from there. {} (to start afresh) for one that is read in full, or that
// the run does not read.
std::string global_stream_state(bool goes_on, std::uint64_t sequence);

// The ids of all incremental streams of the run, where they share anything: some hang on others, or
// `shared` (of a state of the run) holds something; else none. A position that they share is ahead
// of none of them; of a stream that was not read then, it may be. Not those of `left_out`, which is
// that of the run's JoinedState: the states that they had do not count.
std::vector<std::string> family_of(const std::vector<StateStream>& streams,
                                   const json::Value& shared,
                                   const std::vector<std::string>& left_out = {});

struct JoinedState {
    std::optional<json::Value> blob; // what the tap is given; absent: no state file
    std::uint64_t last_sequence = 0; // the highest one seen; sequences go on from it
    // Per stream: it came with a state of its own, or a blob holds something of it.
    std::vector<bool> has_entry;
    std::vector<std::string> warnings;
    std::optional<StateBase> base; // goes into every state of this run
    // Ids of streams whose entry was not taken: see below on streams that were deselected.
    std::vector<std::string> left_out;
};

// Joins the input for one run over `streams`. `others` are the configured streams of the other
// runs: a name that one of them bears too is not unique.
//
// Each incremental stream's own bookmark goes with the `shared` of the lowest sequence among the
// incremental streams that have an entry (or with the base, see above): reading again is allowed,
// skipping is not. What else belongs to one stream, by its id in `activate_versions` and at the top
// level, comes from its own entry as well.
//
// A stream without an entry, with a null or empty one, or that is read in full starts fresh,
// whatever `shared` says of it. So does, with a warning, one whose entry has a shape that this
// program never wrote. When an incremental stream has no entry, the bookmarks of streams that are
// not configured are left out too: one may be its parent, and would hold back the old children. A
// flat state that cannot be told apart (no `bookmarks`, no stream's id in it) is then dropped
// whole, with a warning.
//
// A stream that took no part in the last run (deselected, and selected again with the state it had
// then) starts fresh where the parts that are shared differ. Nothing tells which of them is ahead:
// the others may have gone on far beyond it, or started again before it. What the last run was, the
// highest sequence tells: they follow the wall clock, so that a run's are above all earlier ones,
// also above those that it was not given (unless the clock was set back). Which streams took part,
// its `family` tells, and a sequence of its own.
//
// A tap looks for children below what it reads of the parent. The parent's bookmark must therefore
// be ahead of no child: it goes with `shared`, by the rule for that. A parent starts fresh with any
// of its children that does (one that is read in full does so each time), and when one of them took
// no part in the last run.
//
// Resume hints (see is_resume_hint) are always null in the result, their keys kept: taps that get
// them skip streams.
//
// Streams are looked up by name and namespace (null = absent = ""), else, where either of the two
// has no namespace, by name where it is unique. Of several entries for one stream the last one
// counts. A GLOBAL input and a blob (LEGACY, bare, Meltano's) obey the same rules: full-refresh
// streams are struck; a GLOBAL that lists streams resets the configured ones that it does not list,
// or lists with null or {}.
JoinedState join_state(const airbyte::StateInput& input, const std::vector<StateStream>& streams,
                       const std::vector<airbyte::StreamDescriptor>& others = {});

// Whether a top-level key of a Singer state only says where a tap was: currently_syncing and
// currently_syncing_*, and current_stream as tap-salesforce and tap-zuora call it.
bool is_resume_hint(std::string_view key);

} // namespace tapbridge::translate

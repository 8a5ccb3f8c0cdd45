// What a tap's state is made of: the parts of single streams, and what all of them share.
#pragma once

#include "translate/state.h"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tapbridge::translate {

inline constexpr std::string_view k_bookmarks = "bookmarks";
inline constexpr std::string_view k_versions = "activate_versions";

// Index of each stream by its id.
using StateIds = std::unordered_map<std::string_view, std::size_t>;

StateIds state_ids(const std::vector<StateStream>& streams);

// By position: whether it is incremental and others hang on it, so that its bookmark goes with
// `shared`.
std::vector<bool> shared_parents(const std::vector<StateStream>& streams);

// Their ids.
StateIds parent_ids(const std::vector<StateStream>& streams);

StateIds without(StateIds ids, const StateIds& others);

// `bookmarks`, where it is an object.
const json::Value* bookmarks_of(const json::Value& blob);

// Of duplicate keys a tap reads the last one; the others would come to light when that one is taken
// out.
void drop_shadowed(json::Value& object);

// The stream that a top-level member belongs to: by its id, or its id before a dot (tap-outbrain
// keeps `campaign_performance.<campaign>`). None for the frame, whatever the streams are called.
std::optional<std::size_t> owner_of(const json::Member& member, const StateIds& ids);

// Whether this is a flat state with something in it, but nothing that belongs to one of the
// streams.
bool is_indivisible(const json::Value& blob, const StateIds& ids);

// The blob without what belongs to single streams, resume hints null; {} for null.
json::Value common_part(json::Value blob, const StateIds& ids);

// Whether such a part holds anything: a position that streams share, what belongs to others.
bool says_something(const json::Value& common);

} // namespace tapbridge::translate

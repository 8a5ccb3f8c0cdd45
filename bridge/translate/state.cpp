#include "translate/state.h"

#include "translate/state_entry.h"
#include "translate/state_lookup.h"
#include "translate/state_shape.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tapbridge::translate {

namespace {

// What the state says of one stream alone. Like its bookmark, the rest comes from the stream's own
// entry: an older `shared` may hold what was there before a reset.
struct Own {
    std::optional<json::Value> bookmark;
    std::optional<json::Value> version; // of activate_versions
    std::vector<json::Member> keys;     // top level

    bool empty() const { return !bookmark && keys.empty(); }
};

// What the input holds for the streams of this run.
struct Found {
    explicit Found(std::size_t streams) : own(streams), has_entry(streams) {}

    std::vector<Own> own; // empty for streams that start fresh
    std::vector<bool> has_entry;
    bool incremental_fresh = false;           // an incremental stream starts fresh
    std::optional<json::Value> shared;        // absent: no stream goes on
    std::map<std::uint64_t, StateEntry> ages; // of the streams that go on, one of each sequence
    std::vector<std::string> warnings;
    std::vector<std::optional<std::uint64_t>> sequences = {}; // of each stream's entry
    std::vector<std::string> left_out = {};
};

bool is_reset(const json::Value* state)
{
    return !state || state->is_null() || (state->is_object() && state->members().empty());
}

void take_own(Own& own, const json::Value& shared, const StateIds& ids, const std::string& id)
{
    const std::size_t at = ids.at(id);
    for (const json::Member& member : shared.members()) {
        if (owner_of(member, ids) == at)
            own.keys.push_back(member);
    }
    const json::Value* versions = shared.find(k_versions);
    if (const json::Value* version = versions ? versions->find(id) : nullptr)
        own.version = *version;
}

// Which `shared` is not ahead of any stream. Each run starts from one that was not ahead of any
// stream then, and moves on from it. So among states of the last run it is the one with the lowest
// sequence. Where a stream has a state from before, that run's start is safe. It is known as the
// base, or, when the run was given the newest there was, is what the older state holds.
void choose_shared(Found& found)
{
    if (found.ages.empty())
        return;
    const StateEntry& lowest = found.ages.begin()->second;
    const StateEntry& highest = found.ages.rbegin()->second;
    if (highest.base && lowest.sequence <= highest.base->sequence) {
        found.shared = highest.base->shared;
        return;
    }
    found.shared = lowest.shared;
}

std::string foreign_warning(const StateStream& stream)
{
    return "The saved state of stream \"" + airbyte::display_name(stream.descriptor) +
           "\" was not written by this connector. The stream is read from the start.";
}

using Entries = std::vector<std::optional<StateEntry>>; // by stream

Entries read_entries(const StateLookup& lookup, const std::vector<StateStream>& streams,
                     std::vector<std::string>& warnings)
{
    Entries entries(streams.size());
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const StateStream& stream = streams[i];
        const json::Value* state = stream.hidden ? nullptr : lookup.find(stream.descriptor);
        if (is_reset(state))
            continue;
        entries[i] = read_state_entry(*state);
        if (!entries[i] && stream.incremental)
            warnings.push_back(foreign_warning(stream));
    }
    return entries;
}

// Whether the stream's state before the run of `newest` was known there, or is of that run itself.
bool took_part(const StateEntry& newest, const std::string& id,
               std::optional<std::uint64_t> sequence)
{
    return std::find(newest.family.begin(), newest.family.end(), id) != newest.family.end() ||
           (newest.since && sequence && *sequence > *newest.since);
}

bool share_the_same(const Entries& entries, const std::vector<StateStream>& streams)
{
    const StateIds single = without(state_ids(streams), parent_ids(streams));
    std::optional<json::Value> first;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (!streams[i].incremental || !entries[i])
            continue;
        json::Value common = common_part(entries[i]->shared, single);
        if (first && common != *first)
            return false;
        first = std::move(common);
    }
    return true;
}

// Takes away the entries of streams that took no part in the last run, see join_state.
void leave_out(Entries& entries, const std::vector<StateStream>& streams, Found& found)
{
    const StateEntry* newest = nullptr;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i].incremental && entries[i] &&
            (!newest || entries[i]->sequence > newest->sequence))
            newest = &*entries[i];
    }
    if (!newest || newest->family.empty() || share_the_same(entries, streams))
        return;
    const StateEntry last = *newest;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (!streams[i].incremental || !entries[i] ||
            took_part(last, streams[i].id, entries[i]->sequence))
            continue;
        found.left_out.push_back(streams[i].id);
        found.warnings.push_back("Stream \"" + airbyte::display_name(streams[i].descriptor) +
                                 "\" was not part of the last sync, and the tap keeps a position "
                                 "that its streams share. The stream is read from the start.");
        entries[i].reset();
    }
}

Found find_entries(const StateLookup& lookup, const std::vector<StateStream>& streams)
{
    Found found(streams.size());
    const StateIds ids = state_ids(streams);
    Entries entries = read_entries(lookup, streams, found.warnings);
    leave_out(entries, streams, found);
    found.sequences.resize(streams.size());
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const StateStream& stream = streams[i];
        std::optional<StateEntry>& entry = entries[i];
        found.has_entry[i] = entry.has_value();
        if (!stream.incremental)
            continue;
        if (!entry) {
            found.incremental_fresh = true;
            continue;
        }
        found.sequences[i] = entry->sequence;
        found.own[i].bookmark = entry->bookmark;
        take_own(found.own[i], entry->shared, ids, stream.id);
        found.ages.try_emplace(entry->sequence, std::move(*entry));
    }
    choose_shared(found);
    return found;
}

// `listed`: where the streams are that a GLOBAL lists; null where every stream goes on.
Found take_apart(const json::Value& blob, const StateLookup* listed,
                 const std::vector<StateStream>& streams)
{
    const StateIds ids = state_ids(streams);
    SplitState split = split_state(blob, streams);
    const bool indivisible = is_indivisible(split.shared, ids);
    Found found(streams.size());
    bool goes_on = false;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        Own own;
        own.bookmark = std::move(split.bookmarks[i]);
        take_own(own, split.shared, ids, streams[i].id);
        const bool reset = listed && is_reset(listed->find(streams[i].descriptor));
        found.has_entry[i] = listed ? !reset : indivisible || !own.empty();
        if (reset || !streams[i].incremental) {
            found.incremental_fresh = found.incremental_fresh || streams[i].incremental;
            continue;
        }
        found.own[i] = std::move(own);
        goes_on = true;
    }
    if (goes_on)
        found.shared = std::move(split.shared);
    return found;
}

// A GLOBAL's shared_state is the blob, or an object of ours that holds it.
json::Value unwrapped(const json::Value& shared_state)
{
    std::optional<StateEntry> entry = read_state_entry(shared_state);
    if (entry && (shared_state.find("shared") || shared_state.find("shared_text")))
        return std::move(entry->shared);
    return shared_state;
}

Found find_all(const airbyte::StateInput& input, const std::vector<StateStream>& streams,
               const std::vector<airbyte::StreamDescriptor>& others)
{
    std::vector<const airbyte::StreamDescriptor*> configured;
    configured.reserve(streams.size() + others.size());
    for (const StateStream& stream : streams) {
        if (!stream.hidden)
            configured.push_back(&stream.descriptor);
    }
    for (const airbyte::StreamDescriptor& stream : others)
        configured.push_back(&stream);
    const StateLookup lookup(input.streams, configured);
    if (input.global && input.shared)
        return take_apart(unwrapped(*input.shared), input.streams.empty() ? nullptr : &lookup,
                          streams);
    if (input.blob)
        return take_apart(*input.blob, nullptr, streams);
    return find_entries(lookup, streams);
}

// Whether all took part in the last run that left a state: only then is a parent's bookmark known
// to be ahead of none.
bool all_were_read(const Found& found, const std::vector<StateStream>& streams)
{
    if (found.ages.empty())
        return true; // a blob, of one moment
    const StateEntry& newest = found.ages.rbegin()->second;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i].incremental && !took_part(newest, streams[i].id, found.sequences[i]))
            return false;
    }
    return true;
}

// Whose bookmarks are given as `shared` has them: see join_state. All others that others hang on
// start fresh.
StateIds settle_parents(Found& found, const std::vector<StateStream>& streams)
{
    const std::vector<bool> is_shared = shared_parents(streams);
    std::vector<bool> fresh(streams.size(), !all_were_read(found, streams));
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i].incremental && found.has_entry[i])
            continue;
        fresh[i] = true;
        for (const std::size_t parent : streams[i].ancestors)
            fresh[parent] = true;
    }
    StateIds from_shared;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (!is_shared[i])
            continue;
        found.own[i] = Own();
        if (fresh[i])
            found.incremental_fresh = true;
        else
            from_shared.emplace(streams[i].id, i);
    }
    return from_shared;
}

// The part of the chosen `shared` that the tap is given; {} where that is nothing. `whole`: what
// stays in it though it belongs to one stream.
json::Value common_to_give(Found& found, const StateIds& ids, const StateIds& whole)
{
    // No object: then the tap had no bookmarks yet, and goes on from this alone.
    if (!found.shared->is_object() && !found.shared->is_null())
        found.own.assign(found.own.size(), Own());
    const bool nothing_own =
        std::all_of(found.own.begin(), found.own.end(), [](const Own& own) { return own.empty(); });
    if (found.incremental_fresh && nothing_own && is_indivisible(*found.shared, ids)) {
        found.warnings.emplace_back(
            "The saved state does not say which stream it belongs to, and at "
            "least one stream starts afresh. It is left out, and all streams "
            "of this run are read from the start.");
        return json::Value::object();
    }
    json::Value common = common_part(*found.shared, without(ids, whole));
    if (json::Value* bookmarks = common.find(k_bookmarks); bookmarks && found.incremental_fresh)
        std::erase_if(bookmarks->members(), [&whole](const json::Member& member) {
            return !whole.contains(member.name);
        });
    return common;
}

void put_in(json::Value& blob, std::string_view object, const std::string& id, json::Value value)
{
    json::Value* parts = blob.find(object);
    if (!parts || !parts->is_object())
        parts = &blob.set(object, json::Value::object());
    parts->members().push_back({id, {}, std::move(value)});
}

json::Value put_together(json::Value blob, Found& found, const std::vector<StateStream>& streams)
{
    for (std::size_t i = 0; i < streams.size(); ++i) {
        Own& own = found.own[i];
        if (own.bookmark)
            put_in(blob, k_bookmarks, streams[i].id, std::move(*own.bookmark));
        if (own.version)
            put_in(blob, k_versions, streams[i].id, std::move(*own.version));
        for (json::Member& key : own.keys)
            blob.members().push_back(std::move(key));
    }
    return blob;
}

std::uint64_t last_sequence(const airbyte::StateInput& input)
{
    std::uint64_t last = input.shared ? read_sequence(*input.shared).value_or(0) : 0;
    for (const airbyte::StreamStateInput& entry : input.streams)
        last = std::max(last, read_sequence(entry.state).value_or(0));
    return last;
}

} // namespace

SplitState split_state(const json::Value& blob, const std::vector<StateStream>& streams)
{
    SplitState split;
    split.bookmarks.resize(streams.size());
    split.shared = blob;
    drop_shadowed(split.shared);
    if (!bookmarks_of(split.shared))
        return split;
    const StateIds ids = state_ids(streams);
    json::Value& bookmarks = *split.shared.find(k_bookmarks);
    drop_shadowed(bookmarks);
    const std::vector<bool> is_shared = shared_parents(streams);
    std::vector<json::Member> others;
    for (json::Member& member : bookmarks.members()) {
        const auto at = ids.find(member.name);
        if (at != ids.end())
            split.bookmarks[at->second] = member.value;
        if (at == ids.end() || is_shared[at->second])
            others.push_back(std::move(member));
    }
    bookmarks.members() = std::move(others);
    return split;
}

std::vector<std::string> family_of(const std::vector<StateStream>& streams,
                                   const json::Value& shared,
                                   const std::vector<std::string>& left_out)
{
    std::vector<std::string> ids;
    const std::vector<bool> is_shared = shared_parents(streams);
    if (std::find(is_shared.begin(), is_shared.end(), true) == is_shared.end() &&
        !says_something(common_part(shared, state_ids(streams))))
        return ids;
    for (const StateStream& stream : streams) {
        if (stream.incremental &&
            std::find(left_out.begin(), left_out.end(), stream.id) == left_out.end())
            ids.push_back(stream.id);
    }
    return ids;
}

JoinedState join_state(const airbyte::StateInput& input, const std::vector<StateStream>& streams,
                       const std::vector<airbyte::StreamDescriptor>& others)
{
    JoinedState joined;
    joined.last_sequence = last_sequence(input);
    Found found = find_all(input, streams, others);
    if (found.shared) {
        const StateIds ids = state_ids(streams);
        const StateIds whole = settle_parents(found, streams);
        const StateIds single = without(ids, parent_ids(streams));
        json::Value common = common_to_give(found, ids, whole);
        const bool is_newest =
            std::all_of(found.ages.begin(), found.ages.end(), [&](const auto& entry) {
                return common_part(entry.second.shared, single) == common;
            });
        if (!is_newest)
            joined.base = StateBase{common, joined.last_sequence};
        json::Value blob = put_together(std::move(common), found, streams);
        if (!blob.is_object() || !blob.members().empty())
            joined.blob = std::move(blob);
    }
    joined.has_entry = std::move(found.has_entry);
    joined.warnings = std::move(found.warnings);
    joined.left_out = std::move(found.left_out);
    return joined;
}

} // namespace tapbridge::translate

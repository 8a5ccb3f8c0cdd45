#include "translate/state.h"

#include "translate/state_entry.h"
#include "translate/state_lookup.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tapbridge::translate {

bool is_resume_hint(std::string_view key)
{
    return key == "currently_syncing" || key == "current_stream" ||
           key.starts_with("currently_syncing_");
}

namespace {

constexpr std::string_view k_bookmarks = "bookmarks";
constexpr std::string_view k_versions = "activate_versions";

// Index of each stream by its id.
using Ids = std::unordered_map<std::string_view, std::size_t>;

Ids ids_of(const std::vector<StateStream>& streams)
{
    Ids ids;
    ids.reserve(streams.size());
    for (const StateStream& stream : streams)
        ids.emplace(stream.id, ids.size());
    return ids;
}

const json::Value* bookmarks_of(const json::Value& blob)
{
    const json::Value* bookmarks = blob.find(k_bookmarks);
    return bookmarks && bookmarks->is_object() ? bookmarks : nullptr;
}

// Of duplicate keys a tap reads the last one; the others would come to light when that one is taken
// out.
void drop_shadowed(json::Value& object)
{
    std::vector<json::Member>& members = object.members();
    std::unordered_set<std::string> seen;
    const auto shadowed = [&seen](const json::Member& member) {
        return !seen.insert(member.name).second;
    };
    const auto kept = std::remove_if(members.rbegin(), members.rend(), shadowed);
    members.erase(members.begin(), kept.base());
}

// The stream that a top-level key belongs to: its id, or its id before a dot (tap-outbrain keeps
// `campaign_performance.<campaign>`).
std::optional<std::size_t> owner(std::string_view key, const Ids& ids)
{
    while (true) {
        if (const auto found = ids.find(key); found != ids.end())
            return found->second;
        const std::size_t dot = key.rfind('.');
        if (dot == std::string_view::npos)
            return std::nullopt;
        key = key.substr(0, dot);
    }
}

// Whether a top-level member is part of the frame that all streams share, whatever they are called.
bool is_frame(const json::Member& member)
{
    return (member.name == k_bookmarks && member.value.is_object()) || member.name == k_versions ||
           is_resume_hint(member.name);
}

bool has_content(const json::Value& blob)
{
    if (!blob.is_object())
        return !blob.is_null();
    return std::any_of(
        blob.members().begin(), blob.members().end(),
        [](const json::Member& member) { return !is_frame(member) && !member.value.is_null(); });
}

// Whether this is a flat state with something in it, but nothing that belongs to one of the
// streams.
bool is_indivisible(const json::Value& blob, const Ids& ids)
{
    if (bookmarks_of(blob) || !has_content(blob))
        return false;
    return std::none_of(blob.members().begin(), blob.members().end(),
                        [&ids](const json::Member& member) {
                            return !is_frame(member) && owner(member.name, ids);
                        });
}

// What the input holds for the streams of this run.
struct Found {
    explicit Found(std::size_t streams) : bookmarks(streams), has_entry(streams), fresh(streams) {}

    std::vector<std::optional<json::Value>> bookmarks; // of the streams that go on
    std::optional<json::Value> shared;                 // absent: no stream goes on
    std::vector<bool> has_entry;
    std::vector<bool> fresh;        // starts from nothing
    bool incremental_fresh = false; // one of those is incremental
    std::vector<std::string> warnings;
};

void start_fresh(Found& found, std::size_t at, const StateStream& stream)
{
    found.fresh[at] = true;
    found.incremental_fresh = found.incremental_fresh || stream.incremental;
}

bool is_reset(const json::Value* state)
{
    return !state || state->is_null() || (state->is_object() && state->members().empty());
}

Found find_entries(const StateLookup& lookup, const std::vector<StateStream>& streams)
{
    Found found(streams.size());
    std::optional<std::uint64_t> lowest;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const StateStream& stream = streams[i];
        const json::Value* state = lookup.find(stream.descriptor);
        std::optional<StateEntry> entry;
        if (!is_reset(state))
            entry = read_state_entry(*state);
        if (!is_reset(state) && !entry && stream.incremental)
            found.warnings.push_back("The saved state of stream \"" +
                                     airbyte::display_name(stream.descriptor) +
                                     "\" was not written by this connector. The stream is read "
                                     "from the start.");
        found.has_entry[i] = entry.has_value();
        if (!entry || !stream.incremental) {
            start_fresh(found, i, stream);
            continue;
        }
        found.bookmarks[i] = std::move(entry->bookmark);
        if (!lowest || entry->sequence < *lowest) {
            lowest = entry->sequence;
            found.shared = std::move(entry->shared);
        }
    }
    return found;
}

// `listed`: where the streams are that a GLOBAL lists; null where every stream goes on.
Found take_apart(const json::Value& blob, const StateLookup* listed,
                 const std::vector<StateStream>& streams)
{
    const Ids ids = ids_of(streams);
    SplitState split = split_state(blob, streams);
    Found found(streams.size());
    found.bookmarks = std::move(split.bookmarks);
    std::vector<bool> holds_key(streams.size(), is_indivisible(split.shared, ids));
    for (const json::Member& member : split.shared.members()) {
        if (const auto at = owner(member.name, ids); at && !is_frame(member))
            holds_key[*at] = true;
    }
    bool goes_on = false;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const bool reset = listed && is_reset(listed->find(streams[i].descriptor));
        found.has_entry[i] = listed ? !reset : found.bookmarks[i].has_value() || holds_key[i];
        if (reset || !streams[i].incremental) {
            start_fresh(found, i, streams[i]);
            found.bookmarks[i].reset();
        } else {
            goes_on = true;
        }
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

// Takes out of `shared` what it says of the fresh streams, and the bookmarks that an older `shared`
// may hold of streams that were not configured then.
void strike(json::Value& shared, const Found& found, const Ids& ids)
{
    const auto is_fresh = [&](const std::string& key) {
        const auto at = ids.find(key);
        return at != ids.end() && found.fresh[at->second];
    };
    std::erase_if(shared.members(), [&](const json::Member& member) {
        const auto at = is_frame(member) ? std::nullopt : owner(member.name, ids);
        return at && found.fresh[*at];
    });
    if (json::Value* versions = shared.find(k_versions))
        std::erase_if(versions->members(),
                      [&](const json::Member& member) { return is_fresh(member.name); });
    if (json::Value* bookmarks = shared.find(k_bookmarks))
        std::erase_if(bookmarks->members(), [&](const json::Member& member) {
            return found.incremental_fresh || ids.contains(member.name);
        });
}

void insert_bookmarks(json::Value& shared, Found& found, const std::vector<StateStream>& streams)
{
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (!found.bookmarks[i])
            continue;
        if (!bookmarks_of(shared))
            shared.set(k_bookmarks, json::Value::object());
        json::Member member{streams[i].id, {}, std::move(*found.bookmarks[i])};
        shared.find(k_bookmarks)->members().push_back(std::move(member));
    }
}

void drop_bookmarks(Found& found)
{
    for (std::optional<json::Value>& bookmark : found.bookmarks)
        bookmark.reset();
}

// What the tap is given; absent where that is nothing.
std::optional<json::Value> put_together(Found& found, const std::vector<StateStream>& streams)
{
    if (!found.shared)
        return std::nullopt;
    json::Value blob = std::move(*found.shared);
    // The oldest `shared` is no object: then the tap had no bookmarks yet, and goes on from this
    // alone.
    if (!blob.is_object() && !blob.is_null())
        drop_bookmarks(found);
    const Ids ids = ids_of(streams);
    const bool has_bookmark =
        std::any_of(found.bookmarks.begin(), found.bookmarks.end(),
                    [](const auto& bookmark) { return bookmark.has_value(); });
    if (found.incremental_fresh && !has_bookmark && is_indivisible(blob, ids)) {
        found.warnings.emplace_back(
            "The saved state does not say which stream it belongs to, and at least one stream "
            "starts "
            "afresh. It is left out, and all streams of this run are read from the start.");
        return std::nullopt;
    }
    if (blob.is_null())
        blob = json::Value::object();
    drop_shadowed(blob);
    strike(blob, found, ids);
    insert_bookmarks(blob, found, streams);
    for (json::Member& member : blob.members()) {
        if (is_resume_hint(member.name))
            member.value = json::Value();
    }
    if (blob.is_object() && blob.members().empty())
        return std::nullopt;
    return blob;
}

Found find_all(const airbyte::StateInput& input, const std::vector<StateStream>& streams,
               const std::vector<airbyte::StreamDescriptor>& others)
{
    std::vector<const airbyte::StreamDescriptor*> configured;
    for (const StateStream& stream : streams)
        configured.push_back(&stream.descriptor);
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

} // namespace

SplitState split_state(const json::Value& blob, const std::vector<StateStream>& streams)
{
    SplitState split;
    split.bookmarks.resize(streams.size());
    split.shared = blob;
    drop_shadowed(split.shared);
    if (!bookmarks_of(split.shared))
        return split;
    const Ids ids = ids_of(streams);
    json::Value& bookmarks = *split.shared.find(k_bookmarks);
    drop_shadowed(bookmarks);
    std::vector<json::Member> others;
    for (json::Member& member : bookmarks.members()) {
        if (const auto at = ids.find(member.name); at != ids.end())
            split.bookmarks[at->second] = std::move(member.value);
        else
            others.push_back(std::move(member));
    }
    bookmarks.members() = std::move(others);
    return split;
}

JoinedState join_state(const airbyte::StateInput& input, const std::vector<StateStream>& streams,
                       const std::vector<airbyte::StreamDescriptor>& others)
{
    JoinedState joined;
    for (const airbyte::StreamStateInput& entry : input.streams)
        joined.last_sequence =
            std::max(joined.last_sequence, read_sequence(entry.state).value_or(0));
    if (input.shared)
        joined.last_sequence =
            std::max(joined.last_sequence, read_sequence(*input.shared).value_or(0));
    Found found = find_all(input, streams, others);
    joined.blob = put_together(found, streams);
    joined.has_entry = std::move(found.has_entry);
    joined.warnings = std::move(found.warnings);
    return joined;
}

} // namespace tapbridge::translate

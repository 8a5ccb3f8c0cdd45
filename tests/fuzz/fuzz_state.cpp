// A Singer state taken apart, sent through Airbyte, and put together again.
#include "airbyte/message.h"
#include "airbyte/state_input.h"
#include "input.h"
#include "translate/state.h"

#include <set>

namespace {

using namespace tapbridge;
using fuzz::demand;
using translate::JoinedState;
using translate::StateStream;

constexpr std::uint64_t k_sequence = 7;

// ---- streams that the blob speaks of, and one that it does not

void add_names(std::set<std::string>& names, const json::Value* object)
{
    for (std::size_t i = 0; object != nullptr && i < object->members().size(); ++i)
        names.insert(object->members()[i].name);
}

std::vector<StateStream> streams_of(const json::Value& blob, fuzz::Input& input,
                                    bool all_incremental)
{
    std::set<std::string> names;
    add_names(names, &blob);
    add_names(names, blob.find("bookmarks"));
    add_names(names, blob.find("activate_versions"));
    std::vector<StateStream> streams;
    for (const std::string& name : names) {
        if (input.below(3) == 0)
            continue;
        StateStream stream;
        stream.id = name;
        stream.descriptor.name = "as " + name;
        if (input.below(2) == 0)
            stream.descriptor.namespace_ = "space";
        stream.incremental = all_incremental || input.below(4) != 0;
        streams.push_back(std::move(stream));
    }
    streams.push_back({{"never seen", std::nullopt}, "never seen", true});
    return streams;
}

// ---- what a tap must be given for a blob

void keep_last_of_each(json::Value* object)
{
    if (object == nullptr)
        return;
    std::vector<json::Member> kept;
    for (json::Member& member : object->members()) {
        std::erase_if(kept, [&](const json::Member& other) { return other.name == member.name; });
        kept.push_back(std::move(member));
    }
    object->members() = std::move(kept);
}

// Absent where the blob says nothing.
std::optional<json::Value> expected(json::Value blob)
{
    keep_last_of_each(&blob);
    keep_last_of_each(blob.find("bookmarks"));
    keep_last_of_each(blob.find("activate_versions"));
    for (json::Member& member : blob.members()) {
        if (member.name.starts_with("currently_syncing_") || member.name == "currently_syncing" ||
            member.name == "current_stream")
            member.value = json::Value();
    }
    if (blob.is_null() || (blob.is_object() && blob.members().empty()))
        return std::nullopt;
    return blob;
}

// ---- the way through Airbyte

// The states of the streams wanted, as a client hands them back: the messages' own text.
airbyte::StateInput sent_back(const std::vector<std::string>& states,
                              const std::vector<bool>& committed)
{
    std::string list = "[";
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (committed[i])
            list += (list.size() > 1 ? "," : "") + states[i];
    }
    return airbyte::read_state(list + "]", "state.json");
}

std::vector<std::string> states_of(const translate::SplitState& split,
                                   const std::vector<StateStream>& streams)
{
    demand(split.bookmarks.size() == streams.size(), "one place per stream");
    std::vector<std::string> states;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        std::string line;
        airbyte::append_stream_state(
            line, streams[i].descriptor,
            translate::stream_state(split.bookmarks[i], split.shared, k_sequence), 0);
        fuzz::messages_in(line);
        line.pop_back();
        states.push_back(std::move(line));
    }
    return states;
}

void check_whole(const json::Value& blob, fuzz::Input& input)
{
    const std::vector<StateStream> streams = streams_of(blob, input, true);
    const translate::SplitState split = translate::split_state(blob, streams);
    const std::vector<std::string> states = states_of(split, streams);
    const JoinedState joined =
        translate::join_state(sent_back(states, std::vector<bool>(streams.size(), true)), streams);
    demand(joined.blob == expected(blob), "what is split joins to what it was");
    demand(joined.last_sequence == k_sequence && joined.warnings.empty() && !joined.base,
           "nothing is wrong with it");
}

const json::Value* bookmark_in(const std::optional<json::Value>& blob, const std::string& id)
{
    const json::Value* const bookmarks = blob ? blob->find("bookmarks") : nullptr;
    return bookmarks != nullptr ? bookmarks->find(id) : nullptr;
}

void check_subset(const json::Value& blob, fuzz::Input& input)
{
    const std::vector<StateStream> streams = streams_of(blob, input, false);
    const translate::SplitState split = translate::split_state(blob, streams);
    std::vector<bool> committed;
    for (std::size_t i = 0; i < streams.size(); ++i)
        committed.push_back(input.below(2) != 0);
    const JoinedState joined =
        translate::join_state(sent_back(states_of(split, streams), committed), streams);
    for (std::size_t i = 0; i < streams.size(); ++i) {
        demand(joined.has_entry[i] == committed[i], "what was committed is found");
        const bool goes_on = committed[i] && streams[i].incremental;
        const json::Value* const bookmark = bookmark_in(joined.blob, streams[i].id);
        if (!goes_on)
            demand(bookmark == nullptr, "a stream that starts afresh has no bookmark");
        else if (split.bookmarks[i])
            demand(bookmark != nullptr && *bookmark == *split.bookmarks[i],
                   "a stream goes on from its own bookmark");
    }
    if (joined.blob)
        demand(json::parse(joined.blob->text()) == joined.blob, "what the tap is given reads back");
}

// The text as the file that a user passes.
void check_input(std::string_view text, const std::vector<StateStream>& streams)
{
    airbyte::StateInput given;
    try {
        given = airbyte::read_state(text, "state.json");
    } catch (const airbyte::ErrorException& failure) {
        const airbyte::Error& error = failure.error();
        demand(error.failure_type == airbyte::FailureType::config_error &&
                   error.message.find("state.json") != std::string::npos,
               "a bad state file is the user's to mend");
        return;
    }
    const JoinedState joined = translate::join_state(given, streams);
    demand(joined.has_entry.size() == streams.size(), "there is a word on every stream");
    if (!joined.blob)
        return;
    demand(json::parse(joined.blob->text()) == joined.blob, "what the tap is given reads back");
    const translate::SplitState split = translate::split_state(*joined.blob, streams);
    states_of(split, streams);
}

// Only what is set aside in time can be sent: beyond, the platform cannot read it.
bool is_deep(const json::Value& value, int depth = 1)
{
    const auto deeper = [depth](const json::Value& one) { return is_deep(one, depth + 1); };
    return depth > 800 || std::any_of(value.items().begin(), value.items().end(), deeper) ||
           std::any_of(value.members().begin(), value.members().end(),
                       [&](const json::Member& member) { return deeper(member.value); });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::optional<json::Value> blob = json::parse(input.body());
    std::vector<StateStream> streams{{{"users", std::nullopt}, "users", true},
                                     {{"orders", "shop"}, "shop-orders", true},
                                     {{"items", std::nullopt}, "items", false}};
    check_input(input.body(), streams);
    if (!blob || is_deep(*blob))
        return 0;
    check_whole(*blob, input);
    check_subset(*blob, input);
    return 0;
}

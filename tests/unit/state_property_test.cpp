#include "catch.h"
#include "translate/state.h"
#include "util/json/value.h"

#include <boost/json/parse.hpp>

#include <functional>
#include <random>
#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::translate;

namespace {

using Random = std::mt19937_64;

int below(Random& random, int limit)
{
    return static_cast<int>(random() % static_cast<std::uint64_t>(limit));
}

template <typename T>
const T& pick(Random& random, const std::vector<T>& choices)
{
    return choices[random() % choices.size()];
}

const std::vector<std::string> k_ids = {
    "users", "shop-orders", "public.items", "bookmarks", "r\\u00e9sum\\u00e9",
    "",      "currently",   "a b"};

std::string key(const std::string& id)
{
    return '"' + id + "\":";
}

// Scalars that readers and writers like to change.
std::string scalar(Random& random)
{
    static const std::vector<std::string> choices = {"1",
                                                     "1.10",
                                                     "-0",
                                                     "-0.0",
                                                     "1E400",
                                                     "123456789012345678901234567890",
                                                     "12345678901234567890.123456789",
                                                     "NaN",
                                                     "-Infinity",
                                                     "null",
                                                     "true",
                                                     "\"2024-01-01T00:00:00Z\"",
                                                     "\"\\ud800 alone\"",
                                                     "\"a\\u0000b\\/\"",
                                                     "\"\xE2\x80\xA8\"",
                                                     "\"https://example.com/?next=%20\"",
                                                     "0.1000000000000000055511151231257827",
                                                     "5e-324",
                                                     "\"\"",
                                                     "{}",
                                                     "[]",
                                                     std::string(1200, '7')};
    return pick(random, choices);
}

std::string standard_bookmark(Random& random)
{
    return "{\"updated_at\":" + scalar(random) + ",\"offset\":{\"page\":" + scalar(random) + "}}";
}

std::string sdk_bookmark(Random& random)
{
    std::string text = "{\"replication_key\":\"id\",\"replication_key_value\":" + scalar(random) +
                       ",\"starting_replication_value\":null";
    if (below(random, 2) == 0)
        text +=
            ",\"progress_markers\":{\"Note\":\"n\",\"replication_key_value\":" + scalar(random) +
            "}";
    text += ",\"partitions\":[";
    for (int i = below(random, 4); i > 0; --i)
        text += "{\"context\":{\"org\":" + scalar(random) + "}},";
    return text + "{\"context\":{},\"replication_key_signpost\":" + scalar(random) + "}]}";
}

std::string mysql_bookmark(Random& random)
{
    return "{\"version\":1795363713351,\"log_file\":\"bin.000001\",\"log_pos\":" + scalar(random) +
           ",\"max_pk_values\":{\"id\":" + scalar(random) + "},\"last_pk_fetched\":null}";
}

std::string postgres_bookmark(Random& random)
{
    return "{\"version\":1,\"xmin\":null,\"lsn\":" + scalar(random) +
           ",\"last_replication_method\":\"LOG_BASED\"}";
}

std::string mongodb_bookmark(Random& random)
{
    return "{\"oplog_ts_time\":1700000000,\"oplog_ts_inc\":" + scalar(random) +
           ",\"token\":{\"_data\":\"82AB\"},\"last_id_fetched\":" + scalar(random) + "}";
}

// Per repository, per customer, per view.
std::string nested_bookmark(Random& random)
{
    return "{\"o/r\":{\"since\":" + scalar(random) +
           "},\"1234567890\":{\"date\":" + scalar(random) + "}}";
}

std::string odd_bookmark(Random& random)
{
    // Duplicate keys inside a bookmark are the tap's own affair: they stay.
    return below(random, 3) == 0 ? "{\"a\":1,\"a\":" + scalar(random) + "}" : scalar(random);
}

std::string bookmarks(Random& random)
{
    static const std::vector<std::function<std::string(Random&)>> makers = {
        standard_bookmark, sdk_bookmark,    mysql_bookmark, postgres_bookmark,
        mongodb_bookmark,  nested_bookmark, odd_bookmark};
    std::string text = "{";
    for (const std::string& id : k_ids) {
        for (int copies = below(random, 8) == 0 ? 2 : below(random, 2); copies > 0; --copies)
            text += key(id) + pick(random, makers)(random) + ",";
    }
    return text + "\"parent of none\":" + pick(random, makers)(random) + "}";
}

std::string frame(Random& random)
{
    static const std::vector<std::string> choices = {
        "\"currently_syncing\":\"users\"",
        "\"currently_syncing\":null",
        "\"currently_syncing\":[\"users\",\"1234567890\"]",
        "\"currently_syncing_repo\":\"o/r\",\"currently_syncing\":\"users\"",
        "\"current_stream\":\"users\",\"JobID\":\"750\"",
        "\"activate_versions\":{\"users\":1,\"users\":2}",
        "\"lsn\":123456789012345678901234567890,\"gtid\":1.10",
        "\"users\":1,\"bookmarks\":null",
        "\"stray\":1,\"stray\":2,\"currently_syncing\":\"a\",\"currently_syncing\":\"b\""};
    return pick(random, choices);
}

std::string flat(Random& random)
{
    std::string text = "{";
    for (const std::string& id : k_ids) {
        if (id != "bookmarks" && below(random, 2) == 0)
            text += key(id) + scalar(random) + ",";
    }
    return text + "\"campaign.1\":" + scalar(random) + "," + frame(random) + "}";
}

std::string random_blob(Random& random)
{
    switch (below(random, 6)) {
    case 0:
        return scalar(random); // the whole state: a URL, a number, {}, null
    case 1:
        return flat(random);
    case 2:
        return "{" + frame(random) + "}";
    case 3:
        return "{\"bookmarks\":" + bookmarks(random) + "}";
    default:
        return "{" + frame(random) + ",\"bookmarks\":" + bookmarks(random) +
               ",\"x\":" + scalar(random) + "}";
    }
}

json::Value parsed(const std::string& text, bool strict = false)
{
    json::ParseOptions options;
    options.strict = strict;
    std::optional<json::Value> value = json::parse(text, nullptr, options);
    REQUIRE(value);
    return *value;
}

void keep_last_of_each(json::Value& object)
{
    std::vector<json::Member> kept;
    for (const json::Member& member : object.members()) {
        std::erase_if(kept, [&](const json::Member& other) { return other.name == member.name; });
        kept.push_back(member);
    }
    object.members() = kept;
}

// What the tap must be given for that blob; absent where it says nothing.
std::optional<json::Value> expected(json::Value blob)
{
    keep_last_of_each(blob);
    for (const char* parts : {"bookmarks", "activate_versions"}) {
        if (blob.find(parts))
            keep_last_of_each(*blob.find(parts));
    }
    for (json::Member& member : blob.members()) {
        if (member.name.starts_with("currently_syncing") || member.name == "current_stream")
            member.value = json::Value();
    }
    if (blob.is_null() || (blob.is_object() && blob.members().empty()))
        return std::nullopt;
    return blob;
}

std::vector<StateStream> some_streams(Random& random)
{
    std::vector<StateStream> streams;
    for (const std::string& id : k_ids) {
        if (below(random, 3) == 0)
            continue;
        StateStream stream;
        stream.id = json::decode_string(id);
        stream.descriptor.name = "airbyte " + stream.id;
        stream.incremental = true;
        streams.push_back(stream);
    }
    if (streams.empty())
        streams.push_back({{"never seen", std::nullopt}, "never seen", true});
    return streams;
}

bool is_strict_json(const std::string& text)
{
    boost::system::error_code error;
    boost::json::parse(text, error);
    return !error;
}

} // namespace

TEST_CASE("join_state gives back what split_state took apart, through the text form")
{
    for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
        Random random(seed);
        const std::string text = random_blob(random);
        INFO("seed " << seed << ": " << text);
        const json::Value blob = parsed(text);
        const std::vector<StateStream> streams = some_streams(random);
        const SplitState split = split_state(blob, streams);
        REQUIRE(split.bookmarks.size() == streams.size());

        airbyte::StateInput input;
        for (std::size_t i = 0; i < streams.size(); ++i) {
            const std::string state = stream_state(split.bookmarks[i], split.shared, seed);
            INFO(state);
            CHECK(is_strict_json(state));
            CHECK(state.find("\xE2\x80\xA8") == std::string::npos);
            input.streams.push_back({streams[i].descriptor, parsed(state, true)});
        }
        const JoinedState joined = join_state(input, streams);
        const std::optional<json::Value> wanted = expected(blob);
        REQUIRE(joined.blob.has_value() == wanted.has_value());
        if (wanted) {
            INFO("joined: " << joined.blob->text());
            REQUIRE(*joined.blob == *wanted);
        }
        CHECK(joined.last_sequence == seed);
        CHECK(joined.warnings.empty());
        CHECK_FALSE(joined.base);
    }
}

TEST_CASE("join_state gives a bare blob back as it is when every stream goes on")
{
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random(seed);
        const std::string text = random_blob(random);
        INFO("seed " << seed << ": " << text);
        airbyte::StateInput input;
        input.blob = parsed(text);
        const JoinedState joined = join_state(input, some_streams(random));
        const std::optional<json::Value> wanted = expected(*input.blob);
        REQUIRE(joined.blob.has_value() == wanted.has_value());
        if (wanted)
            REQUIRE(*joined.blob == *wanted);
    }
}

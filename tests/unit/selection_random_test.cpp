#include "selection_fixture.h"

#include <random>

using namespace selection_fixture;

namespace {

// Everything the bridge may write, taken away again.
json::Value stripped(const json::Value& catalog)
{
    json::Value copy = catalog;
    for (json::Value& raw : copy.find("streams")->items()) {
        raw.erase("replication_key");
        raw.erase("replication_method");
        std::vector<json::Value> kept;
        for (json::Value& item : raw.find("metadata")->items()) {
            json::Value* metadata = item.find("metadata");
            for (const char* key : {"selected", "replication-key", "replication-method",
                                    "forced-replication-method"}) {
                metadata->erase(key);
            }
            if (!metadata->members().empty()) {
                kept.push_back(item);
            }
        }
        raw.find("metadata")->items() = kept;
    }
    return copy;
}

using Random = std::mt19937_64;

std::string random_schema(Random& random, int depth)
{
    std::string text = R"({"maximum":)" + std::to_string(random() % 100) + ".50";
    if (depth > 0 && random() % 3 == 0) {
        text += R"(,"items":)" + random_schema(random, depth - 1);
    }
    if (depth > 0 && random() % 2 == 0) {
        text += R"(,"properties":{)";
        for (unsigned i = 0, count = static_cast<unsigned>(random() % 4); i < count; ++i) {
            text += (i ? ",\"" : "\"") + std::string(1, static_cast<char>('a' + i)) +
                    "\":" + random_schema(random, depth - 1);
        }
        text += "}";
    }
    static const char* const k_inclusions[] = {"automatic", "available", "unsupported"};
    if (random() % 3 == 0) {
        text += R"(,"inclusion":")" + std::string(k_inclusions[random() % 3]) + "\"";
    }
    return text + "}";
}

std::string random_catalog(Random& random)
{
    std::string text = R"({"streams":[)";
    for (unsigned i = 0; i < 3; ++i) {
        text += (i ? "," : "") + std::string(R"({"tap_stream_id":"s)") + std::to_string(i) +
                R"(","schema":{"properties":{"a":)" + random_schema(random, 3) + R"(,"b":)" +
                random_schema(random, 2) + R"(,"c":{}}},"metadata":[)" +
                R"({"breadcrumb":["properties","a"],"metadata":{"n":1.10)" +
                (random() % 2 ? R"(,"selected":true)" : "") +
                (random() % 2 ? R"(,"fieldExclusions":["c"])" : "") + "}}]" +
                (random() % 2 ? R"(,"replication_key":"b")" : "") + "}";
    }
    return text + "]}";
}

// Every property of the schema is marked, none more than its parent.
void check_marks(const json::Value& raw, const json::Value& node, const Path& path, bool parent)
{
    if (const json::Value* properties = node.find("properties")) {
        for (const json::Member& member : properties->members()) {
            Path below = path;
            below.insert(below.end(), {"properties", member.name});
            const std::string mark = selected(raw, below);
            CHECK((mark == "true" || mark == "false"));
            CHECK((parent || mark == "false"));
            check_marks(raw, member.value, below, mark == "true");
        }
    }
    if (const json::Value* items = node.find("items")) {
        Path below = path;
        below.emplace_back("items");
        check_marks(raw, *items, below, parent);
    }
}

} // namespace

TEST_CASE("mark_catalog adds marks and nothing else, marks every property, and is stable")
{
    const std::uint64_t seed = 11;
    Random random(seed);
    INFO("seed " << seed);
    for (int round = 0; round < 200; ++round) {
        const std::string text = random_catalog(random);
        INFO(text);
        const singer::Catalog catalog = catalog_of(text);
        std::vector<Selection> selections = {
            full(0, random() % 2 ? Path{"a"} : Path{}),
            incremental(2, "b", random() % 2 ? Path{"c"} : Path{})};
        const MarkedCatalog marked = translate::mark_catalog(catalog, selections);
        CHECK(stripped(marked.catalog).text() == stripped(catalog.raw).text());
        for (const std::size_t i : {0, 2}) {
            const json::Value& raw = entry(marked, i);
            check_marks(raw, *raw.find("schema"), {}, true);
        }
        const MarkedCatalog again =
            translate::mark_catalog(catalog_of(marked.catalog.text()), selections);
        CHECK(again.catalog.text() == marked.catalog.text());
    }
}

// Catalog entries as taps write them, for the tests of discovery.
#pragma once

#include "catalog_fixture.h"
#include "translate/discovery.h"

#include <string>
#include <vector>

namespace discovery_fixture {

using namespace tapbridge;
using translate::Discovered;
using translate::Stream;

inline Discovered discover(const std::string& entries)
{
    return translate::discover(catalog_of("{\"streams\":[" + entries + "]}"));
}

inline Stream discover_one(const std::string& entry)
{
    Discovered discovered = discover(entry);
    REQUIRE(discovered.streams.size() == 1);
    return discovered.streams.front();
}

// A table as database taps describe it.
inline std::string table(const std::string& id, const std::string& name,
                         const std::string& root_metadata)
{
    return R"({"tap_stream_id":")" + id + R"(","stream":")" + name + R"(","table_name":")" + name +
           R"(","schema":{"type":"object","properties":{"id":{"type":"integer"},"at":{"type":"string"}}},
           "metadata":[{"breadcrumb":[],"metadata":{)" +
           root_metadata + R"(}},
           {"breadcrumb":["properties","id"],"metadata":{"sql-datatype":"int"}}]})";
}

// A stream of an API with the columns id, at (strings), tags (array) and body (object).
inline std::string api(const std::string& name, const std::string& root_metadata,
                       const std::string& top_level = "")
{
    return R"({"tap_stream_id":")" + name + R"(","stream":")" + name + "\"," + top_level +
           R"("schema":{"type":["null","object"],"properties":{"id":{"type":"string"},
           "at":{"type":["null","string"]},"tags":{"type":["null","array"]},
           "body":{"anyOf":[{"type":"object"},{"type":"null"}]}}},
           "metadata":[{"breadcrumb":[],"metadata":{)" +
           root_metadata + "}}]}";
}

inline std::string names(const Discovered& discovered)
{
    std::string all;
    for (const Stream& stream : discovered.streams) {
        all += (stream.descriptor.namespace_ ? *stream.descriptor.namespace_ : "-") + "/" +
               stream.descriptor.name + " ";
    }
    return all;
}

} // namespace discovery_fixture

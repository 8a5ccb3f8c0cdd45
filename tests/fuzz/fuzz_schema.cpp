// A value that is valid for a tap's schema stays valid for ours, and ours is one that Airbyte
// takes.
#include "input.h"
#include "schema_samples.h"
#include "translate/schema.h"
#include "util/json/value.h"

namespace {

using namespace tapbridge;
using fuzz::demand;

constexpr int k_samples = 60;

std::uint64_t seed_of(std::string_view choices)
{
    std::uint64_t seed = 14695981039346656037ULL; // FNV-1a: the same everywhere
    for (const char c : choices)
        seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return seed;
}

// Null where the validator cannot tell: a schema that is none, references in a circle.
std::optional<bool> accepts(const boost::json::value& schema, const boost::json::value& record)
{
    try {
        return draft7::Validator(schema).accepts(record);
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

void compare(const boost::json::object& theirs, const boost::json::value& ours,
             std::string_view choices)
{
    schema_samples::Random random(seed_of(choices));
    schema_samples::Sampler sampler(random, theirs);
    for (int i = 0; i < k_samples; ++i) {
        boost::json::value record;
        try {
            record = sampler.record();
        } catch (const std::exception&) {
            continue; // no schema at all
        }
        if (accepts(theirs, record) != true)
            continue;
        if (accepts(ours, record) != true)
            std::fprintf(stderr, "record: %s\nours: %s\n", boost::json::serialize(record).c_str(),
                         boost::json::serialize(ours).c_str());
        demand(accepts(ours, record) == true, "a valid record stays valid");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input(data, size);
    const std::optional<json::Value> schema = json::parse(input.body());
    if (!schema)
        return 0;
    const json::Value normalised = translate::normalise_schema(*schema);
    demand(translate::normalise_schema(normalised) == normalised, "a normalised schema stays");
    const boost::json::value ours = fuzz::strict(normalised.text());
    demand(schema_samples::fault_in_stream_schema(ours.as_object()).empty(),
           "a normalised schema has nothing that Airbyte cannot take");
    const fuzz::Oracle theirs(input.body(), 1000);
    if (theirs.accepts() && theirs.value.is_object())
        compare(theirs.value.get_object(), ours, input.choices());
    return 0;
}

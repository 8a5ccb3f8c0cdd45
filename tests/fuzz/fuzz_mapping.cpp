// An adapter's `config`: the user's settings on their way to the tap and back.
#include "adapter/adapter_file.h"
#include "airbyte/error.h"
#include "input.h"
#include "util/json/value.h"

namespace {

using namespace tapbridge;
using fuzz::demand;

const std::string k_adapter = "adapter.yaml";
const std::string k_config = "config.json";
constexpr std::int64_t k_now_ms = 1'795'429'230'400;

std::optional<adapter::ConfigMapping> mapping_of(const json::Value& adapter)
{
    try {
        // JSON is YAML; a text is taken for the file itself.
        return adapter::read_adapter(adapter.is_string() ? adapter.as_string() : adapter.text(),
                                     k_adapter)
            .config;
    } catch (const airbyte::ErrorException& failure) {
        demand(failure.error().failure_type == airbyte::FailureType::config_error &&
                   failure.error().message.find(k_adapter) != std::string::npos,
               "a bad adapter is named");
        return std::nullopt;
    }
}

bool is_name_of_file(const std::string& name)
{
    return !name.empty() && name.size() < 200 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._-") == std::string::npos;
}

std::optional<json::Value> mapped(const adapter::ConfigMapping& mapping, const json::Value& user)
{
    adapter::MappingPlace place;
    place.now_ms = k_now_ms;
    place.path = k_config;
    place.write_file = [](const std::string& name, std::string_view) {
        demand(is_name_of_file(name), "a file's name is harmless");
        return "/tmp/" + name;
    };
    try {
        return adapter::map_config(mapping, user, place);
    } catch (const airbyte::ErrorException& failure) {
        const airbyte::Error& error = failure.error();
        demand(error.failure_type == airbyte::FailureType::config_error &&
                   (error.message.find(k_config) != std::string::npos ||
                    error.message.find("Correct the adapter.") != std::string::npos),
               "who has to mend what is told");
        return std::nullopt;
    }
}

void check_mapping(const adapter::ConfigMapping& mapping, const json::Value& user,
                   const json::Value* from_tap, fuzz::Input& input)
{
    const std::optional<json::Value> given = mapped(mapping, user);
    if (!given)
        return;
    demand(given->is_object() && json::parse(given->text(true), nullptr, {.strict = true}),
           "the tap is given an object");
    demand(adapter::map_back(mapping, *given, *given, user) == user,
           "what the tap leaves alone comes back as it was");
    demand(adapter::map_back(mapping, json::Value::object(), *given, user) == user,
           "what the tap leaves out stays as it was");
    json::Value rotated = *given;
    if (!rotated.members().empty()) {
        const std::string name = rotated.members()[input.below(rotated.members().size())].name;
        rotated.set(name, json::Value::string("rotated"));
    }
    const json::Value after = adapter::map_back(mapping, rotated, *given, user);
    demand(after.is_object() && json::parse(after.text()), "the user's config stays one");
    if (from_tap != nullptr)
        demand(adapter::map_back(mapping, *from_tap, *given, user).is_object(),
               "the user's config stays one, whatever the tap writes");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::optional<json::Value> all = json::parse(input.body(), nullptr, {true, 90});
    const json::Value* const adapter = all ? all->find("adapter") : nullptr;
    const json::Value* const user = all ? all->find("config") : nullptr;
    if (adapter == nullptr || user == nullptr || !user->is_object())
        return 0;
    if (const std::optional<adapter::ConfigMapping> mapping = mapping_of(*adapter))
        check_mapping(*mapping, *user, all->find("tap"), input);
    return 0;
}

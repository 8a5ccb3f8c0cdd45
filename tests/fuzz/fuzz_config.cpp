// Files that a user passes: the config on its way to the tap and back, and the configured catalog.
#include "adapter/config_mapping.h"
#include "airbyte/configured_catalog.h"
#include "airbyte/message.h"
#include "input.h"
#include "translate/spec.h"
#include "translate/spec_values.h"

namespace {

using namespace tapbridge;
using fuzz::demand;

const std::string k_path = "config.json";

// Whatever a file holds, it is read, or its user is told what to mend.
template <typename Read>
auto read_or_refuse(Read read) -> std::optional<decltype(read())>
{
    try {
        return read();
    } catch (const airbyte::ErrorException& failure) {
        const airbyte::Error& error = failure.error();
        demand(error.failure_type == airbyte::FailureType::config_error &&
                   error.message.find(k_path) != std::string::npos,
               "a bad file is named, and the user's to mend");
        return std::nullopt;
    }
}

std::optional<translate::Spec> spec_of(const json::Value& about)
{
    try {
        return translate::spec_from_about(about.text());
    } catch (const airbyte::ErrorException&) {
        return std::nullopt;
    }
}

void check_control(const json::Value& config)
{
    std::string out;
    airbyte::append_control(out, config, 1);
    fuzz::messages_in(out);
}

// A tap has put a new token in the place of one of its settings, or dropped one.
void check_rotated(json::Value rotated, const json::Value& given, const json::Value& user,
                   const translate::Spec* spec, fuzz::Input& input)
{
    if (rotated.members().empty())
        return;
    const std::string name = rotated.members()[input.below(rotated.members().size())].name;
    rotated.set(name, json::Value::string("rotated token"));
    if (input.below(3) == 0)
        rotated.erase(rotated.members()[input.below(rotated.members().size())].name);
    const json::Value back = adapter::config_from_tap(rotated, given, user, spec);
    const auto again = read_or_refuse([&] { return adapter::config_for_tap(back, spec, k_path); });
    demand(again && translate::same_value(*again, adapter::completed(rotated, given)),
           "what a tap has changed comes back to it");
    check_control(back);
}

void check_config(const json::Value& user, const json::Value* from_tap, const translate::Spec* spec,
                  fuzz::Input& input)
{
    const auto given = read_or_refuse([&] { return adapter::config_for_tap(user, spec, k_path); });
    if (!given)
        return;
    demand(adapter::config_from_tap(*given, *given, user, spec) == user,
           "a config that the tap leaves alone comes back as it was");
    demand(json::parse(given->text(true)) && spec != nullptr ? true : *given == user,
           "without a spec nothing is changed");
    check_control(user);
    check_rotated(*given, *given, user, spec, input);
    if (from_tap != nullptr && from_tap->is_object())
        check_control(adapter::config_from_tap(*from_tap, *given, user, spec));
    airbyte::Redactor redactor;
    adapter::collect_secrets(user, spec, redactor);
    redactor.redact(given->text());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    read_or_refuse([&] { return airbyte::read_configured_catalog(input.body(), k_path); });
    read_or_refuse([&] { return adapter::read_config(input.body(), k_path); });
    const std::optional<json::Value> all = json::parse(input.body(), nullptr, {true, 900});
    if (!all)
        return 0;
    std::optional<translate::Spec> spec;
    if (const json::Value* about = all->find("about"))
        spec = spec_of(*about);
    if (spec) {
        std::string out;
        airbyte::append_spec(out, spec->specification);
        fuzz::messages_in(out);
    }
    const json::Value* const user = all->find("config");
    if (user != nullptr && user->is_object())
        check_config(*user, all->find("tap"), spec ? &*spec : nullptr, input);
    return 0;
}

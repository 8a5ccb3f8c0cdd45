#include "cli/tap_facts.h"

#include "cli/capture.h"
#include "cli/tap_failure.h"
#include "util/text.h"

namespace tapbridge::cli {

namespace {

adapter::TapOptions usual_options()
{
    adapter::TapOptions options;
    options.config = options.discover = options.catalog = options.state = true;
    return options;
}

// A tap that prints its help on stderr is understood as well.
adapter::TapOptions ask_help(Session& session)
{
    const process::TapCommand command = session.tap({"--help"});
    Capture capture(session, nullptr, true);
    const process::TapOutcome outcome =
        session.run(command, capture, session.adapter().probe_timeout);
    if (outcome.exit.kind == process::TapExit::Kind::not_started) {
        throw TapFailureException(tap_failure(session, command, outcome, capture));
    }
    const adapter::TapOptions options =
        adapter::read_help(capture.output() + capture.last_words().tail());
    if (!options.understood || capture.is_syncing()) {
        session.log().debug(
            "The tap's --help tells nothing; it is taken for one that has --config, "
            "--discover, --catalog and --state.");
        return usual_options();
    }
    return options;
}

std::optional<translate::Spec> ask_about(Session& session)
{
    Capture capture(session, nullptr, true);
    const process::TapOutcome outcome = session.run(session.tap({"--about", "--format=json"}),
                                                    capture, session.adapter().probe_timeout);
    if (!outcome.exit.success() || outcome.stopped_by != process::StopReason::none) {
        session.log().debug("The tap's --about failed.");
        return std::nullopt;
    }
    try {
        return translate::spec_from_about(capture.output());
    } catch (const airbyte::ErrorException& problem) {
        session.log().warn("The tap's --about is not used: " + problem.error().message);
        return std::nullopt;
    }
}

// Nothing is left to be asked.
bool is_all_said(const adapter::Adapter& adapter)
{
    const adapter::TapCall& tap = adapter.tap;
    return adapter.spec && tap.catalog_flags && tap.state_flag && (tap.discover || tap.from_sync);
}

std::vector<std::string> listed_catalog_flags(const adapter::TapOptions& options)
{
    std::vector<std::string> flags;
    if (options.catalog) {
        flags.emplace_back("--catalog");
    }
    if (options.properties) {
        flags.emplace_back("--properties");
    }
    return flags;
}

std::optional<std::vector<std::string>> discover_arguments(const adapter::TapCall& tap,
                                                           const adapter::TapOptions& options)
{
    if (tap.from_sync) {
        return std::nullopt;
    }
    if (tap.discover) {
        return tap.discover;
    }
    return options.discover ? std::optional(std::vector<std::string>{"--discover"}) : std::nullopt;
}

} // namespace

std::vector<std::string> TapFacts::config_arguments(const ConfigFile& config) const
{
    if (!takes_config) {
        return {};
    }
    return {"--config", config.path()};
}

std::vector<std::string> TapFacts::catalog_arguments(const std::string& path) const
{
    std::vector<std::string> arguments;
    for (const std::string& flag : catalog_flags) {
        arguments.insert(arguments.end(), {flag, path});
    }
    return arguments;
}

std::optional<translate::Spec> spec_of_adapter(const adapter::Adapter& adapter)
{
    if (!adapter.spec) {
        return std::nullopt;
    }
    return translate::declared_spec(*adapter.spec, adapter.name, adapter.documentation_url);
}

TapFacts ask_tap(Session& session)
{
    const adapter::Adapter& adapter = session.adapter();
    const adapter::TapOptions options = is_all_said(adapter) ? usual_options() : ask_help(session);
    TapFacts facts;
    facts.takes_config = options.config;
    facts.catalog_flags = adapter.tap.catalog_flags.value_or(listed_catalog_flags(options));
    facts.state_flag = adapter.tap.state_flag.value_or(options.state ? "--state" : "");
    facts.discover = discover_arguments(adapter.tap, options);
    facts.spec = spec_of_adapter(adapter);
    if (!facts.spec && options.about) {
        facts.spec = ask_about(session);
    }
    return facts;
}

std::vector<std::string> ask_missing_keys(Session& session, const TapFacts& facts)
{
    if (!facts.takes_config || !facts.discover) {
        return {};
    }
    // Nobody's config: what the tap makes of it is no news to anybody.
    const std::string path = session.folder().write("config.json", "{}");
    Capture capture(session, nullptr, true);
    std::vector<std::string> arguments{"--config", path};
    arguments.insert(arguments.end(), facts.discover->begin(), facts.discover->end());
    session.run(session.tap(arguments), capture, session.adapter().probe_timeout);
    return capture.last_words().missing_keys();
}

} // namespace tapbridge::cli

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

} // namespace

std::vector<std::string> TapFacts::config_arguments(const ConfigFile& config) const
{
    if (!options.config) {
        return {};
    }
    return {"--config", config.path()};
}

std::vector<std::string> TapFacts::catalog_arguments(const std::string& path) const
{
    std::vector<std::string> arguments;
    if (options.catalog) {
        arguments.insert(arguments.end(), {"--catalog", path});
    }
    if (options.properties) {
        arguments.insert(arguments.end(), {"--properties", path});
    }
    return arguments;
}

TapFacts ask_tap(Session& session)
{
    TapFacts facts;
    facts.options = ask_help(session);
    if (facts.options.about) {
        facts.spec = ask_about(session);
    }
    return facts;
}

std::vector<std::string> ask_missing_keys(Session& session, const TapFacts& facts)
{
    if (!facts.options.config || !facts.options.discover) {
        return {};
    }
    // Nobody's config: what the tap makes of it is no news to anybody.
    const std::string path = session.folder().write("config.json", "{}");
    Capture capture(session, nullptr, true);
    session.run(session.tap({"--config", path, "--discover"}), capture,
                session.adapter().probe_timeout);
    return capture.last_words().missing_keys();
}

} // namespace tapbridge::cli

#include "cli/discovery.h"

#include "cli/capture.h"
#include "cli/tap_failure.h"
#include "singer/message.h"
#include "singer/schema_catalog.h"

#include <utility>

namespace tapbridge::cli {

namespace {

using process::StopReason;

// As the tap sends them.
std::vector<std::string> names_to_wait_for(const translate::StreamRules& rules)
{
    std::vector<std::string> names;
    for (const std::string& name : rules.literal_names()) {
        const translate::StreamRule rule = rules.of({name});
        if (!rule.exclude.value_or(false)) {
            names.push_back(rule.alias.value_or(name));
        }
    }
    return names;
}

class SchemaCollector : public LineHandler {
public:
    SchemaCollector(Session& session, ConfigFile* config)
        : LineHandler(session, config), m_awaited(names_to_wait_for(session.adapter().streams)),
          m_knows_all(!m_awaited.empty())
    {}

    const singer::SchemaCatalog& catalog() const { return m_catalog; }
    bool is_complete() const { return m_knows_all && m_awaited.empty(); }
    bool wants_stop() const override { return is_complete() || m_catalog.is_too_large(); }

protected:
    void on_line(std::string_view line) override
    {
        if (m_reader.read(line) == singer::LineKind::message &&
            m_reader.message().type == singer::MessageType::schema) {
            m_catalog.add(m_reader.message());
            std::erase(m_awaited, m_reader.message().stream);
        }
    }
    void on_long_line(std::size_t) override {}

private:
    singer::MessageReader m_reader;
    singer::SchemaCatalog m_catalog;
    std::vector<std::string> m_awaited; // streams that the adapter names
    bool m_knows_all;
};

[[noreturn]] void fail(std::string message, const singer::LastWords& words, bool timed_out = false)
{
    TapFailure failure;
    failure.timed_out = timed_out;
    failure.error.message = std::move(message);
    if (const std::string said = words.best(); !said.empty()) {
        failure.error.message += " The tap said: " + said;
    }
    failure.error.internal_message = words.tail();
    failure.error.stack_trace = words.last_traceback();
    throw TapFailureException(std::move(failure));
}

singer::Catalog read_output(Session& session, const Capture& capture)
{
    if (capture.is_too_long()) {
        fail("The tap's discovery prints more than 256 MiB, which is no catalog.",
             capture.last_words());
    }
    singer::CatalogResult result = singer::read_catalog(capture.output());
    for (const std::string& warning : result.warnings) {
        session.log().warn(warning);
    }
    if (!result.catalog) {
        // It may quote the output, and half a secret would not be recognised any more.
        const singer::CatalogResult shown =
            singer::read_catalog(session.redactor().redact(capture.output()));
        fail("The tap's discovery gave no catalog (" +
                 (shown.catalog ? "not JSON" : shown.problem) +
                 "). Run the tap by hand with --discover to see what it prints.",
             capture.last_words());
    }
    return std::move(*result.catalog);
}

} // namespace

std::optional<singer::Catalog> discover_catalog(Session& session, const TapFacts& facts,
                                                ConfigFile& config,
                                                std::optional<std::chrono::milliseconds> timeout)
{
    if (!facts.discover) {
        return std::nullopt;
    }
    std::vector<std::string> arguments = facts.config_arguments(config);
    arguments.insert(arguments.end(), facts.discover->begin(), facts.discover->end());
    const process::TapCommand command = session.tap(arguments);
    Capture capture(session, &config);
    const process::TapOutcome outcome = session.run(command, capture, timeout);
    config.look();
    if (capture.is_syncing()) {
        session.log().info("The tap starts to sync when it is asked to discover: its streams are "
                           "taken from what it sends.");
        return std::nullopt;
    }
    if (outcome.stopped_by == StopReason::timeout) {
        fail("The tap's discovery did not end in time.", capture.last_words(), true);
    }
    if (!capture.is_too_long() &&
        (!outcome.exit.success() || outcome.stopped_by != StopReason::none)) {
        throw TapFailureException(tap_failure(session, command, outcome, capture));
    }
    return read_output(session, capture);
}

singer::Catalog discover_by_sync(Session& session, const TapFacts& facts, ConfigFile& config)
{
    const process::TapCommand command = session.tap(facts.config_arguments(config));
    SchemaCollector collector(session, &config);
    const process::TapOutcome outcome =
        session.run(command, collector, session.adapter().discover_timeout);
    config.look();
    if (collector.catalog().is_too_large()) {
        fail("The SCHEMA messages of the tap are more than 64 MiB, which is no catalog. "
             "Report it to the maintainers of the tap.",
             collector.last_words());
    }
    if (outcome.stopped_by == StopReason::timeout && !collector.catalog().empty()) {
        session.log().warn(
            "The tap was still reading when the time for discovery was over: the list "
            "of streams may be short.");
    } else if (!collector.is_complete() &&
               (!outcome.exit.success() || outcome.stopped_by != StopReason::none)) {
        throw TapFailureException(tap_failure(session, command, outcome, collector));
    }
    if (collector.catalog().empty()) {
        fail("The tap cannot discover, and a sync with this config showed no stream. Check that "
             "the settings point at the right place.",
             collector.last_words());
    }
    return collector.catalog().catalog();
}

} // namespace tapbridge::cli

#include "cli/discovery.h"

#include "cli/capture.h"
#include "cli/tap_failure.h"
#include "singer/message.h"
#include "singer/schema_catalog.h"
#include "util/time.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace tapbridge::cli {

namespace {

using process::StopReason;

// The streams that the adapter names, by the names under which the tap sends them.
std::map<std::string, std::string, std::less<>>
streams_by_wire_name(const translate::StreamRules& rules)
{
    std::map<std::string, std::string, std::less<>> streams;
    for (const std::string& name : rules.literal_names()) {
        const translate::StreamRule rule = rules.of({name});
        if (!rule.exclude.value_or(false)) {
            streams.emplace(rule.alias.value_or(name), name);
        }
    }
    return streams;
}

class SchemaCollector : public LineHandler {
public:
    SchemaCollector(Session& session, ConfigFile* config)
        : LineHandler(session, config), m_streams(streams_by_wire_name(session.adapter().streams))
    {}

    const singer::SchemaCatalog& catalog() const { return m_catalog; }
    bool is_complete() const { return !m_streams.empty() && m_seen.size() == m_streams.size(); }
    bool wants_stop() const override { return is_complete() || m_catalog.is_too_large(); }

protected:
    void on_line(std::string_view line) override
    {
        if (m_reader.read(line) == singer::LineKind::message &&
            m_reader.message().type == singer::MessageType::schema) {
            add(m_reader.message());
        }
    }
    void on_long_line(std::size_t) override {}

private:
    void add(singer::Message schema)
    {
        if (const auto named = m_streams.find(schema.stream); named != m_streams.end()) {
            schema.stream = named->second;
            m_seen.insert(named->second);
        }
        m_catalog.add(schema);
    }

    singer::MessageReader m_reader;
    singer::SchemaCatalog m_catalog;
    std::map<std::string, std::string, std::less<>> m_streams; // that the adapter names
    std::set<std::string_view> m_seen;                         // of these
};

[[noreturn]] void fail(std::string message, const singer::LastWords& words)
{
    TapFailure failure;
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

[[noreturn]] void fail_for_lack_of_time(const Session& session, const LineHandler& said)
{
    const std::string limit = duration_text(session.adapter().discover_timeout);
    TapFailure failure = timeout_failure(session, said);
    failure.timed_out = false; // the message says it all
    if (!failure.understood) {
        fail("The tap cannot discover, and a sync with this config showed no stream within " +
                 limit + ". If it is only slow, raise limits.discover.",
             said.last_words());
    }
    failure.error.message +=
        " A sync, by which it was to discover, showed no stream within " + limit + ".";
    throw TapFailureException(std::move(failure));
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
        throw TapFailureException(timeout_failure(session, capture));
    }
    if (!capture.is_too_long() &&
        (!outcome.exit.success() || outcome.stopped_by != StopReason::none)) {
        throw TapFailureException(tap_failure(session, command, outcome, capture));
    }
    return read_output(session, capture);
}

singer::Catalog discover_by_sync(Session& session, const TapFacts& facts, ConfigFile& config,
                                 std::optional<std::chrono::milliseconds> timeout)
{
    const process::TapCommand command = session.tap(facts.config_arguments(config));
    SchemaCollector collector(session, &config);
    const std::chrono::milliseconds own = session.adapter().discover_timeout;
    const process::TapOutcome outcome =
        session.run(command, collector, std::min(own, timeout.value_or(own)));
    config.look();
    if (collector.catalog().is_too_large()) {
        fail("The SCHEMA messages of the tap are more than 64 MiB, which is no catalog. "
             "Report it to the maintainers of the tap.",
             collector.last_words());
    }
    if (outcome.stopped_by == StopReason::timeout) {
        if (collector.catalog().empty() && timeout.value_or(own) < own) {
            throw TapFailureException(timeout_failure(session, collector));
        }
        if (collector.catalog().empty()) {
            fail_for_lack_of_time(session, collector);
        }
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

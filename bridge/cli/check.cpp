#include "airbyte/message.h"
#include "cli/commands.h"
#include "cli/discovery.h"
#include "cli/line_handler.h"
#include "cli/prepare.h"
#include "cli/run.h"
#include "cli/tap_failure.h"
#include "singer/message.h"
#include "translate/discovery.h"
#include "translate/failure.h"
#include "translate/plan.h"
#include "translate/selection.h"
#include "translate/state.h"
#include "util/json/value.h"
#include "util/text.h"
#include "util/time.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tapbridge::cli {

namespace {

using process::StopReason;

constexpr std::size_t k_most_tries = 3;

// What a check has left of its time.
class Budget {
public:
    explicit Budget(std::chrono::milliseconds total) : m_end(Clock::now() + total) {}

    std::chrono::milliseconds left() const
    {
        return std::max(std::chrono::milliseconds(1),
                        std::chrono::ceil<std::chrono::milliseconds>(m_end - Clock::now()));
    }

private:
    Clock::time_point m_end;
};

// A resume hint such as currently_syncing proves nothing: taps write it before they have asked for
// anything.
bool proves_access(std::string_view state)
{
    const std::optional<json::Value> blob = json::parse(state);
    if (!blob) {
        return false;
    }
    for (const json::Member& member : blob->members()) {
        if (translate::is_resume_hint(member.name) || member.value.is_null()) {
            continue;
        }
        if (member.name != "bookmarks") {
            return true;
        }
        for (const json::Member& bookmark : member.value.members()) {
            if (!bookmark.value.members().empty()) {
                return true;
            }
        }
    }
    return false;
}

// Reads until the tap has shown that it can.
class Trial : public LineHandler {
public:
    // `states_prove`: a state proves something by itself. Taps that cannot discover are known to
    // write theirs when the first request fails (tap-exchangeratesapi): it counts behind a SCHEMA.
    Trial(Session& session, ConfigFile* config, bool states_prove)
        : LineHandler(session, config), m_states_prove(states_prove)
    {}

    bool wants_stop() const override { return m_proved; }
    bool proved() const { return m_proved; }
    bool said_something() const { return m_messages > 0; }

protected:
    void on_line(std::string_view line) override
    {
        if (m_proved || m_reader.read(line) != singer::LineKind::message) {
            return;
        }
        ++m_messages;
        const singer::Message& message = m_reader.message();
        m_states_prove = m_states_prove || message.type == singer::MessageType::schema;
        m_proved = message.type == singer::MessageType::record ||
                   (message.type == singer::MessageType::state && m_states_prove &&
                    proves_access(message.payload));
    }
    void on_long_line(std::size_t) override { m_proved = true; } // a line so long is data

private:
    singer::MessageReader m_reader;
    std::size_t m_messages = 0;
    bool m_states_prove;
    bool m_proved = false;
};

// Runs the tap with these arguments until it has proved itself; why not where it did not.
std::optional<TapFailure> attempt(Session& session, ConfigFile& config,
                                  const std::vector<std::string>& arguments, const Budget& budget,
                                  bool states_prove)
{
    const process::TapCommand command = session.tap(arguments);
    Trial trial(session, &config, states_prove);
    const process::TapOutcome outcome = session.run(command, trial, budget.left());
    config.look();
    if (trial.proved()) {
        return std::nullopt;
    }
    if (outcome.stopped_by == StopReason::timeout) {
        return timeout_failure(session, trial);
    }
    if (!outcome.exit.success() || outcome.stopped_by != StopReason::none) {
        return tap_failure(session, command, outcome, trial);
    }
    return trial.said_something()
               ? std::nullopt
               : std::optional(TapFailure{.error = translate::silent_tap_error()});
}

bool hangs_on_another(const translate::Stream& stream, const singer::Catalog& catalog)
{
    return !stream.required.empty() || !catalog.entries[stream.entry].parent_tap_stream_id.empty();
}

// Those that the adapter wants tried; else the first ones, before all those that hang on no other.
std::vector<const translate::Stream*> candidates(const translate::Discovered& discovered,
                                                 const singer::Catalog& catalog,
                                                 const std::vector<std::string>& wanted)
{
    std::vector<const translate::Stream*> streams;
    for (const std::string& name : wanted) {
        for (const translate::Stream& stream : discovered.streams) {
            const std::vector<std::string> names =
                translate::names_of(stream, catalog.entries[stream.entry]);
            if (std::find(names.begin(), names.end(), name) != names.end()) {
                streams.push_back(&stream);
            }
        }
    }
    if (!wanted.empty()) {
        return streams;
    }
    for (const translate::Stream& stream : discovered.streams) {
        streams.push_back(&stream);
    }
    std::stable_partition(streams.begin(), streams.end(), [&](const translate::Stream* stream) {
        return !hangs_on_another(*stream, catalog);
    });
    streams.resize(std::min(streams.size(), k_most_tries));
    return streams;
}

// What the tap is told to read, so that this stream comes, in full.
std::vector<translate::Selection> selections_for(const translate::Stream& stream,
                                                 const translate::Discovered& discovered,
                                                 const singer::Catalog& catalog)
{
    airbyte::ConfiguredCatalog configured;
    airbyte::ConfiguredStream& wanted = configured.streams.emplace_back();
    wanted.descriptor = stream.descriptor;
    wanted.sync_mode = "full_refresh";
    const translate::ReadPlan plan = translate::plan_read(configured, catalog, discovered);
    std::vector<translate::Selection> selections;
    for (const translate::ReadStream& read : plan.streams) {
        selections.push_back(read.selection);
        for (const std::size_t ancestor : read.ancestors) {
            selections.push_back(plan.parents.at(ancestor).selection);
        }
    }
    return selections;
}

airbyte::Error nothing_to_try_error(const std::vector<std::string>& wanted)
{
    airbyte::Error error;
    error.failure_type = airbyte::FailureType::config_error;
    error.message = "The tap offers none of the streams that the adapter's check.streams names (" +
                    text::join(wanted, ", ") + "). Name streams that discover shows.";
    return error;
}

std::vector<std::string> trial_arguments(Session& session, const Prepared& prepared,
                                         const singer::Catalog& catalog,
                                         const std::vector<translate::Selection>& selections)
{
    std::vector<std::string> arguments = prepared.facts.config_arguments(prepared.config);
    const std::string path = session.folder().write(
        "catalog.json", translate::mark_catalog(catalog, selections).catalog.text(true));
    for (std::string& argument : prepared.facts.catalog_arguments(path)) {
        arguments.push_back(std::move(argument));
    }
    return arguments;
}

std::optional<TapFailure> try_streams(Session& session, Prepared& prepared,
                                      const singer::Catalog& catalog, const Budget& budget)
{
    const adapter::Check& check = session.adapter().check;
    const translate::Discovered discovered =
        translate::discover(catalog, session.adapter().streams);
    if (discovered.streams.empty()) {
        return understood_failure(translate::no_stream_error());
    }
    if (check.by == adapter::Check::By::discovery) {
        return std::nullopt;
    }
    const auto tried = candidates(discovered, catalog, check.streams);
    if (tried.empty()) {
        return understood_failure(nothing_to_try_error(check.streams));
    }
    std::optional<TapFailure> first;
    for (const translate::Stream* stream : tried) {
        const auto arguments = trial_arguments(session, prepared, catalog,
                                               selections_for(*stream, discovered, catalog));
        std::optional<TapFailure> failure =
            attempt(session, prepared.config, arguments, budget, true);
        if (!failure || failure->timed_out) {
            return failure;
        }
        session.log().info("The tap could not read stream \"" +
                           airbyte::display_name(stream->descriptor) +
                           "\": " + failure->error.message);
        if (!first) {
            first = std::move(failure);
        }
    }
    return first;
}

// A tap that cannot discover.
std::optional<TapFailure> try_sync(Session& session, Prepared& prepared, const Budget& budget)
{
    if (session.adapter().check.by == adapter::Check::By::discovery) {
        discover_by_sync(session, prepared.facts, prepared.config, budget.left());
        return std::nullopt;
    }
    return attempt(session, prepared.config, prepared.facts.config_arguments(prepared.config),
                   budget, false);
}

std::optional<TapFailure> check(Session& session)
{
    const Budget budget(session.adapter().check.timeout);
    try {
        Prepared prepared(session);
        const std::optional<singer::Catalog> catalog =
            discover_catalog(session, prepared.facts, prepared.config, budget.left());
        if (!catalog) {
            return try_sync(session, prepared, budget);
        }
        return try_streams(session, prepared, *catalog, budget);
    } catch (const TapFailureException& exception) {
        return exception.failure();
    }
}

} // namespace

int run_check(Session& session)
{
    std::optional<TapFailure> failure = check(session);
    if (!failure) {
        airbyte::append_connection_status(session.out(), true, {});
        return k_success;
    }
    if (failure->timed_out) {
        const std::string limit = duration_text(session.adapter().check.timeout);
        failure->error.message =
            failure->understood
                ? failure->error.message + " The tap did not end within " + limit + "."
                : "The tap did not answer within " + limit +
                      ". If it is only slow, raise check.timeout.";
        failure->understood = true;
    }
    if (!failure->not_started) {
        airbyte::append_connection_status(session.out(), false,
                                          session.redactor().redact(failure->error.message));
    }
    if (failure->understood) {
        return k_success;
    }
    session.send(failure->error);
    return k_failure;
}

} // namespace tapbridge::cli

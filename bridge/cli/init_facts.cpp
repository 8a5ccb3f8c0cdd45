#include "cli/init_facts.h"

#include "adapter/config_mapping.h"
#include "cli/connector_folder.h"
#include "cli/discovery.h"
#include "cli/installed_tap.h"
#include "cli/tap_facts.h"
#include "cli/tap_failure.h"
#include "connector/requirement.h"
#include "connector/sample.h"
#include "util/fd.h"
#include "util/text.h"

#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>

namespace tapbridge::cli {

namespace {

using json::Value;

constexpr const char* k_usual_python = "3.11";

// A random one (RFC 9562, version 4).
std::string new_uuid()
{
    std::array<std::uint8_t, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        airbyte::throw_system_error("The system gives no random numbers.");
    }
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text += i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";
        text += digits[bytes[i] >> 4U];
        text += digits[bytes[i] & 0x0FU];
    }
    return text;
}

// Finds out everything in one session.
class Inquiry {
public:
    Inquiry(const InitInput& input, Session& session) : m_input(input), m_session(session) {}

    connector::Facts ask()
    {
        if (m_input.config) {
            adapter::collect_secrets(*m_input.config, nullptr, m_session.redactor());
        }
        m_facts.tap = m_input.program.substr(m_input.program.rfind('/') + 1);
        if (m_input.sample) {
            adapter::collect_secrets(*m_input.sample, nullptr, m_session.redactor());
        }
        const TapFacts tap = ask_tap(m_session);
        for (const std::optional<Value>* const config : {&m_input.config, &m_input.sample}) {
            if (*config) { // some secrets are none by their names
                adapter::collect_secrets(**config, tap.spec_or_null(), m_session.redactor());
            }
        }
        ask_environment();
        m_facts.catalog_flags = tap.catalog_flags;
        m_facts.state_flag = tap.state_flag;
        m_facts.discover = tap.discover.value_or(std::vector<std::string>{});
        take_settings(tap);
        // Without settings many taps list streams that differ from the user's: no catalog then.
        if (m_input.config) {
            discover(tap);
        }
        return std::move(m_facts);
    }

private:
    void ask_environment();
    void take_settings(const TapFacts& tap);
    void discover(const TapFacts& tap);

    const InitInput& m_input;
    Session& m_session;
    connector::Facts m_facts;
};

void Inquiry::ask_environment()
{
    const InitOptions& options = m_input.options;
    const connector::Installed installed = ask_installed(m_session, m_input.program);
    m_facts.python = !options.python.empty()     ? options.python
                     : !installed.python.empty() ? installed.python
                                                 : k_usual_python;
    m_facts.package = connector::pinned_package(options.pip, installed, m_facts.python);
    m_facts.documentation_url =
        installed.homepage.starts_with("https://") ? installed.homepage : "";
}

void Inquiry::take_settings(const TapFacts& tap)
{
    using connector::SettingsFrom;
    if (tap.spec) {
        const Value* const form = tap.spec->specification.find("connectionSpecification");
        m_facts.settings_from = SettingsFrom::tap;
        m_facts.form = form != nullptr ? *form : Value::object();
        const Value* const url = tap.spec->specification.find("documentationUrl");
        if (url != nullptr && url->as_string() != translate::k_documentation_url) {
            m_facts.documentation_url = url->as_string();
        }
        if (m_input.sample) {
            m_session.log().warn("The sample config is not used: the tap describes its settings.");
        }
        return;
    }
    const std::vector<std::string> missing_keys = ask_missing_keys(m_session, tap);
    // The user's own config names the tap's settings just as well; its values stay out.
    const std::optional<Value>& sample = m_input.sample ? m_input.sample : m_input.config;
    m_facts.settings_from = sample                 ? SettingsFrom::sample
                            : missing_keys.empty() ? SettingsFrom::nothing
                                                   : SettingsFrom::missing_keys;
    connector::GuessedForm guessed =
        connector::guess_form(sample.value_or(Value::object()), missing_keys, m_facts.tap);
    m_facts.form = std::move(guessed.form);
    m_facts.json_settings = std::move(guessed.json_settings);
    m_facts.says_what_it_needs = !missing_keys.empty();
}

void Inquiry::discover(const TapFacts& tap)
{
    m_session.log().info("Asking the tap for its streams.");
    ConfigFile config(m_session, *m_input.config, tap.spec_or_null());
    std::optional<singer::Catalog> catalog = discover_catalog(m_session, tap, config, std::nullopt);
    if (!catalog) {
        m_facts.discover.clear();
        catalog = discover_by_sync(m_session, tap, config);
    }
    const translate::Discovered discovered = translate::discover(*catalog);
    for (const std::string& warning : discovered.warnings) {
        m_session.log().warn(warning);
    }
    m_facts.streams = discovered.streams;
}

// The config of the last CONTROL message among these; none where there is none.
std::optional<Value> rotated_config(const std::string& messages)
{
    std::optional<Value> config;
    for (const std::string_view line : text::split(messages, '\n')) {
        const std::optional<Value> message = json::parse(line);
        const Value* const control = message ? message->find("control") : nullptr;
        const Value* const changed =
            control != nullptr ? control->find("connectorConfig") : nullptr;
        if (const Value* const found = changed != nullptr ? changed->find("config") : nullptr;
            found != nullptr) {
            config = *found;
        }
    }
    return config;
}

// As a user writes it into the form.
void give_json_as_text(connector::Facts& facts)
{
    for (const std::string& key : facts.json_settings) {
        Value* const value = facts.config ? facts.config->find(key) : nullptr;
        if (value != nullptr && !value->is_string() && !value->is_null()) {
            *value = Value::string(value->text());
        }
    }
}

[[noreturn]] void rethrow_redacted(Session& session, const airbyte::Error& error)
{
    throw airbyte::ErrorException(session.redactor().redact(error));
}

connector::Facts ask_in(Session& session, const InitInput& input)
{
    try {
        return Inquiry(input, session).ask();
    } catch (const TapFailureException& exception) {
        rethrow_redacted(session, exception.failure().error);
    } catch (const airbyte::ErrorException& exception) {
        rethrow_redacted(session, exception.error());
    }
}

Value read_json_object(const std::string& path, const char* what)
{
    return adapter::read_config(read_input_file(path, what), path);
}

} // namespace

InitInput read_input(const InitOptions& options)
{
    InitInput input;
    input.options = options;
    input.program = find_program(options.tap);
    if (!options.config.empty()) {
        input.config = read_json_object(options.config, "Config");
    }
    if (!options.config_sample.empty()) {
        input.sample = read_json_object(options.config_sample, "Sample config");
    }
    return input;
}

connector::Facts find_facts(const InitInput& input, std::optional<Value>& rotated)
{
    Options options;
    options.tap = {input.program};
    options.config = input.options.config;
    options.debug = input.options.debug;
    // A config that the tap changes comes out as a CONTROL message.
    const Fd messages(::memfd_create("tapbridge-init", MFD_CLOEXEC));
    connector::Facts facts;
    int signal = 0;
    std::exception_ptr failure;
    {
        Session session(options, messages.get());
        try {
            facts = ask_in(session, input);
        } catch (const Interrupted&) {
            signal = session.supervisor().fatal_signal();
        } catch (...) {
            failure = std::current_exception();
        }
        session.supervisor().flush();
    }
    std::string said;
    if (::lseek(messages.get(), 0, SEEK_SET) == 0 &&
        read_all(messages, said, std::string::npos) == 0) {
        rotated = rotated_config(said);
    }
    if (signal != 0) { // everything is cleaned up
        if (rotated) {
            std::fputs(("tapbridge:" + save_rotated(options.config, *rotated) + "\n").c_str(),
                       stderr);
        }
        process::end_by_signal(signal);
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    facts.config = rotated ? rotated : input.config;
    give_json_as_text(facts);
    facts.name = input.options.name;
    facts.definition_id = new_uuid();
    return facts;
}

std::string save_rotated(const std::string& config_path, const Value& rotated)
{
    const std::string what =
        " The tap has changed its config, as taps with rotating tokens do: the new one ";
    try {
        return what + "is " + save_beside(config_path, rotated.text() + "\n") +
               "; the old one may not work any more.";
    } catch (const airbyte::ErrorException& exception) {
        return what + "is lost, and the old one may not work any more. " +
               exception.error().message;
    }
}

} // namespace tapbridge::cli

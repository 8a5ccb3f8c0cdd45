// An honest small tap whose rows, positions and faults all follow from its config: what the chaos
// test drives. `chaos.py` makes the configs and knows what every row is.
#include "chaos_models.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

namespace chaos {

namespace {

namespace json = boost::json;

constexpr int k_by_term = 143;
constexpr std::size_t k_buffered = 8192;

volatile std::sig_atomic_t g_term = 0;

constexpr const char* k_help =
    R"(usage: chaos-tap [-h] [-c CONFIG] [-s STATE] [--catalog CATALOG] [-d]

options:
  -h, --help            show this help message and exit
  -c CONFIG, --config CONFIG
                        Config file
  -s STATE, --state STATE
                        State file
  --catalog CATALOG     Catalog file
  -d, --discover        Do schema discovery
)";

void write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t put = ::write(fd, text.data(), text.size());
        if (put < 0 && errno != EINTR)
            std::_Exit(1);
        text.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
    }
}

json::object read_object(const std::string& path)
{
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return json::parse(text).as_object();
}

json::object schema_of()
{
    return {{"type", "object"},
            {"properties",
             {{"id", {{"type", "integer"}}},
              {"k", {{"type", "integer"}}},
              {"pad", {{"type", {"null", "string"}}}}}}};
}

json::object catalog_entry(const Stream& stream)
{
    json::object root{{"inclusion", "available"},
                      {"table-key-properties", {"id"}},
                      {"valid-replication-keys", {"k"}},
                      {"forced-replication-method", "INCREMENTAL"}};
    if (stream.only_full) {
        root["forced-replication-method"] = "FULL_TABLE";
        root.erase("valid-replication-keys");
    }
    json::object entry{{"tap_stream_id", stream.id},
                       {"stream", stream.name},
                       {"key_properties", {"id"}},
                       {"schema", schema_of()}};
    if (!stream.schema.empty()) {
        entry["table_name"] = stream.name;
        root["schema-name"] = stream.schema;
    }
    json::array all{{{"breadcrumb", json::array()}, {"metadata", root}}};
    for (const char* column : {"id", "k", "pad"})
        all.push_back(
            {{"breadcrumb", {"properties", column}}, {"metadata", {{"inclusion", "available"}}}});
    entry["metadata"] = all;
    return entry;
}

void discover(const Source& source)
{
    json::array streams;
    for (const Stream& stream : source.streams)
        streams.push_back(catalog_entry(stream));
    write_all(STDOUT_FILENO, json::serialize(json::object{{"streams", streams}}) + "\n");
}

// Whether a stream is read, and how, stands in the metadata of its root.
void select(Source& source, const json::object& catalog)
{
    for (const json::value& entry : catalog.at("streams").as_array()) {
        for (Stream& stream : source.streams) {
            if (entry.at("tap_stream_id").as_string() != stream.id)
                continue;
            for (const json::value& item : entry.at("metadata").as_array()) {
                if (!item.at("breadcrumb").as_array().empty())
                    continue;
                const json::object& root = item.at("metadata").as_object();
                const json::value* selected = root.if_contains("selected");
                const json::value* method = root.if_contains("replication-method");
                stream.selected = selected != nullptr && selected->is_bool() && selected->as_bool();
                stream.full = stream.only_full || (method != nullptr && method->is_string() &&
                                                   method->as_string() == "FULL_TABLE");
            }
        }
    }
}

class Tap {
public:
    Tap(const Source& source, const json::object& config, json::object state)
        : m_source(source), m_config(config), m_random(static_cast<std::uint64_t>(value("seed"))),
          m_echo(json::serialize(state)), m_reader(source, std::move(state))
    {}

    int run()
    {
        if (value("echo") != 0)
            say("{\"type\":\"STATE\",\"value\":" + m_echo + "}");
        for (std::vector<Task>& group : m_reader.groups()) {
            m_reader.enter(group);
            say_schemas(group);
            read(group);
            if (value("cadence") > 0)
                say_state();
        }
        m_reader.all_finished();
        if (value("cadence") >= 0)
            say_state();
        flush();
        return 0;
    }

private:
    std::int64_t value(const char* name) const
    {
        return m_config.at(name).to_number<std::int64_t>();
    }
    bool chance(const char* one_in)
    {
        const auto limit = static_cast<std::size_t>(value(one_in));
        return limit != 0 && below(m_random, limit) == 0;
    }

    void read(std::vector<Task>& group)
    {
        std::vector<Task*> open;
        for (Task& task : group) {
            if (task.kind == Task::Kind::table)
                say("{\"type\":\"ACTIVATE_VERSION\",\"stream\":\"" + name(task.stream) +
                    "\",\"version\":1}");
            open.push_back(&task);
        }
        while (!open.empty()) {
            const auto at = static_cast<std::ptrdiff_t>(below(m_random, open.size()));
            Task& task = *open[static_cast<std::size_t>(at)];
            const std::size_t burst = 1 + below(m_random, static_cast<std::size_t>(value("burst")));
            for (std::size_t i = 0; i < burst && !task.done(); ++i)
                read_row(task);
            if (!task.done())
                continue;
            m_reader.finished(task);
            if (task.kind == Task::Kind::table)
                say("{\"type\":\"ACTIVATE_VERSION\",\"stream\":\"" + name(task.stream) +
                    "\",\"version\":1}");
            open.erase(open.begin() + at);
        }
    }

    void read_row(Task& task)
    {
        const Row& row = task.rows[task.next];
        const std::string line = record(row);
        if (m_rows++ == value("crash_after"))
            crash(line);
        say(line);
        ++task.next;
        m_reader.passed(task, row);
        if (value("cadence") > 0 && --m_until_state <= 0) {
            say_state();
            m_until_state = 1 + static_cast<std::int64_t>(
                                    below(m_random, static_cast<std::size_t>(value("cadence"))));
        }
        if (chance("schema_one_in"))
            say_schema(row.stream);
        if (chance("chatter_one_in"))
            chatter();
        if (chance("pause_one_in")) {
            if (below(m_random, 2) == 0)
                flush();
            ::poll(nullptr, 0, 1 + static_cast<int>(below(m_random, 4)));
        }
    }

    const std::string& name(std::size_t stream) const { return m_source.streams[stream].name; }

    std::string record(const Row& row)
    {
        std::size_t pad = below(m_random, static_cast<std::size_t>(value("pad")) + 1);
        if (chance("big_one_in"))
            pad = 50'000 + below(m_random, 150'000);
        const Stream& stream = m_source.streams[row.stream];
        return "{\"type\":\"RECORD\",\"stream\":\"" + stream.name +
               "\",\"record\":{\"id\":" + std::to_string(row.id) +
               ",\"k\":" + std::to_string(stream.key(row.id)) + ",\"pad\":\"" +
               std::string(pad, 'x') + "\"}}";
    }

    void say_schemas(const std::vector<Task>& group)
    {
        for (const Task& task : group) {
            if (task.kind != Task::Kind::log) {
                say_schema(task.stream);
                continue;
            }
            for (std::size_t i = 0; i < m_source.streams.size(); ++i)
                if (m_source.streams[i].selected && !m_source.streams[i].full)
                    say_schema(i);
        }
    }

    void say_schema(std::size_t stream)
    {
        say("{\"type\":\"SCHEMA\",\"stream\":\"" + name(stream) +
            "\",\"schema\":" + json::serialize(schema_of()) + ",\"key_properties\":[\"id\"]}");
    }

    void say_state() { say("{\"type\":\"STATE\",\"value\":" + m_reader.state() + "}"); }

    void say(const std::string& line)
    {
        if (g_term != 0)
            obey_term();
        m_buffer += line;
        m_buffer += '\n';
        if (value("buffered") == 0 || m_buffer.size() >= k_buffered)
            flush();
    }

    void flush()
    {
        write_all(STDOUT_FILENO, m_buffer);
        m_buffer.clear();
    }

    // As taps of the SDK do: what is there is whole, then a last state; not success.
    [[noreturn]] void obey_term()
    {
        flush();
        if (value("state_on_term") != 0)
            write_all(STDOUT_FILENO, "{\"type\":\"STATE\",\"value\":" + m_reader.state() + "}\n");
        std::_Exit(value("status_on_term") != 0 ? static_cast<int>(value("status_on_term"))
                                                : k_by_term);
    }

    void chatter()
    {
        std::string text;
        const std::size_t lines = 1 + below(m_random, 400);
        for (std::size_t i = 0; i < lines; ++i)
            text +=
                "INFO METRIC: {\"type\": \"counter\", \"metric\": \"record_count\", \"value\": " +
                std::to_string(m_rows) + ", \"tags\": {}}\n";
        write_all(STDERR_FILENO, text);
    }

    [[noreturn]] void crash(const std::string& line)
    {
        const std::string how(m_config.at("crash_how").as_string());
        if (how == "buffered")
            std::_Exit(1);
        flush();
        if (how == "half")
            write_all(STDOUT_FILENO, line.substr(0, 1 + below(m_random, line.size() - 1)));
        if (how == "state")
            say_state();
        flush();
        if (how == "segv")
            std::raise(SIGSEGV);
        if (how == "kill")
            std::raise(SIGKILL);
        write_all(STDERR_FILENO, "CRITICAL the source went away\n");
        std::_Exit(1);
    }

    const Source& m_source;
    const json::object& m_config;
    Random m_random;
    std::string m_echo;
    Reader m_reader;
    std::string m_buffer;
    std::int64_t m_rows = 0;
    std::int64_t m_until_state = 1;
};

void handle_term(std::string_view how)
{
    if (how == "ignore") {
        std::signal(SIGTERM, SIG_IGN);
    } else if (how == "heed") {
        struct sigaction action {};
        action.sa_handler = [](int) { g_term = 1; };
        ::sigaction(SIGTERM, &action, nullptr);
    }
}

// As a shell or a launcher does: the work is a child's, whose status is passed on.
int run_as_child(const std::string& how, Tap& tap, std::string_view on_term)
{
    const pid_t child = ::fork();
    if (child < 0)
        return 1;
    if (child == 0) {
        if (how == "setsid")
            ::setsid();
        handle_term(on_term);
        std::_Exit(tap.run());
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run(const std::map<std::string, std::string>& arguments)
{
    const json::object config = read_object(arguments.at("--config"));
    Source source = read_source(config);
    if (arguments.count("--discover") != 0) {
        discover(source);
        return 0;
    }
    select(source, read_object(arguments.at("--catalog")));
    json::object state;
    if (const auto given = arguments.find("--state"); given != arguments.end())
        state = read_object(given->second);
    Tap tap(source, config, std::move(state));
    const std::string worker(config.at("worker").as_string());
    const std::string on_term(config.at("on_term").as_string());
    if (worker != "none")
        return run_as_child(worker, tap, on_term);
    handle_term(on_term);
    return tap.run();
}

} // namespace

} // namespace chaos

int main(int argc, char** argv)
{
    std::map<std::string, std::string> arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        const bool alone = flag == "--discover" || flag == "--help" || i + 1 == argc;
        arguments[flag] = alone ? "" : argv[++i];
    }
    try {
        if (arguments.count("--help") != 0) {
            chaos::write_all(STDOUT_FILENO, chaos::k_help);
            return 0;
        }
        if (arguments.count("--config") == 0)
            return 2;
        return chaos::run(arguments);
    } catch (const std::exception& problem) {
        chaos::write_all(STDERR_FILENO, std::string("CRITICAL ") + problem.what() + "\n");
        return 1;
    }
}

// A run of the tap: each record comes out once with its own value, in its order; states count them,
// none comes after damage, and nothing that is incomplete looks complete.
#include "airbyte/message.h"
#include "input.h"
#include "singer/message.h"
#include "translate/run.h"

#include <map>

namespace {

using namespace tapbridge;
using namespace std::chrono_literals;
using fuzz::demand;

constexpr std::int64_t k_emitted_at = 1'700'000'000'000;
constexpr std::string_view k_catalog = R"({"streams":[
    {"tap_stream_id":"users","stream":"users","schema":{"properties":{"id":{"type":"integer"}}}},
    {"tap_stream_id":"shop-orders","stream":"orders","table_name":"orders","schema":{},
     "metadata":[{"breadcrumb":[],"metadata":{"schema-name":"shop"}}]},
    {"tap_stream_id":"logs","stream":"logs","schema":{}}]})";

class LogLines : public Log {
public:
    explicit LogLines(std::string& out) : m_out(out) {}
    void write(Level level, std::string_view message, std::string_view stack_trace) override
    {
        airbyte::append_log(m_out, level, message, stack_trace);
    }

private:
    std::string& m_out;
};

// `users` is read incrementally, `orders` in full, `logs` not at all.
translate::ReadPlan plan()
{
    translate::ReadPlan plan;
    plan.streams.resize(2);
    plan.streams[0].descriptor.name = "users";
    plan.streams[0].selection.replication = translate::Replication::incremental;
    plan.streams[0].selection.replication_key = "at";
    plan.streams[1].descriptor = {"orders", "shop"};
    plan.streams[1].selection.entry = 1;
    return plan;
}

std::string stream_of(std::string_view wire_name)
{
    if (wire_name == "orders" || wire_name == "shop-orders")
        return "orders";
    return wire_name == "users" ? "users" : "";
}

bool is_empty_object(std::string_view payload)
{
    return payload.find_first_not_of(" \t\r\n{}") == std::string_view::npos;
}

// What has to come out, told from the lines by themselves.
struct Expected {
    struct Record {
        std::string stream;
        boost::json::value data;
        bool nulled = false;
    };
    std::vector<Record> records;
    std::map<std::string, std::size_t> counts;
    bool incomparable = false; // a record that Boost.JSON has no room for
    bool damaged = false;

    void add(singer::MessageReader& reader, std::string_view line)
    {
        const singer::LineKind kind = reader.read(line);
        damaged = damaged || kind == singer::LineKind::damaged;
        const singer::Message& message = reader.message();
        if (kind != singer::LineKind::message || message.type != singer::MessageType::record)
            return;
        const std::string stream = stream_of(message.stream);
        if (stream.empty() || is_empty_object(message.payload))
            return;
        const fuzz::Oracle data(fuzz::mended(message.payload, reader.defects()), 998);
        incomparable = incomparable || data.has_no_opinion();
        const bool nulled = std::any_of(reader.defects().begin(), reader.defects().end(),
                                        [](const json::DefectAt& defect) {
                                            return defect.kind == json::Defect::nonfinite ||
                                                   defect.kind == json::Defect::long_number;
                                        });
        records.push_back({stream, data.value, nulled});
    }
};

class Checker {
public:
    explicit Checker(const Expected& expected) : m_expected(expected) {}

    void check(const boost::json::value& message)
    {
        const std::string type(message.at("type").as_string());
        if (type == "RECORD")
            check_record(message.at("record").as_object());
        else if (type == "STATE")
            check_state(message.at("state"));
        else if (type == "TRACE" && message.at("trace").at("type") == "STREAM_STATUS")
            check_status(message.at("trace").at("stream_status"));
        else if (type == "TRACE")
            ++m_errors;
    }

    void check_end(bool clean, bool failed, bool stopped) const
    {
        demand(m_next == m_expected.records.size(), "no record is missing");
        demand(failed == (m_errors > 0), "a failure is told, and only that");
        demand(!m_expected.damaged || stopped || failed, "damage is a failure");
        for (const auto& [stream, status] : m_status)
            demand(status != "COMPLETE" || (clean && !m_expected.damaged && !stopped),
                   "what is incomplete does not look complete");
        for (const auto& [stream, count] : m_uncounted)
            demand(count == 0 || m_status.at(stream) == "INCOMPLETE", "every record is counted");
    }

private:
    void check_record(const boost::json::object& record)
    {
        demand(m_next < m_expected.records.size(), "no record comes twice");
        const Expected::Record& wanted = m_expected.records[m_next++];
        demand(record.at("stream").as_string() == wanted.stream,
               "records keep their order and stream");
        demand(record.contains("namespace") == (wanted.stream == "orders"), "and its namespace");
        demand(record.at("emitted_at") == k_emitted_at, "they bear the time they were read");
        demand(fuzz::same(record.at("data"), wanted.data), "a record's value leaves as it came");
        demand(record.contains("meta") == wanted.nulled, "a value that is lost is told");
        if (wanted.nulled)
            for (const boost::json::value& change : record.at("meta").at("changes").as_array())
                demand(record.at("data").as_object().contains(change.at("field").as_string()),
                       "by the field that it stood in");
        demand(m_status[wanted.stream] == "RUNNING", "a stream with records is running");
        ++m_uncounted[wanted.stream];
    }

    void check_state(const boost::json::value& state)
    {
        const std::string stream(state.at("stream").at("stream_descriptor").at("name").as_string());
        const auto count = state.at("sourceStats").at("recordCount").to_number<double>();
        demand(static_cast<std::size_t>(count) == std::exchange(m_uncounted[stream], 0),
               "a state counts the records since the last one");
        demand(!m_status[stream].empty() && m_status[stream] != "COMPLETE",
               "a state comes while its stream is read");
    }

    void check_status(const boost::json::value& told)
    {
        std::string& status =
            m_status[std::string(told.at("stream_descriptor").at("name").as_string())];
        const std::string now(told.at("status").as_string());
        const std::string wanted = now == "STARTED" ? "" : now == "RUNNING" ? "STARTED" : status;
        demand(status == wanted && status != "COMPLETE" && status != "INCOMPLETE",
               "statuses come once and in their order");
        status = now;
    }

    const Expected& m_expected;
    std::size_t m_next = 0;
    std::size_t m_errors = 0;
    std::map<std::string, std::size_t> m_uncounted;
    std::map<std::string, std::string> m_status;
};

std::size_t states_in(const std::string& out)
{
    const std::vector<std::string_view> lines = fuzz::lines_of(out);
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [](std::string_view line) {
            return line.starts_with(R"({"type":"STATE")");
        }));
}

class Session {
public:
    explicit Session(fuzz::Input& input)
        : m_input(input), m_log(m_out),
          m_read(m_plan, m_catalog, m_state, {m_out, m_log, m_redactor}, {}),
          m_run(m_read, m_read.take_next_run())
    {}

    void feed()
    {
        Clock::time_point now{};
        for (const std::string_view line : fuzz::lines_of(m_input.body())) {
            if (m_run.wants_stop())
                break;
            m_run.set_time(k_emitted_at, now += m_input.below(2) * 7s);
            m_run.on_deadline(now);
            const std::size_t states = states_in(m_out);
            const bool was_damaged = m_expected.damaged;
            m_expected.add(m_reader, line);
            m_run.line(line);
            demand(!was_damaged || states_in(m_out) == states, "no state comes after damage");
        }
    }

    void finish()
    {
        const bool stopped = m_run.wants_stop();
        translate::RunVerdict verdict;
        verdict.clean = m_input.below(3) != 0;
        if (!verdict.clean)
            verdict.failure = airbyte::Error{};
        const std::size_t states = states_in(m_out);
        m_run.finish(verdict);
        demand(!m_expected.damaged || states_in(m_out) == states, "no state comes after damage");
        m_read.finish();
        const std::vector<boost::json::value> messages = fuzz::messages_in(m_out);
        if (m_expected.incomparable)
            return;
        Checker checker(m_expected);
        for (const boost::json::value& message : messages)
            checker.check(message);
        checker.check_end(verdict.clean, m_read.failed(), stopped);
    }

private:
    fuzz::Input& m_input;
    translate::ReadPlan m_plan = plan();
    singer::Catalog m_catalog = *singer::read_catalog(k_catalog).catalog;
    airbyte::StateInput m_state;
    airbyte::Redactor m_redactor;
    std::string m_out;
    LogLines m_log;
    translate::Read m_read;
    translate::Run m_run;
    singer::MessageReader m_reader;
    Expected m_expected;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    Session session(input);
    session.feed();
    session.finish();
    return 0;
}

// A read over made-up streams, told in a word or two per message, for the tests of Run.
#pragma once

#include "catch.h"
#include "translate/run.h"

#include <boost/json.hpp>

#include <memory>

namespace run_fixture {

using namespace tapbridge;
using namespace std::chrono_literals;
using translate::Run;
using translate::RunVerdict;

class SilentLog : public Log {
public:
    void write(Level level, std::string_view message, std::string_view) override
    {
        if (level >= Level::warn) {
            warnings.emplace_back(message);
        }
        all.emplace_back(message);
    }
    std::vector<std::string> warnings;
    std::vector<std::string> all;
};

// A read over streams that the tap has, by their names; "+name" is incremental by its column "at".
class Fixture {
public:
    explicit Fixture(std::vector<std::string> streams, std::string_view state = "",
                     std::vector<std::string> unselected = {})
    {
        for (std::string& name : streams) {
            const bool incremental = name.front() == '+';
            add(incremental ? name.substr(1) : name, incremental);
        }
        for (const std::string& name : unselected) {
            add_entry(name);
        }
        if (!state.empty()) {
            m_input = airbyte::read_state(state, "state.json");
        }
    }

    void add_entry(const std::string& id, const std::string& stream = "")
    {
        singer::CatalogEntry entry;
        entry.tap_stream_id = id;
        entry.stream = stream.empty() ? id : stream;
        m_catalog.entries.push_back(std::move(entry));
    }

    void add(const std::string& id, bool incremental, const std::string& stream = "")
    {
        translate::ReadStream planned;
        planned.descriptor.name = id;
        planned.selection.entry = m_catalog.entries.size();
        if (incremental) {
            planned.selection.replication = translate::Replication::incremental;
            planned.selection.replication_key = "at";
        }
        m_plan.streams.push_back(std::move(planned));
        add_entry(id, stream);
    }

    // `child` and `parent`: entries, in the order of their adding. All parents of a child must have
    // theirs before.
    void hang(std::size_t child, std::size_t parent)
    {
        const auto above = [&](std::size_t entry) -> std::vector<std::size_t>* {
            for (translate::ReadStream& stream : m_plan.streams) {
                if (stream.selection.entry == entry) {
                    return &stream.ancestors;
                }
            }
            const auto known = m_plan.parents.find(entry);
            return known == m_plan.parents.end() ? nullptr : &known->second.ancestors;
        };
        translate::ParentStream added;
        added.selection.entry = parent;
        added.name = m_catalog.entries[parent].tap_stream_id;
        if (const auto* higher = above(parent)) {
            added.ancestors = *higher;
        }
        std::vector<std::size_t>* ancestors = above(child);
        REQUIRE(ancestors != nullptr);
        ancestors->push_back(parent);
        ancestors->insert(ancestors->end(), added.ancestors.begin(), added.ancestors.end());
        m_plan.parents.emplace(parent, std::move(added));
    }
    translate::ReadPlan& plan() { return m_plan; }

    translate::Read& read()
    {
        if (!m_read) {
            m_read = std::make_unique<translate::Read>(
                m_plan, m_catalog, m_input, translate::Read::Sinks{out, log, redactor}, options);
        }
        return *m_read;
    }

    Run& run()
    {
        if (!m_run) {
            next_run();
        }
        return *m_run;
    }
    void next_run()
    {
        std::vector<std::size_t> streams = read().take_next_run();
        REQUIRE_FALSE(streams.empty());
        m_run = std::make_unique<Run>(read(), std::move(streams));
        at(0ms);
    }

    void at(std::chrono::milliseconds time) { run().set_time(1700000000000, start + time); }
    void feed(std::string_view line) { run().line(line); }
    void record(const std::string& stream, int id)
    {
        feed(R"({"type":"RECORD","stream":")" + stream + R"(","record":{"id":)" +
             std::to_string(id) + "}}");
    }
    void bookmark(const std::string& stream, int position)
    {
        feed(R"({"type":"STATE","value":{"bookmarks":{")" + stream + R"(":{"at":)" +
             std::to_string(position) + "}}}}");
    }
    void finish_clean()
    {
        RunVerdict verdict;
        verdict.clean = true;
        run().finish(verdict);
    }
    void finish_failed(const std::string& message)
    {
        RunVerdict verdict;
        verdict.failure = airbyte::Error{};
        verdict.failure->message = message;
        run().finish(verdict);
    }

    // What came out since the last call, a word or two per message.
    std::string told()
    {
        std::string result;
        std::size_t begin = 0;
        while (begin < out.size()) {
            const std::size_t end = out.find('\n', begin);
            result += (result.empty() ? "" : " ") +
                      word(boost::json::parse(out.substr(begin, end - begin)));
            begin = end + 1;
        }
        out.clear();
        return result;
    }

    std::string out;
    SilentLog log;
    airbyte::Redactor redactor;
    translate::ReadOptions options;
    const Clock::time_point start = Clock::now();

private:
    static std::string name(const boost::json::value& descriptor)
    {
        return std::string(descriptor.at("name").as_string());
    }
    static std::string count(const boost::json::value& state)
    {
        const auto& records = state.at("sourceStats").at("recordCount");
        return std::to_string(static_cast<int>(records.to_number<double>()));
    }
    // GLOBAL(blob,streams that go on|streams that start afresh,records)
    static std::string global_word(const boost::json::value& state)
    {
        const auto& body = state.at("global");
        std::string goes_on;
        std::string afresh;
        for (const auto& stream : body.at("stream_states").as_array()) {
            const bool empty = stream.at("stream_state").as_object().empty();
            (empty ? afresh : goes_on) += name(stream.at("stream_descriptor"));
        }
        return "GLOBAL(" + boost::json::serialize(body.at("shared_state")) + "," + goes_on + "|" +
               afresh + "," + count(state) + ")";
    }
    static std::string word(const boost::json::value& message)
    {
        const std::string type(message.at("type").as_string());
        if (type == "RECORD") {
            const auto& record = message.at("record");
            return std::string(record.at("stream").as_string()) + ":" +
                   boost::json::serialize(record.at("data").at("id"));
        }
        if (type == "STATE") {
            const auto& state = message.at("state");
            if (state.at("type").as_string() == "GLOBAL") {
                return global_word(state);
            }
            const auto& body = state.at("stream").at("stream_state");
            const auto* bookmark = body.as_object().if_contains("bookmark");
            return "STATE(" + name(state.at("stream").at("stream_descriptor")) + "," +
                   (bookmark != nullptr ? boost::json::serialize(*bookmark) : "-") + "," +
                   count(state) + ")";
        }
        const auto& trace = message.at("trace");
        if (trace.at("type").as_string() == "STREAM_STATUS") {
            const auto& status = trace.at("stream_status");
            return std::string(status.at("status").as_string()) + "(" +
                   name(status.at("stream_descriptor")) + ")";
        }
        const std::string error(trace.at("error").at("message").as_string());
        return "ERROR(" + error.substr(0, 40) + ")";
    }

    singer::Catalog m_catalog;
    translate::ReadPlan m_plan;
    airbyte::StateInput m_input;
    std::unique_ptr<translate::Read> m_read;
    std::unique_ptr<Run> m_run;
};

inline constexpr const char* k_schema_a =
    R"({"type":"SCHEMA","stream":"a","schema":{"properties":{"id":{}}},"key_properties":[]})";

inline std::string schema(const std::string& stream, const std::string& column = "id")
{
    return R"({"type":"SCHEMA","stream":")" + stream + R"(","schema":{"properties":{")" + column +
           R"(":{}}},"key_properties":[]})";
}

} // namespace run_fixture

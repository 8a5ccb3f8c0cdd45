#include "cli/log_sink.h"

#include "airbyte/message.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <cstdio>
#include <utility>

namespace tapbridge::cli {

namespace {

spdlog::level::level_enum to_spdlog(Level level)
{
    return static_cast<spdlog::level::level_enum>(level);
}

static_assert(static_cast<int>(Level::trace) == spdlog::level::trace &&
              static_cast<int>(Level::fatal) == spdlog::level::critical);

// One thread: no lock.
class ProtocolSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    ProtocolSink(std::string& out, const airbyte::Redactor& redactor)
        : m_out(out), m_redactor(redactor)
    {}

    void set_stack_trace(std::string_view stack_trace) { m_stack_trace = stack_trace; }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        const std::string_view text(message.payload.data(), message.payload.size());
        airbyte::append_log(m_out, static_cast<Level>(message.level), m_redactor.redact(text),
                            m_redactor.redact(std::exchange(m_stack_trace, {})));
    }
    void flush_() override {}

private:
    std::string& m_out;
    const airbyte::Redactor& m_redactor;
    std::string_view m_stack_trace; // of the message that comes next
};

class ProtocolLog : public Log {
public:
    ProtocolLog(std::string& out, const airbyte::Redactor& redactor, Level least)
        : m_sink(std::make_shared<ProtocolSink>(out, redactor)), m_logger("tapbridge", m_sink)
    {
        m_logger.set_level(to_spdlog(least));
    }

    void write(Level level, std::string_view message, std::string_view stack_trace) override
    {
        m_sink->set_stack_trace(stack_trace);
        m_logger.log(to_spdlog(level), spdlog::string_view_t(message.data(), message.size()));
        m_sink->set_stack_trace({});
    }

private:
    std::shared_ptr<ProtocolSink> m_sink;
    spdlog::logger m_logger;
};

class StderrLog : public Log {
public:
    StderrLog(const airbyte::Redactor& redactor, Level least) : m_redactor(redactor), m_least(least)
    {}

    void write(Level level, std::string_view message, std::string_view) override
    {
        if (level >= m_least) {
            const std::string line = "tapbridge: " + m_redactor.redact(message) + '\n';
            std::fputs(line.c_str(), stderr);
        }
    }

private:
    const airbyte::Redactor& m_redactor;
    Level m_least;
};

} // namespace

std::unique_ptr<Log> make_stderr_log(const airbyte::Redactor& redactor, Level least)
{
    return std::make_unique<StderrLog>(redactor, least);
}

std::unique_ptr<Log> make_protocol_log(std::string& out, const airbyte::Redactor& redactor,
                                       Level least)
{
    return std::make_unique<ProtocolLog>(out, redactor, least);
}

} // namespace tapbridge::cli

#include "translate/read.h"

#include "airbyte/message.h"
#include "util/time.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tapbridge::translate {

using airbyte::StreamStatus;

Read::Read(const ReadPlan& plan, const singer::Catalog& catalog, const airbyte::StateInput& input,
           Sinks sinks, ReadOptions options)
    : m_plan(plan), m_catalog(catalog), m_input(input), m_sinks(sinks), m_options(options),
      m_progress(plan.streams.size()), m_sequence(options.least_sequence)
{
    std::vector<std::size_t> all(plan.streams.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    queue_run(std::move(all));
}

std::vector<std::size_t> Read::take_next_run()
{
    if (m_queue.empty()) {
        return {};
    }
    std::vector<std::size_t> streams = std::move(m_queue.front());
    m_queue.pop_front();
    return streams;
}

void Read::queue_run(std::vector<std::size_t> streams)
{
    if (!streams.empty()) {
        m_queue.push_back(std::move(streams));
    }
}

void Read::start(std::size_t stream)
{
    if (!std::exchange(m_progress[stream].started, true)) {
        send(stream, StreamStatus::started);
    }
}

void Read::running(std::size_t stream)
{
    start(stream);
    if (!std::exchange(m_progress[stream].running, true)) {
        send(stream, StreamStatus::running);
    }
}

void Read::complete(std::size_t stream)
{
    end(stream, StreamStatus::complete);
}

void Read::incomplete(std::size_t stream)
{
    end(stream, StreamStatus::incomplete);
}

void Read::end(std::size_t stream, StreamStatus status)
{
    start(stream);
    if (!std::exchange(m_progress[stream].ended, true)) {
        send(stream, status);
    }
}

void Read::send(std::size_t stream, StreamStatus status)
{
    airbyte::append_stream_status(out(), m_plan.streams[stream].descriptor, status, now_ms());
}

void Read::fail(const airbyte::Error& error)
{
    m_failed = true;
    airbyte::append_error(out(), m_sinks.redactor.redact(error), now_ms());
}

void Read::finish()
{
    for (std::size_t stream = 0; stream < m_progress.size(); ++stream) {
        incomplete(stream);
    }
    // To look for the likeliest of thousands of names thousands of times would take minutes.
    constexpr std::size_t k_most_advised = 20;
    std::size_t advised = 0;
    for (const airbyte::StreamDescriptor& stream : m_plan.unknown) {
        airbyte::append_stream_status(out(), stream, StreamStatus::started, now_ms());
        airbyte::append_stream_status(out(), stream, StreamStatus::incomplete, now_ms());
        if (std::find(m_plan.excluded_names.begin(), m_plan.excluded_names.end(),
                      airbyte::display_name(stream)) != m_plan.excluded_names.end()) {
            fail(excluded_stream_error(stream));
            continue;
        }
        fail(unknown_stream_error(stream, advised++ < k_most_advised ? m_plan.known_names
                                                                     : std::vector<std::string>{}));
    }
}

void Read::continue_sequence(std::uint64_t last_seen)
{
    m_sequence = std::max(m_sequence, last_seen);
}

} // namespace tapbridge::translate

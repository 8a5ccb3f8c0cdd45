// What the tap says, on its way to the handler.
#include "airbyte/error.h"
#include "process/supervised_run.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace tapbridge::process {

namespace {

// Signals are looked for at least once in so many bytes of a tap that never pauses.
constexpr std::size_t k_burst = 4 * 1024 * 1024;

} // namespace

// False where something waits for the reader, or there is none.
bool Supervisor::Run::write_out()
{
    if (m_supervisor.write_out())
        return true;
    if (m_supervisor.unwritable())
        stop(m_supervisor.m_reader_gone ? StopReason::reader_gone : StopReason::output_failed);
    return false;
}

void Supervisor::Run::after_handler()
{
    if (!m_stop_asked && m_handler.wants_stop()) {
        m_stop_asked = true;
        stop(StopReason::handler);
    }
}

// The way of every record: one read, one call, one write.
void Supervisor::Run::pump_stdout()
{
    for (std::size_t taken = 0; taken < k_burst;) {
        const bool dropped = m_supervisor.unwritable();
        const std::span<char> space = dropped ? std::span<char>(m_chunk) : m_handler.stdout_space();
        const ssize_t got = ::read(m_minder.tap_stdout.get(), space.data(), space.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (got < 0)
            airbyte::throw_system_error(std::string("The tap's output cannot be read: ") +
                                        std::strerror(errno) + ".");
        if (got == 0) {
            end_stdout();
            return;
        }
        const auto bytes = static_cast<std::size_t>(got);
        taken += bytes;
        m_stdout_bytes += bytes;
        if (m_exit)
            note_orphan(bytes);
        m_heard_at = Clock::now();
        if (dropped)
            continue;
        m_handler.on_stdout(bytes);
        after_handler();
        if (!write_out() || bytes < space.size()) // a short read has emptied the pipe
            return;
    }
}

void Supervisor::Run::pump_stderr()
{
    const ssize_t got = ::read(m_minder.tap_stderr.get(), m_chunk.data(), m_chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        end_stderr();
        return;
    }
    m_heard_at = Clock::now();
    if (m_hung_at)
        m_hung_at = hung_at(); // it is still at work
    if (m_supervisor.unwritable())
        return;
    m_handler.on_stderr(std::string_view(m_chunk.data(), static_cast<std::size_t>(got)));
    after_handler();
}

void Supervisor::Run::end_stdout()
{
    m_minder.tap_stdout.reset();
    if (!m_exit && m_phase == Phase::running)
        m_hung_at = hung_at();
    m_handler.on_stdout_end();
    after_handler();
    kill_if_drained();
}

void Supervisor::Run::end_stderr()
{
    m_minder.tap_stderr.reset();
    m_handler.on_stderr_end();
    after_handler();
    kill_if_drained();
}

} // namespace tapbridge::process

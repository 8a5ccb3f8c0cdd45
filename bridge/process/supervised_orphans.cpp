// What a tap leaves behind that writes on after its exit with 0: a launcher that does not wait for
// the real tap, or a filter behind it. Its end is the tap's, then.
#include "process/supervised_run.h"

#include <algorithm>

namespace tapbridge::process {

// What comes after the tap's exit and was not in the pipe then is not the tap's.
void Supervisor::Run::note_orphan(std::size_t bytes)
{
    m_late_bytes = m_late_bytes || bytes > m_unread_at_exit;
    m_unread_at_exit -= std::min(bytes, m_unread_at_exit);
}

bool Supervisor::Run::orphan_wrote() const
{
    return m_late_bytes ||
           (m_tap_written >= 0 && m_stdout_bytes > static_cast<std::uint64_t>(m_tap_written));
}

bool Supervisor::Run::grace_is_of_orphan() const
{
    return m_exit && m_exit->success() && m_phase == Phase::running;
}

void Supervisor::Run::end_grace()
{
    m_cut_off = m_cut_off || (grace_is_of_orphan() && m_minder.tap_stdout);
    kill_now();
}

void Supervisor::Run::kill_if_drained()
{
    if (!m_exit || m_minder.tap_stdout || m_minder.tap_stderr)
        return;
    // Pipes are closed before the end of the process is told: for that the grace goes on.
    if (m_alone || !m_exit->success() || !orphan_wrote())
        kill_now();
}

TapOutcome Supervisor::Run::judged() const
{
    TapOutcome outcome{m_exit.value_or(TapExit{}), m_reason, m_drained};
    if (!outcome.exit.success() || !orphan_wrote())
        return outcome;
    outcome.exit = m_orphan_failure.value_or(outcome.exit);
    if (m_cut_off && m_reason == StopReason::none)
        outcome.stopped_by = StopReason::orphaned;
    return outcome;
}

} // namespace tapbridge::process

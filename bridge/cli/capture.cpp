#include "cli/capture.h"

#include "singer/message.h"
#include "util/text.h"

namespace tapbridge::cli {

namespace {

constexpr std::size_t k_longest_output = std::size_t{256} << 20;

} // namespace

bool is_singer_message(std::string_view line)
{
    singer::MessageReader reader;
    return reader.read(line) == singer::LineKind::message &&
           reader.message().type != singer::MessageType::unknown;
}

void Capture::on_line(std::string_view line)
{
    if (!m_judged && text::trim(line).starts_with('{')) {
        m_judged = true;
        m_syncing = is_singer_message(line);
    }
    if (m_output.size() + line.size() > k_longest_output) {
        m_too_long = true;
    }
    if (!wants_stop()) {
        m_output.append(line).append("\n");
    }
}

std::size_t Capture::line_limit() const
{
    return k_longest_output;
}

void Capture::on_long_line(std::size_t)
{
    m_too_long = true;
}

} // namespace tapbridge::cli

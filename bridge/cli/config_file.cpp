#include "cli/config_file.h"

#include "adapter/config_mapping.h"
#include "airbyte/message.h"
#include "util/fd.h"

#include <chrono>
#include <utility>

namespace tapbridge::cli {

namespace {

constexpr std::chrono::milliseconds k_interval{500};

bool same_file(const struct ::stat& a, const struct ::stat& b)
{
    return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

} // namespace

ConfigFile::ConfigFile(Session& session, json::Value user_config, const translate::Spec* spec)
    : m_session(session), m_user_config(std::move(user_config)), m_spec(spec),
      m_tap_config(adapter::config_for_tap(m_user_config, spec, session.options().config)),
      m_path(session.folder().write("config.json", m_tap_config.text(true))),
      m_look_at(Clock::now() + k_interval)
{
    ::stat(m_path.c_str(), &m_seen);
}

void ConfigFile::on_deadline(Clock::time_point now)
{
    if (now >= m_look_at) {
        look();
        m_look_at = now + k_interval;
    }
}

bool ConfigFile::is_untouched()
{
    struct ::stat now {};
    return ::stat(m_path.c_str(), &now) != 0 || same_file(now, std::exchange(m_seen, now));
}

void ConfigFile::look()
{
    std::string text;
    if (is_untouched() || read_file(m_path, text) != 0) {
        return;
    }
    std::optional<json::Value> config = json::parse(text, nullptr, {.strict = true});
    if (!config || !config->is_object()) {
        m_seen = {}; // half written: look again
        return;
    }
    if (*config == m_tap_config) {
        return;
    }
    m_user_config = adapter::config_from_tap(*config, m_tap_config, m_user_config, m_spec);
    m_tap_config = std::move(*config);
    adapter::collect_secrets(m_user_config, m_spec, m_session.redactor());
    adapter::collect_secrets(m_tap_config, m_spec, m_session.redactor());
    airbyte::append_control(m_session.out(), m_user_config, now_ms());
}

} // namespace tapbridge::cli

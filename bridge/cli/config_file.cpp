#include "cli/config_file.h"

#include "adapter/config_mapping.h"
#include "adapter/mapping.h"
#include "airbyte/message.h"
#include "util/fd.h"

#include <fcntl.h>

#include <chrono>
#include <exception>
#include <utility>

namespace tapbridge::cli {

namespace {

constexpr std::chrono::milliseconds k_interval{500};
constexpr off_t k_longest = off_t{64} << 20;
// The clock of a file system ticks every 10 ms at most: two changes within one tick look the same.
// That clock may be set back, so what is waited for is measured with another one.
constexpr std::chrono::milliseconds k_settled{50};

std::int64_t nanoseconds(const struct ::timespec& time)
{
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// By the time of the last change of any kind: that of the content can be set.
bool same_file(const struct ::stat& a, const struct ::stat& b)
{
    return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_size == b.st_size &&
           nanoseconds(a.st_ctim) == nanoseconds(b.st_ctim);
}

} // namespace

ConfigFile::ConfigFile(Session& session, json::Value user_config, const translate::Spec* spec)
    : m_session(session), m_user_config(std::move(user_config)), m_spec(spec),
      m_parsed(adapter::config_for_tap(m_user_config, spec, session.options().config)),
      m_tap_config(map(m_parsed)),
      m_path(session.folder().write("config.json", m_tap_config.text(true))),
      m_look_at(Clock::now() + k_interval)
{
    adapter::collect_secrets(m_tap_config, nullptr, session.redactor());
}

ConfigFile::~ConfigFile()
{
    try {
        look();
    } catch (const std::exception&) { // out of memory: the command has failed already
    }
}

json::Value ConfigFile::map(const json::Value& parsed) const
{
    const auto& mapping = m_session.adapter().config;
    if (!mapping) {
        return parsed;
    }
    adapter::MappingPlace place;
    place.now_ms = now_ms();
    place.path = m_session.options().config;
    place.write_file = [this](const std::string& name, std::string_view content) {
        return m_session.folder().write("setting-" + name, content);
    };
    return adapter::map_config(*mapping, parsed, place);
}

void ConfigFile::on_deadline(Clock::time_point now)
{
    if (now >= m_look_at) {
        look();
        m_look_at = now + k_interval;
    }
}

std::optional<std::string> ConfigFile::changed_content()
{
    struct ::stat now {};
    if (::lstat(m_path.c_str(), &now) != 0 || !S_ISREG(now.st_mode) ||
        (m_settled && same_file(now, m_seen))) {
        return std::nullopt;
    }
    const Fd file(::open(m_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file || ::fstat(file.get(), &now) != 0 || !S_ISREG(now.st_mode) ||
        now.st_size > k_longest) {
        return std::nullopt;
    }
    if (!same_file(now, m_seen)) {
        m_seen = now;
        m_seen_at = Clock::now();
    }
    m_settled = Clock::now() - m_seen_at > k_settled;
    const auto size = static_cast<std::size_t>(now.st_size);
    std::string content;
    if (read_all(file, content, size) != 0 || content.size() != size ||
        ::fstat(file.get(), &now) != 0 || !same_file(now, m_seen)) {
        m_settled = false; // being written
        return std::nullopt;
    }
    return content;
}

void ConfigFile::look()
{
    const std::optional<std::string> text = changed_content();
    if (!text) {
        return;
    }
    std::optional<json::Value> config = json::parse(*text, nullptr, {.strict = true});
    if (config && config->is_object() && *config != m_tap_config) {
        take(std::move(*config));
    }
}

void ConfigFile::take(json::Value config)
{
    const auto& mapping = m_session.adapter().config;
    // Or what it leaves out now would be news when it is written again.
    config = adapter::completed(config, m_tap_config);
    json::Value parsed =
        mapping ? adapter::map_back(*mapping, config, m_tap_config, m_parsed) : config;
    json::Value user = adapter::config_from_tap(parsed, m_parsed, m_user_config, m_spec);
    m_parsed = std::move(parsed);
    m_tap_config = std::move(config);
    adapter::collect_secrets(user, m_spec, m_session.redactor());
    adapter::collect_secrets(m_tap_config, m_spec, m_session.redactor());
    if (user != m_user_config) {
        m_user_config = std::move(user);
        airbyte::append_control(m_session.out(), m_user_config, now_ms());
    }
}

} // namespace tapbridge::cli

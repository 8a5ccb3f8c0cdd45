#include "adapter/setting_path.h"

#include <utility>

namespace tapbridge::adapter {

using json::Value;

const Value* find_setting(const Value& config, const SettingPath& path)
{
    const Value* at = &config;
    for (const std::string& step : path) {
        at = at->find(step);
        if (at == nullptr)
            return nullptr;
    }
    return at;
}

bool set_setting(Value& config, const SettingPath& path, Value value)
{
    Value* at = &config;
    for (const std::string& step : path) {
        if (at->is_null())
            *at = Value::object();
        if (!at->is_object())
            return false;
        Value* const next = at->find(step);
        at = next != nullptr ? next : &at->set(step, Value());
    }
    *at = std::move(value);
    return true;
}

Passed::Passed(const ConfigMapping& mapping) : m_any(mapping.pass)
{
    for (const MappedSetting& rule : mapping.settings)
        m_ruled.insert(rule.key);
    for (const SettingPath& path : settings_read(mapping)) {
        if (!path.empty())
            m_ruled.insert(path.front());
    }
}

bool Passed::contains(std::string_view name) const
{
    return m_any && !m_ruled.contains(name);
}

} // namespace tapbridge::adapter

#include "util/json/mend.h"

#include <optional>
#include <utility>

namespace tapbridge::json {

namespace {

std::string_view substitute(Defect kind, std::string_view bytes)
{
    switch (kind) {
    case Defect::nonfinite:
    case Defect::long_number:
        return "null";
    case Defect::lone_surrogate:
        return "\\ufffd";
    case Defect::line_separator:
        if (bytes == "\xE2\x80\xA8")
            return "\\u2028";
        return bytes == "\xE2\x80\xA9" ? "\\u2029" : "\\u0085";
    case Defect::carriage_return:
        return " ";
    }
    return " ";
}

class Mender final : public DefectSink {
public:
    Mender(std::string& out, std::string_view text) : m_out(out), m_text(text)
    {
        m_out.reserve(m_out.size() + m_text.size());
    }

    void found(const DefectAt& defect) override
    {
        m_out += m_text.substr(m_done, defect.offset - m_done);
        m_out += substitute(defect.kind, m_text.substr(defect.offset, defect.length));
        m_done = defect.offset + defect.length;
        const bool is_null = defect.kind == Defect::nonfinite || defect.kind == Defect::long_number;
        if (is_null && !m_nulled)
            m_nulled = defect.kind;
    }

    void finish() { m_out += m_text.substr(m_done); }
    // The first value that has become null since the last call.
    std::optional<Defect> take_nulled() { return std::exchange(m_nulled, std::nullopt); }

private:
    std::string& m_out;
    std::string_view m_text;
    std::size_t m_done = 0;
    std::optional<Defect> m_nulled;
};

} // namespace

void append_mended(std::string& out, std::string_view text)
{
    Mender mender(out, text);
    check(text, k_deepest, mender);
    mender.finish();
}

void append_mended(std::string& out, std::string_view object, const Nulled& nulled)
{
    Mender mender(out, object);
    ObjectReader reader(object, k_deepest, mender);
    MemberView member;
    while (reader.next(member)) {
        if (const std::optional<Defect> why = mender.take_nulled())
            nulled(member.key, *why);
    }
    mender.finish();
}

} // namespace tapbridge::json

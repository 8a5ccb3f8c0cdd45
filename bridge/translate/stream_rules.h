// What an adapter says of the tap's streams, beyond what the tap's own catalog says.
#pragma once

#include "singer/catalog.h"
#include "translate/selection.h"
#include "util/json/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

struct Stream;

// The sync modes that a stream is offered with.
enum class Modes : std::uint8_t { full_refresh, incremental, both };

// One entry of `streams`. What is absent stays as it is.
struct StreamRule {
    std::optional<std::vector<std::string>> primary_key; // top-level columns; empty: it has none
    // The only cursor there is (source-defined). Offers the stream as incremental. Of a log-based
    // stream: the column by which the tap keeps its position.
    std::optional<std::string> cursor;
    // Incremental without a cursor: the tap keeps its position by means of its own.
    std::optional<Modes> modes;
    std::optional<Replication> replication; // the method that the tap is told
    std::optional<bool> exclude;            // not offered; its records are dropped in silence
    std::optional<bool> may_be_absent;      // a tap that never mentions it has read it to its end
    std::optional<std::string> name_space;  // Airbyte's namespace; "" = none
    std::optional<std::string> alias;       // the name under which the tap sends it
    // Streams that the tap must read for this one to come (children hang on their parents).
    std::optional<std::vector<std::string>> required;
    std::optional<json::Value> properties; // an object: schemas that replace those of these columns
    std::optional<std::vector<std::string>> exclude_fields; // names and globs, never offered
    // LOG_BASED: the column that tells when a row was deleted; absent: _sdc_deleted_at.
    std::optional<std::string> deleted_at;
};

class StreamRules {
public:
    // Later ones win, key by key. `pattern`: a name, or a glob with * and ?. How a stream is read
    // is one matter: a later full_table ends what an earlier entry said of cursor and modes, and a
    // later cursor or incremental mode ends an earlier full_table.
    void add(std::string pattern, StreamRule rule);

    // All that is said of a stream that goes by any of these names.
    StreamRule of(const std::vector<std::string>& names) const;
    // The pattern of the last entry for these names that has this key; "" where none has.
    template <typename Key>
    std::string said_by(const std::vector<std::string>& names, Key StreamRule::*key) const
    {
        std::string pattern;
        for (const Entry& entry : m_rules) {
            if (entry.rule.*key && fits(names, entry.pattern)) {
                pattern = entry.pattern;
            }
        }
        return pattern;
    }

    // Whether records under a name that the tap's catalog does not have are to be dropped: only
    // where the rule names it. A glob does not speak of such names: one may be a stream under a new
    // name.
    bool excludes_unknown(std::string_view name) const;

    // Patterns without * and ?, in their order.
    std::vector<std::string> literal_names() const;
    // Those, globs too, that none of the streams goes by, in their order. Names that are excluded
    // are left out: the tap's catalog need not have them.
    std::vector<std::string>
    unmatched(const std::vector<std::vector<std::string>>& names_of_streams) const;
    bool empty() const { return m_rules.empty(); }

private:
    struct Entry {
        std::string pattern;
        StreamRule rule;
    };

    static bool fits(const std::vector<std::string>& names, std::string_view pattern);

    std::vector<Entry> m_rules;
};

bool is_glob(std::string_view pattern);

// Whether the text fits the glob: * is any run of characters, ? any one; all others are themselves.
// Takes at most as many steps as both are long, multiplied.
bool fits_glob(std::string_view text, std::string_view glob);

// The names that a rule's pattern may mean: tap_stream_id, the catalog's `stream`, Airbyte's name,
// and Airbyte's "namespace.name".
std::vector<std::string> names_of(const Stream& stream, const singer::CatalogEntry& entry);

} // namespace tapbridge::translate

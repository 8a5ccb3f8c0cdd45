// Rows that were deleted at the source, in records that come from a database's log.
#pragma once

#include <optional>
#include <string_view>

namespace tapbridge::translate {

// The member by which destinations know that a row is gone (as native sources send it): when it was
// deleted, else null.
inline constexpr std::string_view k_ab_cdc_deleted_at = "_ab_cdc_deleted_at";

// What a record has to be given as k_ab_cdc_deleted_at: the source text of its top-level member
// `column` (of duplicate keys the last one counts), `null` where it has none. Absent where the
// record has k_ab_cdc_deleted_at already. `record`: the source text of an object that has been
// checked; the view points into it.
std::optional<std::string_view> deletion_of(std::string_view record, std::string_view column);

} // namespace tapbridge::translate

// Fields of a stream as `select` names them, and tables as it prints them.
#pragma once

#include "translate/discovered_catalog.h"
#include "util/json/value.h"

#include <string>
#include <vector>

namespace tapbridge::translate {

// Whether the schema declares it: a top-level field, or "a.b" for b within a. A stream whose schema
// declares nothing has every field.
bool has_field(const OfferedStream& stream, const std::string& field);

// The path of a field that is to be the cursor. Throws config_error, with the nearest name, where
// the schema has no such field, and where it holds objects or lists.
std::vector<std::string> cursor_path(const OfferedStream& stream, const std::string& field);

// Throws config_error where the stream cannot do without that field, or has no such one.
void check_excluded(const OfferedStream& stream, const std::string& field,
                    const std::vector<std::string>& cursor);

// The stream, verbatim but for these fields of its schema. Throws config_error where none is left:
// a schema without fields would stand for all of them.
json::Value without_fields(const OfferedStream& stream, const std::vector<std::string>& fields);

// "Stream "users" has these fields: id, updated_at.": those that may be a cursor.
std::string fields_words(const OfferedStream& stream);

// Columns two blanks apart; what would disturb a terminal is shown as "?".
std::string aligned(const std::vector<std::vector<std::string>>& rows);

} // namespace tapbridge::translate

#include "translate/failure.h"

#include "util/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace tapbridge::translate {

namespace {

using airbyte::FailureType;

// All in lower case; matched against words in lower case. Rate limits come first: GitHub and others
// answer them with 403, which else means that the user lacks a right.
constexpr std::array k_limited{"rate limit",
                               "rate_limit_exceeded",
                               "ratelimit",
                               "too many requests",
                               "throttl",
                               "quota exceeded",
                               "quotaexceeded",
                               "exceeded your quota",
                               "exceeded quota",
                               "request_limit_exceeded",
                               "requestlimitexceeded",
                               "slow down",
                               "slowdown",
                               "api call limit",
                               "concurrent requests"};

constexpr std::array k_config{
    // credentials
    "password authentication failed", "authentication failed", "authentication failure",
    "authentication error", "authenticationexception", "failed to authenticate",
    "not authenticated", "authentication is required", "authentication required",
    "could not authenticate", "access denied", "accessdenied", "login failed", "login failure",
    "bad credentials", "invalid credentials", "incorrect credentials", "wrong credentials",
    "invalid login", "invalid_login", "invalid username", "incorrect username", "invalid password",
    "incorrect password", "wrong password", "invalid api key", "invalid api_key", "invalid apikey",
    "invalid api token", "invalid_api_key", "api key not valid", "api key is invalid",
    "api key is not valid", "incorrect api key", "invalid key provided", "no api key",
    "invalid token", "token is invalid", "invalid access token", "invalid_auth", "not_authed",
    "invalid oauth", "invalid bearer", "invalid_grant", "invalid_client", "invalid_token",
    "invalid_scope", "unauthorized", "unauthorised", "unauthenticated", "not authorized",
    "not authorised", "token has expired", "token expired", "expired token", "expiredtoken",
    "token is expired", "token was revoked", "has been revoked", "token_revoked", "session expired",
    "session has expired", "invalid_session_id", "invalidclienttokenid", "invalidaccesskeyid",
    "signaturedoesnotmatch", "invalid jwt", "no pg_hba.conf entry", "no password supplied",
    "could not deserialize key", "invalid private key", "not a valid private key",
    "not a valid rsa private key", "bad decrypt", "private key file is encrypted",
    // rights
    "forbidden", "permission denied", "permission_denied", "insufficient permission",
    "insufficient privilege", "insufficient_scope", "insufficient access", "insufficient scope",
    "insufficient rights", "missing scope", "missing_scope", "not have permission",
    "not have sufficient", "not have access", "not permitted", "not allowed to access",
    "no permission", "lacks permission", "command denied to user", "has not been used in project",
    "must be superuser or replication role", "api_disabled_for_org", "payment required",
    "subscription has expired", "account is suspended",
    // settings
    "config is missing required keys", "config validation failed", "is a required property",
    "config must contain", "missing required config", "missing required setting",
    "missing required key", "missing required propert", "missing required parameter",
    "missing config", "missing credentials", "required config", "must be provided", "need either",
    "must be set", "invalid subdomain", "invalid url", "no schema supplied", "missingschema",
    "invalidurl", "unable to parse connection string", "could not parse sqlalchemy url",
    "not a valid url",
    // what is to be read from
    "no such file", "filenotfound", "file not found", "is a directory", "unknown database",
    "no such table", "unknown table", "nosuchbucket", "no such bucket", "bucket does not exist",
    "wal_level", "invalid warehouse", "account not found",
    // certificates
    "certificate verify failed", "self-signed certificate", "self signed certificate",
    "certificate_verify_failed", "hostname mismatch", "certificate has expired",
    "wrong_version_number", "wrong version number", "does not support ssl", "unknownhostkey",
    "not found in known_hosts", "proxy authentication required"};

constexpr std::array k_transient{"timed out",
                                 "timeouterror",
                                 "timeoutexception",
                                 "readtimeout",
                                 "connecttimeout",
                                 "sockettimeout",
                                 "read timeout",
                                 "connect timeout",
                                 "connection timeout",
                                 "socket timeout",
                                 "request timeout",
                                 "statement timeout",
                                 "lock wait timeout",
                                 "gateway timeout",
                                 "gateway time-out",
                                 "authentication timeout",
                                 "operation timeout",
                                 "timeout expired",
                                 "timeout exceeded",
                                 "timeout occurred",
                                 "timeout error",
                                 "i/o timeout",
                                 "etimedout",
                                 "deadline exceeded",
                                 "deadline_exceeded",
                                 "connection refused",
                                 "econnrefused",
                                 "connection reset",
                                 "econnreset",
                                 "connection aborted",
                                 "connection was aborted",
                                 "connection broken",
                                 "connection lost",
                                 "connection closed",
                                 "connection was closed",
                                 "connection has been closed",
                                 "connection already closed",
                                 "connection unexpectedly closed",
                                 "closed the connection",
                                 "remote end closed",
                                 "remotedisconnected",
                                 "connection pool",
                                 "incompleteread",
                                 "incomplete read",
                                 "chunkedencodingerror",
                                 "protocolerror",
                                 "name resolution",
                                 "name or service not known",
                                 "nodename nor servname",
                                 "getaddrinfo",
                                 "eai_again",
                                 "enotfound",
                                 "could not translate host name",
                                 "unknown host",
                                 "unknownhost",
                                 "no address associated with hostname",
                                 "failed to resolve",
                                 "no such host",
                                 "network is unreachable",
                                 "host is unreachable",
                                 "no route to host",
                                 "network error",
                                 "max retries exceeded",
                                 "too many connections",
                                 "too many clients",
                                 "remaining connection slots",
                                 "connection limit exceeded",
                                 "can't connect to",
                                 "cannot connect to",
                                 "could not connect to",
                                 "unable to connect",
                                 "failed to connect",
                                 "connection error",
                                 "connectionerror",
                                 "lost connection",
                                 "server has gone away",
                                 "terminating connection",
                                 "the database system is",
                                 "deadlock",
                                 "canceling statement due to conflict",
                                 "snapshot too old",
                                 "serialization failure",
                                 "temporarily unavailable",
                                 "temporary failure",
                                 "temporarily disabled",
                                 "try again later",
                                 "please try again",
                                 "please retry",
                                 "service unavailable",
                                 "serviceunavailable",
                                 "currently unavailable",
                                 "under maintenance",
                                 "bad gateway",
                                 "internal server error",
                                 "internalservererror",
                                 "server error",
                                 "backend error",
                                 "backenderror",
                                 "overloaded",
                                 "unexpected eof",
                                 "eof occurred in violation of protocol",
                                 "eoferror",
                                 "broken pipe",
                                 "took longer than"};

template <std::size_t size>
bool holds_any(std::string_view text, const std::array<const char*, size>& phrases)
{
    return std::any_of(phrases.begin(), phrases.end(),
                       [&](const char* phrase) { return text::contains(text, phrase); });
}

// `database "x" does not exist`, `role "x" does not exist`, ...
bool names_missing_object(std::string_view text)
{
    if (!text::contains(text, "does not exist") && !text::contains(text, "doesn't exist"))
        return false;
    static constexpr std::array k_objects{
        "database ",         "role ",      "user ",    "schema ", "relation ", "table ",
        "replication slot ", "warehouse ", "dataset ", "bucket ", "object "};
    return holds_any(text, k_objects);
}

bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Whether the three digits at `at` are said to be an HTTP status by what stands around them.
bool reads_as_status(std::string_view text, std::size_t at)
{
    static constexpr std::array k_before{"http",     "status", "code",      "response",
                                         "error",    "got",    "returned",  "http/1.1",
                                         "http/1.0", "http/2", "http error"};
    static constexpr std::array k_after{"client error",        "server error",
                                        "unauthori",           "forbidden",
                                        "not found",           "too many requests",
                                        "bad gateway",         "bad request",
                                        "service unavailable", "internal server error",
                                        "gateway time",        "request timeout",
                                        "payment required",    "error",
                                        "proxy authentication"};
    auto before = text.substr(0, at);
    const auto after = text.substr(at + 3);
    if (before.ends_with('(') && after.starts_with(')'))
        return true;
    const auto last = before.find_last_not_of(" :=[(<\"'-#");
    before = before.substr(0, last == std::string_view::npos ? 0 : last + 1);
    for (const std::string_view word : k_before) {
        if (!before.ends_with(word))
            continue;
        const auto begin = before.size() - word.size();
        // "statuscode" and "error_code" end in such a word, "barcode" does not matter.
        if (begin == 0 || !is_word(before[begin - 1]) || word == "code" || word == "error" ||
            word == "status")
            return true;
    }
    const auto first = after.find_first_not_of(" :-,");
    if (first == std::string_view::npos || first == 0)
        return false;
    return std::any_of(k_after.begin(), k_after.end(), [&](std::string_view phrase) {
        return after.substr(first).starts_with(phrase);
    });
}

std::optional<FailureType> type_of_status(int status)
{
    switch (status) {
    case 401: // unauthorized
    case 402: // payment required
    case 403: // forbidden
    case 404: // the account, subdomain, repository, ... that the user named
    case 407: // proxy authentication
        return FailureType::config_error;
    case 408: // request timeout
    case 423: // locked
    case 425: // too early
    case 429: // too many requests
        return FailureType::transient_error;
    default:
        if (status >= 500 && status <= 599)
            return FailureType::transient_error;
        return std::nullopt;
    }
}

std::optional<FailureType> classify_status(std::string_view text)
{
    const auto is_digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    for (std::size_t at = text.find_first_of("45"); at != std::string_view::npos;
         at = text.find_first_of("45", at + 1)) {
        if (at + 3 > text.size())
            break;
        const bool begins = at == 0 || (!is_word(text[at - 1]) && text[at - 1] != '.');
        const bool ends = at + 3 == text.size() || !is_word(text[at + 3]);
        if (!begins || !ends || !is_digit(at + 1) || !is_digit(at + 2))
            continue;
        const int status =
            (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
        const auto type = type_of_status(status);
        if (type && reads_as_status(text, at))
            return type;
    }
    return std::nullopt;
}

// Paths of addresses hold any word ("/oauth/unauthorized", "/rate_limit") and say nothing.
std::string without_addresses(std::string_view text)
{
    std::string out;
    std::size_t done = 0;
    for (auto at = text.find("://"); at != std::string_view::npos; at = text.find("://", done)) {
        out += text.substr(done, at - done);
        done = std::min(text.find_first_of(" \t\r\n\"'<>)", at), text.size());
    }
    return out.append(text.substr(done));
}

} // namespace

Classified classify(std::string_view tap_words, const std::vector<ErrorPattern>& patterns)
{
    for (const auto& pattern : patterns)
        if (!pattern.match.empty() &&
            text::contains_ignoring_case(tap_words, text::lower(pattern.match)))
            return {pattern.type, true, pattern.message};

    const std::string words = without_addresses(text::lower(tap_words));
    if (holds_any(words, k_limited))
        return {FailureType::transient_error, true, {}};
    if (holds_any(words, k_config) || names_missing_object(words))
        return {FailureType::config_error, true, {}};
    if (holds_any(words, k_transient))
        return {FailureType::transient_error, true, {}};
    if (const auto type = classify_status(words))
        return {*type, true, {}};
    return {};
}

airbyte::Error silent_tap_error()
{
    airbyte::Error error;
    error.message = "The tap ended with exit status 0 but sent no message at all. It may not have "
                    "taken the catalog it was given, or its settings may leave nothing to read.";
    return error;
}

airbyte::Error no_stream_error()
{
    airbyte::Error error;
    error.failure_type = airbyte::FailureType::config_error;
    error.message = "The tap found no stream. Check that the settings point at the right place and "
                    "that the account may see its data.";
    return error;
}

} // namespace tapbridge::translate

#include "catch.h"
#include "translate/failure.h"

using namespace tapbridge;
using airbyte::FailureType;
using translate::classify;
using translate::ErrorPattern;

namespace {

void check_all(FailureType type, bool known, const std::vector<std::string>& texts)
{
    for (const auto& text : texts) {
        INFO(text);
        const auto classified = classify(text, {});
        CHECK(classified.type == type);
        CHECK(classified.known == known);
        CHECK(classified.message.empty());
    }
}

} // namespace

TEST_CASE("classify calls what the user can fix a config_error")
{
    check_all(
        FailureType::config_error, true,
        {"OperationalError: connection to server at \"db\", port 5432 failed: FATAL: password "
         "authentication "
         "failed for user \"x\"",
         "(1045, \"Access denied for user 'a'@'b' (using password: YES)\")",
         "(1049, \"Unknown database 'x'\")",
         "FATAL: database \"x\" does not exist",
         "FATAL: role \"x\" does not exist",
         "no pg_hba.conf entry for host \"10.0.0.1\"",
         "HTTPError: 401 Client Error: Unauthorized for url: https://api.example.com/v1/me",
         "HTTP-error-code: 401, Error: {'message': 'Bad credentials'}",
         "HTTP-error-code: 403, Error: no",
         "403 Client Error: Forbidden for url: https://x/y",
         "404 Client Error: Not Found for url: https://x/y",
         "Got status code 401: {\"error\":\"x\"}",
         "request failed (403)",
         "{\"code\":401,\"message\":\"who are you\"}",
         "<HttpError 403 when requesting x>",
         "<Response [401]>",
         "407 Proxy Authentication Required",
         "invalid_grant: Token has been expired or revoked.",
         "RefreshError: ('invalid_client: The OAuth client was not found.')",
         "ClientError: An error occurred (InvalidClientTokenId) when calling the X operation",
         "Config is missing required keys: ['start_date']",
         "Config validation failed: 'api_key' is a required property",
         "[Errno 2] No such file or directory: '/x/key.p8'",
         "PermissionError: [Errno 13] Permission denied: '/x'",
         "The user lacks permission: PERMISSION_DENIED",
         "Max retries exceeded with url: /x (Caused by SSLError(SSLCertVerificationError(1, '[SSL: "
         "CERTIFICATE_VERIFY_FAILED] certificate verify failed')))",
         "AUTHENTICATION FAILED"});
}

TEST_CASE("classify calls what may pass a transient_error")
{
    check_all(
        FailureType::transient_error, true,
        {"429 Client Error: Too Many Requests for url: https://x/y",
         "HTTP-error-code: 429, Error: slow",
         "status 429",
         "HTTP-error-code: 403, Error: API rate limit exceeded for user ID 7",
         "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.",
         "ThrottlingException: Rate exceeded",
         "403 quotaExceeded",
         "500 Server Error: Internal Server Error for url: https://x",
         "HTTP 503",
         "HTTP/1.1 502 Bad Gateway",
         "returned 504",
         "error: 520",
         "ReadTimeout: HTTPSConnectionPool(host='x', port=443): Read timed out. (read timeout=30)",
         "connection to server at \"127.0.0.1\", port 1 failed: Connection refused",
         "('Connection aborted.', RemoteDisconnected('Remote end closed connection without "
         "response'))",
         "ConnectionResetError: [Errno 104] Connection reset by peer",
         "gaierror: [Errno -3] Temporary failure in name resolution",
         "could not translate host name \"db\" to address: Name or service not known",
         "FATAL: sorry, too many clients already",
         "(1040, 'Too many connections')",
         "(2003, \"Can't connect to MySQL server on 'x'\")",
         "(2013, 'Lost connection to MySQL server during query')",
         "server closed the connection unexpectedly",
         "canceling statement due to statement timeout",
         "deadlock detected",
         "java.net.UnknownHostException: db",
         "Took longer than 300 seconds to connect to the server",
         "Error: connect ECONNREFUSED 127.0.0.1:5432"});
}

TEST_CASE("classify calls everything else a system_error that nobody knows")
{
    check_all(FailureType::system_error, false,
              {"", "KeyError: 'user_agent'",
               "AttributeError: 'NoneType' object has no attribute 'streams'",
               "ValueError: year -44 is out of range",
               "tap-x: error: unrecognized arguments: --discover",
               "400 Client Error: Bad Request for url: https://x/y",
               "An unhandled error occurred while syncing 'x'", "\xff\xfe 5", "MemoryError"});
}

TEST_CASE("classify takes numbers only where they read as an HTTP status")
{
    check_all(FailureType::system_error, false,
              {"row 401", "line 403 of x.csv", "order 429 is broken", "503", "processed 500 rows",
               "id=401", "port 5000", "took 503 ms", "version 4.401 error", "HTTP 4011",
               "status 5031", "401.5 Client Error", "(4031)", "ORA-00401 x", "5xx", "40",
               "barcode4 03", "status 299", "x401 client error"});
}

TEST_CASE("classify does not read the path of an address")
{
    check_all(FailureType::system_error, false,
              {"400 Client Error: Bad Request for url: https://x/oauth/unauthorized?r=rate "
               "limit_exceeded",
               "ValueError at https://x/forbidden", "ValueError at https://x/status/503"});
    check_all(FailureType::config_error, true,
              {"'https://x/rate_limit_exceeded' forbidden", "(https://x/timed_out) unauthorized"});
}

TEST_CASE("classify asks the adapter's patterns first")
{
    const std::vector<ErrorPattern> patterns = {
        {"", FailureType::config_error, "never"},
        {"Shop Is CLOSED", FailureType::transient_error, ""},
        {"401", FailureType::transient_error, "The shop logs in anew at night."},
        {"shop", FailureType::config_error, "Check the shop's name."},
    };
    const auto closed = classify("Error: the shop is closed today", patterns);
    CHECK(closed.type == FailureType::transient_error);
    CHECK(closed.known);
    CHECK(closed.message.empty());

    const auto login = classify("401 Client Error: Unauthorized", patterns);
    CHECK(login.type == FailureType::transient_error);
    CHECK(login.message == "The shop logs in anew at night.");

    CHECK(classify("No such SHOP", patterns).message == "Check the shop's name.");

    const auto other = classify("something else", patterns);
    CHECK(other.type == FailureType::system_error);
    CHECK_FALSE(other.known);

    // A pattern may also say that it is nobody's fault.
    const auto known = classify("forbidden", {{"forbidden", FailureType::system_error, "m"}});
    CHECK(known.type == FailureType::system_error);
    CHECK(known.known);
}

// What pip is told to install.
#include "catch.h"
#include "connector/requirement.h"

using namespace tapbridge;
using namespace tapbridge::connector;

namespace {

const std::string k_commit(40, 'a');

Installed from_index()
{
    return read_installed(
        R"({"python":"3.11","name":"tap-x","version":"1.2","direct_url":null,"license":"MIT",
        "others":{"tap-x":"1.2","requests":"2.0","pip":"24","setuptools":"70.0"}})");
}

Installed from_git()
{
    Installed installed = from_index();
    installed.direct_url =
        json::parse(R"({"url":"https://github.com/o/tap-x.git","vcs_info":{"vcs":"git",
        "requested_revision":"v1","commit_id":")" +
                    k_commit + R"("}})")
            .value();
    return installed;
}

Package pinned(const std::string& spec, const Installed& installed = from_index())
{
    return pinned_package(spec, installed, "3.11");
}

} // namespace

TEST_CASE("what was installed from an index is pinned")
{
    for (const char* const spec :
         {"", "tap-x", "Tap_X", "tap-x>=1", "tap-x ~= 1.0", "tap-x==1.*"}) {
        INFO(spec);
        const Package package = pinned(spec);
        CHECK(package.requirement.ends_with("==1.2"));
        CHECK(package.advice.empty());
    }
    CHECK(pinned("tap-x[s3]>=1").requirement == "tap-x[s3]==1.2");
    CHECK(pinned("tap-x==1.1").requirement == "tap-x==1.1");
    CHECK(pinned("").constraints == std::vector<std::string>{"requests==2.0"});
}

TEST_CASE("what cannot be pinned is said")
{
    CHECK(pinned("tap-y>1").requirement == "tap-y>1");
    CHECK(pinned("tap-y>1").advice.ends_with("tap-y==VERSION."));
    CHECK(pinned("", {}).advice.starts_with("name what pip is to install"));
    CHECK(pinned("", {}).requirement.empty());
    for (const char* const spec :
         {"./tap-x", "/src/tap-x", "file:///src/tap-x", "git+file:///src/tap-x@v1",
          "tap-x @ file:///src/tap-x", "tap_x-1-py3-none-any.whl"}) {
        INFO(spec);
        CHECK(pinned(spec).advice.find("pip-extra") != std::string::npos);
        CHECK(pinned(spec).requirement.empty());
    }
    Installed local = from_index();
    local.direct_url =
        json::parse(R"({"url":"file:///src/tap-x","dir_info":{"editable":true}})").value();
    CHECK(pinned("", local).advice.find("pip-extra") != std::string::npos);
}

TEST_CASE("tags and branches become the commit that was installed")
{
    const std::string wanted = "tap-x @ git+https://github.com/o/tap-x.git@" + k_commit;
    CHECK(pinned("", from_git()).requirement == wanted);
    CHECK(pinned("git+https://github.com/o/tap-x.git@v1", from_git()).requirement == wanted);
    CHECK(pinned("tap-x @ git+https://github.com/o/tap-x.git", from_git()).requirement == wanted);
    CHECK(pinned("git+https://github.com/o/tap-x@v1#subdirectory=tap", from_git()).requirement ==
          "tap-x @ git+https://github.com/o/tap-x@" + k_commit + "#subdirectory=tap");
    const Package other = pinned("git+https://github.com/other/tap-x@v1", from_git());
    CHECK(other.requirement == "tap-x @ git+https://github.com/other/tap-x@v1");
    CHECK(other.advice.starts_with("pin the commit"));
    CHECK(pinned("git+https://h/r@" + k_commit).advice.empty());
    CHECK(pinned("git+ssh://git@h/r@" + k_commit).requirement ==
          "tap-x @ git+ssh://git@h/r@" + k_commit);
}

TEST_CASE("a login is no part of a file")
{
    for (const char* const spec : {"git+https://user:hunter2@h/r@v1", "https://hunter2@h/tap.zip",
                                   "tap-x @ git+https://hunter2@h/r"}) {
        INFO(spec);
        const Package package = pinned(spec);
        CHECK(package.requirement.find("hunter2") == std::string::npos);
        CHECK(package.advice.starts_with("the address had a login"));
    }
}

TEST_CASE("a wheel on a server is no folder of your own")
{
    for (const char* const spec :
         {"https://h/tap_x-1-py3-none-any.whl", "tap-x @ https://h/x.whl"}) {
        INFO(spec);
        CHECK(pinned(spec).requirement.starts_with("tap-x @ https://h/"));
        CHECK(pinned(spec).advice.empty());
    }
}

TEST_CASE("a marker pins no version")
{
    CHECK(pinned("tap-x; python_version == '3.11'").requirement == "tap-x==1.2");
}

TEST_CASE("where nothing installed the tap, its neighbours are none of its needs")
{
    const Installed host = read_installed(
        R"({"python":"3.12","name":null,"others":{"python-apt":"2.6","setuptools":"66.1"}})");
    for (const char* const spec : {"", "tap-x==1.1"}) {
        INFO(spec);
        const Package package = pinned_package(spec, host, "3.12");
        CHECK(package.constraints.empty());
        CHECK(package.requirement.find("setuptools") == std::string::npos);
    }
}

TEST_CASE("what pip takes as a requirement")
{
    for (const char* const spec : {"tap-x",
                                   "Tap_X.y",
                                   "t",
                                   "tap-x==1.2",
                                   "tap-x ~= 1.0, != 1.3",
                                   "tap-x==1.*",
                                   "tap-x===1.2+a",
                                   "tap-x[s3]>=1",
                                   "tap-x [s3, gcs]",
                                   "tap-x (>=1,<2)",
                                   "tap-x; python_version < '3.12'",
                                   "tap-x>=1!2.0rc1 ; os_name == \"posix\"",
                                   "tap-x @ https://h/x.zip",
                                   "tap-x[s3]@git+https://h/r@v1",
                                   "git+https://h/r@v1#subdirectory=tap",
                                   "git+ssh://git@h/r",
                                   "git+file:///src/x",
                                   "https://h/x.whl",
                                   "http://h:8080/x.tar.gz",
                                   "file:///src/tap-x",
                                   "tap-x @ file:///src/x",
                                   ".",
                                   "..",
                                   "./tap x",
                                   "../tap-x[s3]",
                                   "/src/tap-\u00e9",
                                   "src/tap-x",
                                   "tap_x-1-py3-none-any.whl",
                                   " tap-x "}) {
        INFO(spec);
        CHECK(problem_of_requirement(spec).empty());
    }
    for (const char* const spec : {"\"quoted\"",
                                   "'tap-x'",
                                   "\u00e9",
                                   "--index-url http://x y",
                                   "-r foo",
                                   "-e .",
                                   "tap x y",
                                   " ",
                                   "tap-",
                                   "-tap",
                                   "tap-x=1",
                                   "tap-x==",
                                   "tap-x 1.2",
                                   "tap-x==1.2,",
                                   "tap-x==1 2",
                                   "tap-x[",
                                   "tap-x[]",
                                   "tap-x[s3",
                                   "tap-x]",
                                   "tap-x (>=1",
                                   "tap-x>=1)",
                                   "tap-x;",
                                   "tap-x @",
                                   "tap-x @ tap-y",
                                   "@ https://h/x.zip",
                                   "https://",
                                   "git+https:///r",
                                   "ftp://h/x.zip",
                                   "https://h/x y",
                                   "https://h/\"x\"",
                                   "tap-x\ntap-y",
                                   "./a\nb",
                                   "tap x/y",
                                   "~tap"}) {
        INFO(spec);
        CHECK(problem_of_requirement(spec).starts_with("--pip takes "));
    }
}

TEST_CASE("another Python may need other releases")
{
    const Package package = pinned_package("", from_index(), "3.12");
    CHECK(package.constraints.empty());
    CHECK(package.requirement == "tap-x==1.2");
    Installed newer = from_index();
    newer.python = "3.12";
    CHECK(pinned_package("", newer, "3.12").requirement == "tap-x==1.2\nsetuptools==70.0");
}

TEST_CASE("an environment that says nonsense is not known")
{
    for (const char* const said :
         {"", "{}", "[1]", "Traceback", R"({"python":3})", R"({"python":"3.11","others":[1]})"}) {
        INFO(said);
        CHECK(read_installed(said).name.empty());
    }
}

"""tap-github with its adapter, against a small GitHub of ours: pages, parents and children, a bad token, a rate limit."""

import re

import pytest

from harness.bridge import configured
from harness.connector import secrets_of
from harness.fake_github import TOKEN, FakeGithub, commit, pull_request, review
from harness.rules import check_records

ALPHA, BETA = "octo/alpha", "octo/beta"
MODES = {"full_refresh", "incremental"}


def day(month, hour=0):
    return f"2024-{month:02}-01T{hour:02}:00:00Z"


@pytest.fixture
def api():
    """Two repositories of an owner, with more commits and pull requests than one page holds."""
    pulls = [
        pull_request(month, day(month, 5), [review(month * 10, day(month, 1)), review(month * 10 + 1, day(month, 2))])
        for month in range(1, 6)
    ]
    repositories = {
        ALPHA: {"commits": [commit(month, day(month)) for month in range(5, 0, -1)], "pulls": pulls},
        BETA: {"commits": [commit(9, day(3), "Zoë \u2028 \U0001f600")], "pulls": []},
    }
    with FakeGithub(repositories) as server:
        yield server


@pytest.fixture
def config(api):
    return {
        "credentials": {"personal_access_token": TOKEN},
        "repositories": f"{ALPHA} {BETA}",
        "start_date": day(1),
        "api_url": api.url,
    }


@pytest.fixture
def github(connector):
    return connector("github")


def sent(source, repository, **added):
    """The record that the tap makes of it: dates with microseconds, and the repository."""

    def with_dates(value):
        if isinstance(value, dict):
            return {name: with_dates(below) for name, below in value.items()}
        if isinstance(value, list):
            return [with_dates(below) for below in value]
        is_date = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)
        return value.replace("Z", ".000000Z") if is_date else value

    return with_dates(source | {"_sdc_repository": repository} | added)


def commits_of(api, repository, since=""):
    found = api.repositories[repository]["commits"]
    dated = [(entry, entry["commit"]["committer"]["date"]) for entry in found]
    return [sent(entry, repository, updated_at=date) for entry, date in dated if date >= since]


def pulls_of(api, since=""):
    shown = [entry["shown"] for entry in api.repositories[ALPHA]["pulls"]]
    return [sent(entry, ALPHA) for entry in reversed(shown) if entry["updated_at"] >= since]


def reviews_of(api):
    return [
        sent(entry, ALPHA, pr_id=str(pull["shown"]["id"]))
        for pull in reversed(api.repositories[ALPHA]["pulls"])
        for entry in pull["reviews"]
    ]


def of_repository(records, name):
    return [record for record in records if record["_sdc_repository"] == name]


def test_spec(github):
    spec = github.spec().spec
    form = spec["connectionSpecification"]
    assert spec["documentationUrl"].startswith("https://github.com/")
    assert secrets_of(form) == {"credentials.personal_access_token"}
    assert set(form["required"]) == {"credentials", "repositories"}
    assert form["properties"]["repositories"]["title"] == "Repositories"


def test_what_the_form_asks_for_is_checked_before_the_tap_starts(github, api, config):
    run = github.check(config | {"repositories": "octo", "credentials": {}})
    assert run.status["status"] == "FAILED"
    assert '"Personal access token"' in run.status["message"] and '"Repositories"' in run.status["message"]
    assert api.requests == []


def test_check_asks_for_every_repository(github, api, config):
    assert github.check(config).status == {"status": "SUCCEEDED"}
    assert api.asked(f"/repos/{ALPHA}/commits") and api.asked(f"/repos/{BETA}/commits")


def test_a_token_that_is_wrong(github, config):
    """The tap tries five times, with pauses."""
    run = github.check(config | {"credentials": {"personal_access_token": "ghp_another-one"}})
    assert run.status["status"] == "FAILED"
    assert "GitHub rejected the token. It may have expired" in run.status["message"]
    assert "ghp_another-one" not in run.stdout.decode()


def test_a_repository_that_is_not_there(github, config):
    run = github.check(config | {"repositories": "octo/gamma"})
    assert run.status["status"] == "FAILED"
    assert "The tap found no stream. Check that the settings point at the right place" in run.status["message"]


def test_discover(github, config):
    run = github.discover(config)
    streams = {stream["name"]: stream for stream in run.catalog["streams"]}
    assert {"commits", "pull_requests", "reviews", "issues", "stargazers"} <= streams.keys()
    assert not {"teams", "team_members", "collaborators"} & streams.keys(), "not open to this token"
    for name, key, cursor in (
        ("commits", "sha", "updated_at"),
        ("pull_requests", "id", "updated_at"),
        ("reviews", "id", "submitted_at"),
    ):
        assert streams[name]["source_defined_primary_key"] == [[key]]
        assert set(streams[name]["supported_sync_modes"]) == MODES
        assert streams[name]["source_defined_cursor"] and streams[name]["default_cursor_field"] == [cursor]
    assert streams["stargazers"]["supported_sync_modes"] == ["full_refresh"]


def test_reading_and_resuming(github, api, config):
    """Commits and pull requests of all pages, and their children; then what has come since."""
    discovered = github.discover(config).catalog
    catalog = configured(discovered, "incremental", only=["commits", "pull_requests", "reviews"])
    first = github.read(config, catalog)
    assert first.exit_status == 0, first.tail()
    check_records(first, discovered)
    assert of_repository(first.records("commits"), ALPHA) == commits_of(api, ALPHA)
    assert of_repository(first.records("commits"), BETA) == commits_of(api, BETA)
    assert first.records("pull_requests") == pulls_of(api)
    assert first.records("reviews") == reviews_of(api)
    assert api.asked(r"/commits\?.*page=3") and api.asked(r"/pulls\?.*page=3")
    # The tap repeats its schemas for each repository, with the types in another order.
    assert "changed the schema" not in first.log_text("WARN")

    api.repositories[ALPHA]["commits"].insert(0, commit(6, day(6)))
    api.repositories[ALPHA]["pulls"].append(pull_request(6, day(6), [review(60, day(6, 1))]))
    again = github.read(config, catalog, first.last_states())
    assert again.exit_status == 0, again.tail()
    assert of_repository(again.records("commits"), ALPHA) == commits_of(api, ALPHA, day(5))  # the last one again
    assert of_repository(again.records("commits"), BETA) == commits_of(api, BETA)
    assert again.records("pull_requests") == pulls_of(api, day(5, 5))
    assert [record["id"] for record in again.records("reviews")][0] == 60


def test_a_child_whose_parent_is_not_selected(github, api, config):
    """In all repositories of their owner."""
    config["repositories"] = "octo/*"
    discovered = github.discover(config).catalog
    run = github.read(config, configured(discovered, only=["reviews"]))
    assert run.exit_status == 0, run.tail()
    assert run.records() == reviews_of(api)
    assert run.statuses("reviews") == ["STARTED", "RUNNING", "COMPLETE"]
    assert run.statuses("pull_requests") == []
    assert api.asked("/orgs/octo/repos")


def test_the_rate_limit_ends_the_read_and_is_no_fault_of_the_user(github, api, config):
    """The tap waits for the limit to end, asks again, and fails all the same."""
    discovered = github.discover(config).catalog
    catalog = configured(discovered, "incremental", only=["commits", "pull_requests"])
    config["repositories"] = ALPHA
    api.limited = "/pulls.state=all"
    run = github.read(config, catalog)
    assert run.exit_status == 1
    assert run.error["failure_type"] == "transient_error"
    assert "GitHub's rate limit is used up" in run.error["message"]
    assert run.records("commits") == commits_of(api, ALPHA)
    assert run.statuses("pull_requests")[-1] == "INCOMPLETE"
    resumed = github.read(config, catalog, run.last_states())
    assert resumed.exit_status == 0, resumed.tail()
    assert resumed.records("commits") == commits_of(api, ALPHA, day(5))
    assert resumed.records("pull_requests") == pulls_of(api)

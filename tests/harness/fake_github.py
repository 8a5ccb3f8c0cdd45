"""A small GitHub on a loopback port: repositories, commits, pull requests with reviews, pages, a token, a rate limit."""

import re
import time
from urllib.parse import parse_qs, urlencode

from harness.json_server import JsonServer

TOKEN = "ghp_only-for-the-tests"
EMPTY = ("assignees", "releases", "labels", "issues", "issues/comments", "issues/events", "events", "comments",
         "milestones", "stargazers")  # fmt: skip
DOCUMENTATION = "https://docs.github.com/rest"


def user(name):
    return {"login": name, "id": sum(name.encode()), "type": "User", "site_admin": False}


def commit(number, date, message="a change"):
    """A commit as the API shows it; the date is the committer's."""
    person = {"name": "Ada", "email": "ada@example.com", "date": date}
    return {
        "sha": f"{number:040x}",
        "commit": {"author": person, "committer": person, "message": message, "comment_count": 0},
        "author": user("ada"),
        "committer": None,
        "parents": [{"sha": f"{number - 1:040x}"}] if number > 1 else [],
    }


def review(number, date, state="APPROVED"):
    return {"id": number, "user": user("grace"), "body": f"review {number}", "state": state, "submitted_at": date}


def pull_request(number, date, reviews=(), commits=()):
    """A pull request; its reviews and commits are pages of their own."""
    shown = {
        "id": 9_007_199_254_740_993 + number,  # above 2^53: no double holds it
        "number": number,
        "state": "open",
        "title": f"Pull request {number}: Zoë's “fix” \u2028",
        "body": None,
        "draft": False,
        "user": user("ada"),
        "labels": [{"id": 1, "name": "bug"}],
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": date,
        "closed_at": None,
    }
    return {"shown": shown, "reviews": list(reviews), "commits": list(commits)}


class FakeGithub(JsonServer):
    """repositories: {"owner/name": {"commits": [commit(...)], "pulls": [pull_request(...)]}}"""

    def __init__(self, repositories, page_size=2):
        self.repositories, self.page_size = repositories, page_size
        self.requests = []  # paths with their queries, in the order of their coming
        self.limited = None  # an address (regular expression) whose next request meets the rate limit
        super().__init__()

    def asked(self, pattern):
        return [request for request in self.requests if re.search(pattern, request)]

    def answer(self, address, headers):
        self.requests.append(address.geturl())
        path, query = address.path, parse_qs(address.query)
        if headers.get("authorization") != f"token {TOKEN}":  # without the headers of the rate limit, as GitHub does it
            return 401, {"message": "Bad credentials", "documentation_url": DOCUMENTATION}, {}
        headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": int(time.time()) + 1}
        if self.limited and re.search(self.limited, address.geturl()):
            self.limited = None
            message = {"message": "API rate limit exceeded for user ID 1.", "documentation_url": DOCUMENTATION}
            return 403, message, headers | {"X-RateLimit-Remaining": "0"}
        found = self._found(path, query)
        if not isinstance(found, list):
            status = 403 if found else 404
            return status, {"message": found or "Not Found", "documentation_url": DOCUMENTATION}, headers
        return self._page(found, path, query, headers)

    def _found(self, path, query):
        """The whole list, None for "not found", or why it is forbidden."""
        if match := re.fullmatch(r"/orgs/([^/]+)/repos", path):
            return [{"full_name": name} for name in self.repositories if name.startswith(match[1] + "/")] or None
        match = re.fullmatch(r"/repos/([^/]+/[^/]+)/(.+)", path)
        repository = match and self.repositories.get(match[1])
        if not repository:
            return None  # teams, too: a person's account has none
        what = match[2]
        if what == "commits":
            since = query.get("since", [""])[0]
            return [entry for entry in repository["commits"] if entry["commit"]["committer"]["date"] >= since]
        if what == "pulls":
            shown = [entry["shown"] for entry in repository["pulls"]]
            return sorted(shown, key=lambda entry: entry["updated_at"], reverse=True)
        if what == "collaborators":
            return "Must have push access to view repository collaborators."
        if pull := re.fullmatch(r"pulls/(\d+)/(reviews|commits|comments)", what):
            return next((p.get(pull[2], []) for p in repository["pulls"] if p["shown"]["number"] == int(pull[1])), None)
        return [] if what in EMPTY else None

    def _page(self, entries, path, query, headers):
        number = int(query.get("page", ["1"])[0])
        size = min(int(query.get("per_page", [self.page_size])[0]), self.page_size)
        last = max(1, -(-len(entries) // size))
        if number < last:
            link = f"{self.url}{path}?{urlencode(query | {'page': [number + 1]}, doseq=True)}"
            headers = headers | {"Link": f'<{link}>; rel="next"'}
        return 200, entries[(number - 1) * size : number * size], headers

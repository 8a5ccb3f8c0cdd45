"""A stand-in for api.exchangeratesapi.io, reached as a proxy: the tap's address is fixed, and speaks TLS."""

import re
import ssl
import subprocess
from urllib.parse import parse_qs

from harness.json_server import JsonHandler, JsonServer

HOST = "api.exchangeratesapi.io"


class ProxyHandler(JsonHandler):
    def do_CONNECT(self):  # noqa: N802
        if self.path != f"{HOST}:443":
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        self.connection = self.api.context.wrap_socket(self.connection, server_side=True)
        self.close_connection = False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)


class FakeRates(JsonServer):
    """rates(date, base) are the rates of that day ({"USD": 1.09}), or None for a day that has none."""

    handler = ProxyHandler

    def __init__(self, folder, rates):
        self.rates, self.days = rates, []  # days: what was asked for
        self.certificate = self._certify(folder)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, folder / "server.key")
        super().__init__()

    @property
    def environment(self):
        """By which the tap finds it, and trusts it."""
        return {"HTTPS_PROXY": self.url, "REQUESTS_CA_BUNDLE": str(self.certificate)}

    @staticmethod
    def _certify(folder):
        """A throw-away certificate that nobody but the tap of this test trusts."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
             "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", folder / "server.key", "-out", folder / "server.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        return folder / "server.pem"

    def answer(self, address, _headers):
        day, base = address.path.lstrip("/"), parse_qs(address.query)["base"][0]
        if not re.fullmatch("[A-Z]{3}", base) or base == "XXX":
            return 400, {"error": f"Base '{base}' is not supported."}, {}
        self.days.append(day)
        rates = self.rates(day, base)
        # For a day without rates the service answers with those of the day before.
        return 200, {"base": base, "date": "1999-12-31" if rates is None else day, "rates": rates or {}}, {}

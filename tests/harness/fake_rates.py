"""A stand-in for api.exchangeratesapi.io, reached as a proxy: the tap's address is fixed, and speaks TLS."""

import json
import re
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "api.exchangeratesapi.io"


class FakeRates:
    """rates(date, base) are the rates of that day ({"USD": 1.09}), or None for a day that has none."""

    def __init__(self, folder, rates):
        self.rates, self.days = rates, []  # days: what was asked for
        self.certificate = self._certify(folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate, folder / "server.key")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def environment(self):
        """By which the tap finds it, and trusts it."""
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {"HTTPS_PROXY": address, "REQUESTS_CA_BUNDLE": str(self.certificate)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @staticmethod
    def _certify(folder):
        """A throw-away certificate that nobody but the tap of this test trusts."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
             "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", folder / "server.key", "-out", folder / "server.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        return folder / "server.pem"

    def answer(self, address):
        day, base = address.path.lstrip("/"), parse_qs(address.query)["base"][0]
        if not re.fullmatch("[A-Z]{3}", base) or base == "XXX":
            return 400, {"error": f"Base '{base}' is not supported."}
        self.days.append(day)
        rates = self.rates(day, base)
        # For a day without rates the service answers with those of the day before.
        return 200, {"base": base, "date": "1999-12-31" if rates is None else day, "rates": rates or {}}

    def _handler(self):
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_CONNECT(self):  # noqa: N802
                if self.path != f"{HOST}:443":
                    self.send_error(502)
                    return
                self.send_response(200)
                self.end_headers()
                self.connection = api._context.wrap_socket(self.connection, server_side=True)
                self.close_connection = False
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

            def do_GET(self):  # noqa: N802
                status, body = api.answer(urlsplit(self.path))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        return Handler

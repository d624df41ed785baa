"""Where the pages are is said when both answer, and once."""

import http.server
import socket
import threading

import pytest

from attnconn_assets.operation.servers import pages
from attnconn_assets.operation.servers.pages import PagesWatch, first_pages


class Page(http.server.BaseHTTPRequestHandler):
    """A page that answers with its server's status."""

    def do_GET(self) -> None:
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def page():
    """A function that opens a page with a status; it returns the server."""
    opened = []

    def start(status: int) -> http.server.ThreadingHTTPServer:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        server.status = status
        threading.Thread(target=server.serve_forever, daemon=True).start()
        opened.append(server)
        return server

    yield start
    for server in opened:
        server.shutdown()
        server.server_close()


def test_addresses_are_said_once_both_pages_answer(page, capsys, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # these are asked past it
    dagster, mlflow = page(200), page(503)
    ports = dagster.server_port, mlflow.server_port
    watch = PagesWatch(*ports)
    watch.look()
    assert capsys.readouterr().out == ""
    mlflow.status = 200
    watch.look()
    dagster_page, mlflow_page = (f"http://127.0.0.1:{port}" for port in ports)
    told = f"Dagster {dagster_page}/asset-groups   MLflow {mlflow_page}/#/experiments   ready\n"
    assert capsys.readouterr().out == f"{told}Ctrl-C ends both.\n"
    watch.look()
    assert capsys.readouterr().out == ""


def test_an_address_may_end_with_a_slash():
    shown = first_pages("http://127.0.0.1:3000", "http://lab:5000/mlflow/")
    assert shown[1] == "MLflow http://lab:5000/mlflow/#/experiments"


def test_a_page_that_takes_the_question_and_says_nothing_is_not_ready(page, capsys, monkeypatch):
    monkeypatch.setattr(pages, "_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        PagesWatch(page(200).server_port, port).look()
    PagesWatch(page(200).server_port, port).look()  # and where nobody listens
    assert capsys.readouterr().out == ""

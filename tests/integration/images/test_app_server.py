"""The shipped AMI app-server: a Python application behind nginx."""

import pytest

from tests.conftest import wait_for
from tests.integration.images.conftest import Boot, Booted

PAGE = """\
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"mine: " + environ["HTTP_X_FORWARDED_FOR"].encode()]
"""


@pytest.fixture
def server(boot: Boot) -> Booted:
    return boot("app-server")


def get(server: Booted, path: str = "/") -> str:
    """Return status and body of a page, as another machine's browser would see them through port 80."""
    return server.run("curl", "--silent", "--write-out", " %{http_code}", f"http://127.0.0.1{path}").output.decode()


def test_a_page_is_there_after_the_boot(server: Booted) -> None:
    """Nothing has to be installed or started by hand."""
    assert "Hello from an instance" in get(server)
    assert get(server, "/elsewhere").endswith(" 404")
    assert server.says("systemctl", "is-active", "app", "nginx") == "active\nactive"


def test_the_application_runs_as_a_user_of_its_own_that_may_change_nothing(server: Booted) -> None:
    """What breaks into the application must not be root, nor the one who writes it."""
    users = set(server.says("ps", "-o", "user=", "-C", "gunicorn").split())

    assert users == {"app"}
    assert server.run("sh", "-c", "echo > /srv/app/app.py", user="app").exit_code != 0


def test_a_replaced_application_is_served_after_a_reload(server: Booted) -> None:
    """The one thing that everybody does with it, without sudo; no request fails meanwhile."""
    server.says("sh", "-c", 'printf %s "$1" > /srv/app/app.py', "sh", PAGE, user="admin")

    failures: list[str] = []

    def is_mine() -> bool:
        page = get(server)
        if not page.endswith(" 200"):
            failures.append(page)
        return page.startswith("mine: 127.0.0.1")

    server.says("systemctl", "reload", "app")

    wait_for(is_mine)
    assert failures == []


def test_the_environment_is_a_file(server: Booted) -> None:
    """As with any service of a server."""
    server.says("sh", "-c", "echo GREETING=Good morning >> /etc/default/app")

    server.says("systemctl", "restart", "app")

    wait_for(lambda: "<h1>Good morning</h1>" in get(server))


def test_a_killed_application_comes_back(server: Booted) -> None:
    """Servers are left alone for weeks."""
    old = server.says("systemctl", "show", "--property=MainPID", "--value", "app")

    server.says("kill", "-KILL", old)

    wait_for(lambda: server.says("systemctl", "show", "--property=MainPID", "--value", "app") not in (old, "0"))
    wait_for(lambda: get(server).endswith(" 200"))


def test_an_application_that_cannot_be_loaded_says_why_in_the_journal(server: Booted) -> None:
    """The first thing that goes wrong, and where people look."""
    server.write("/srv/app/app.py", "import nosuchmodule\n")

    server.run("systemctl", "restart", "app")

    wait_for(lambda: "No module named 'nosuchmodule'" in server.says("journalctl", "--unit", "app"))
    assert get(server).endswith(" 502")


def test_packages_are_installed_where_the_application_finds_them(server: Booted) -> None:
    """`pip` is the one of the environment that gunicorn runs in."""
    found = server.says("bash", "-lc", "type -p pip python3 gunicorn", user="admin")

    assert found.splitlines() == ["/opt/venv/bin/pip", "/opt/venv/bin/python3", "/opt/venv/bin/gunicorn"]


def test_it_serves_again_after_a_stop_and_a_start(server: Booted) -> None:
    """Its units are enabled, not only started."""
    server.stop()

    server.start()

    assert "Hello from an instance" in get(server)

"""The shipped AMI postgres: its data outlives the instance if it is on a volume."""

from pathlib import Path

import pytest

from emulator.engine import Bind
from tests.conftest import wait_for
from tests.integration.images.conftest import Boot, Booted

LOG = "/var/log/postgresql/postgresql-15-main.log"


class Server:
    """A database server, and the folder in which volumes appear as they are attached."""

    def __init__(self, boot: Boot, volumes: Path) -> None:
        volumes.mkdir(exist_ok=True)
        self.volumes = volumes
        self.machine: Booted = boot("postgres", mounts=(Bind(volumes, "/volumes"),))

    def sql(self, statement: str) -> str:
        """Return what the superuser is answered."""
        return self.machine.says("runuser", "-u", "postgres", "--", "psql", "-qAtc", statement)

    def data_directory(self) -> str:
        """Return where the data is; nothing while the server is not up."""
        answer = self.machine.run("runuser", "-u", "postgres", "--", "psql", "-qAtc", "SHOW data_directory")
        return answer.output.decode().strip()

    def attach(self, volume: Path) -> None:
        volume.rename(self.volumes / "sdf")

    def detach(self, volume: Path) -> None:
        (self.volumes / "sdf").rename(volume)


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A new volume, attached to nothing."""
    folder = tmp_path / "vol"
    folder.mkdir()
    return folder


@pytest.fixture
def server(boot: Boot, tmp_path: Path) -> Server:
    """A server without a volume."""
    return Server(boot, tmp_path / "volumes")


def ask(client: Booted, address: str, password: str, statement: str) -> "tuple[int, str]":
    """Connect from another machine and return the exit code and what was said."""
    result = client.run("psql", "-qAtc", statement, f"postgresql://clerk:{password}@{address}/shop")
    return result.exit_code, (result.output + result.errors).decode().strip()


def test_another_machine_gets_in_with_the_password_alone(boot: Boot, server: Server) -> None:
    """The database is made in one line of user data; what is sent over the network is no password."""
    server.machine.says("create-database", "shop", "clerk", "it's $ecret")
    client = boot("postgres")

    right = ask(client, server.machine.address, "it%27s%20$ecret", "SELECT current_user")
    wrong = ask(client, server.machine.address, "guess", "SELECT 1")

    assert right == (0, "clerk")
    assert wrong[0] == 2
    assert 'password authentication failed for user "clerk"' in wrong[1]
    assert server.sql("SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'clerk'") == "t"


def test_a_database_that_is_asked_for_again_keeps_its_rows(server: Server) -> None:
    """User data runs again on each new instance, also on one that was given an old volume."""
    server.machine.says("create-database", "shop", "clerk", "one")
    server.machine.says("psql", "-qc", "CREATE TABLE visit (n int)", "postgresql://clerk:one@127.0.0.1/shop")

    server.machine.says("create-database", "shop", "clerk", "two")

    url = "postgresql://clerk:two@127.0.0.1/shop"
    assert server.machine.says("psql", "-qAtc", "SELECT count(*) FROM visit", url) == "0"


def test_names_that_look_like_sql_are_only_names(server: Server) -> None:
    """They come from scripts, and from people."""
    server.machine.says("create-database", 'my"shop; DROP', "o'clerk", "x")

    assert server.sql("SELECT datname FROM pg_database WHERE datname LIKE 'my%'") == 'my"shop; DROP'
    assert server.machine.run("create-database", "shop").exit_code == 2


def test_texts_of_all_languages_fit_in(server: Server) -> None:
    """A build has no locale, and databases made there would know ASCII alone."""
    assert server.sql("SHOW server_encoding") == "UTF8"
    assert server.sql("SELECT upper('año – øl')") == "AÑO – ØL"


def test_data_without_a_volume_survives_a_stop_in_good_order(server: Server) -> None:
    """An engine that killed it would have it recover its data at each start."""
    server.sql("CREATE TABLE t AS SELECT 7 AS n")

    server.machine.stop()
    server.machine.start()

    assert server.sql("SELECT n FROM t") == "7"
    log = server.machine.says("cat", LOG)
    assert "database system is shut down" in log
    assert "not properly shut down" not in log


def test_each_instance_has_a_database_and_a_key_of_its_own(boot: Boot, server: Server) -> None:
    """What is in the image is everybody's."""
    other = boot("postgres")
    key = ("cat", "/etc/ssl/private/ssl-cert-snakeoil.key")
    identifier = "SELECT system_identifier FROM pg_control_system()"

    assert server.machine.says(*key) != other.says(*key)
    assert server.sql(identifier) != other.says("runuser", "-u", "postgres", "--", "psql", "-qAtc", identifier)


def test_a_volume_that_is_there_at_the_boot_has_the_data(boot: Boot, volume: Path, tmp_path: Path) -> None:
    """Made there at the first boot, found there by every other instance."""
    (tmp_path / "one").mkdir()
    volume.rename(tmp_path / "one" / "sdf")
    first = Server(boot, tmp_path / "one")
    first.machine.says("create-database", "shop", "clerk", "one")
    first.sql("CREATE TABLE t AS SELECT 7 AS n")
    assert first.data_directory() == "/volumes/sdf/postgresql/15/main"
    first.machine.stop()
    first.machine.remove()
    (tmp_path / "two").mkdir()
    first.detach(tmp_path / "two" / "sdf")

    second = Server(boot, tmp_path / "two")

    assert second.sql("SELECT n FROM t") == "7"
    assert ask(second.machine, "127.0.0.1", "one", "SELECT current_user") == (0, "clerk")


def test_a_volume_attached_to_a_running_server_takes_over_what_it_has(server: Server, volume: Path) -> None:
    """On EC2 a volume is attached after the launch: nothing may get lost on the way there."""
    server.sql("CREATE TABLE t AS SELECT 7 AS n")

    server.attach(volume)

    wait_for(lambda: server.data_directory() == "/volumes/sdf/postgresql/15/main")
    assert server.sql("SELECT n FROM t") == "7"
    assert server.machine.run("test", "-e", "/var/lib/postgresql/15/main").exit_code != 0


@pytest.mark.parametrize("with_volume", [False, True])
def test_a_server_is_left_alone_while_its_data_stays(
    boot: Boot, volume: Path, tmp_path: Path, with_volume: bool
) -> None:
    """Whoever watches over volumes must see that nothing has changed: each restart ends all connections."""
    (tmp_path / "volumes").mkdir()
    if with_volume:
        volume.rename(tmp_path / "volumes" / "sdf")
    server = Server(boot, tmp_path / "volumes")
    watcher = server.machine.says("systemctl", "show", "--property=MainPID", "--value", "postgres-volume")

    wait_for(lambda: int(server.machine.says("ps", "-o", "etimes=", "-p", watcher)) > 5)

    assert server.machine.says("grep", "--count", "ready to accept connections", LOG) == "1"


def test_a_volume_with_data_takes_the_place_of_an_empty_database(boot: Boot, volume: Path, tmp_path: Path) -> None:
    """The way back: launch, attach, and all is there again, with no command inside."""
    first, second = Server(boot, tmp_path / "one"), Server(boot, tmp_path / "two")
    first.attach(volume)
    wait_for(lambda: first.data_directory().startswith("/volumes"))
    first.sql("CREATE TABLE t AS SELECT 7 AS n")
    first.machine.says("systemctl", "stop", "postgresql")
    first.detach(volume)

    second.attach(volume)

    wait_for(lambda: second.data_directory().startswith("/volumes"))
    assert second.sql("SELECT n FROM t") == "7"


def test_a_volume_that_is_taken_away_ends_the_server_and_brings_it_back(server: Server, volume: Path) -> None:
    """It must not go on writing where another instance may read, nor come up empty as if all were lost."""
    server.attach(volume)
    wait_for(lambda: server.data_directory().startswith("/volumes"))
    server.sql("CREATE TABLE t AS SELECT 7 AS n")

    server.detach(volume)

    wait_for(lambda: server.machine.run("pgrep", "-x", "postgres").exit_code == 1)
    wait_for(lambda: "attach it again" in server.machine.says("journalctl", "--unit", "postgresql@15-main"))
    server.attach(volume)
    wait_for(lambda: server.data_directory().startswith("/volumes"))
    assert server.sql("SELECT n FROM t") == "7"

"""Builds where the machine is behind a proxy, or trusts certificates of its own."""

import dataclasses
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from emulator.cloud import Cloud
from emulator.errors import BuildError
from emulator.images import Images
from emulator.progress import Silent


@contextmanager
def listening(address: str, handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answer HTTP on *address* and yield the port."""
    with ThreadingHTTPServer((address, 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@pytest.fixture
def gateway(cloud: Cloud) -> str:
    """This machine's address as build steps see it."""
    with cloud.engine._connection.translated("look at the engine's own network") as api:
        config = api.inspect_network("bridge")["IPAM"]["Config"][0]
    return str(config.get("Gateway") or next(ipaddress.ip_network(config["Subnet"]).hosts()))


def build(cloud: Cloud, folder: Path, lines: str, **settings: object) -> str:
    """Build an AMI that no other test shares and remove it again; return what a build has to say."""
    path = folder / "amis" / "x"
    path.mkdir(parents=True)
    (path / "ami.yaml").write_text(f"# {folder}\nversion: 1\nname: x\nextends: base\n{lines}\n")
    changed = dataclasses.replace(cloud.settings, **settings)  # type: ignore[arg-type]
    images = Images(cloud.engine, cloud.home, changed, Silent(), cwd=folder)
    ami = images.find_defined("x")
    images.ensure_built(ami)
    cloud.engine.images.remove(ami.tag)
    return images.render(ami)


def test_packages_come_through_the_proxy_of_the_shell(cloud: Cloud, gateway: str, tmp_path: Path) -> None:
    """Many machines have no other way out. What the proxy refuses is said as the distribution says it."""
    asked: list[str] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(403, "Not from here")

        def log_message(self, *_: object) -> None:
            pass

    with listening(gateway, Refusing) as port, pytest.raises(BuildError) as caught:
        build(cloud, tmp_path, "packages: [hello]", proxies={"HTTP_PROXY": f"http://{gateway}:{port}"})

    assert [address for address in asked if address.startswith("http://deb.debian.org/")]
    assert "403  Not from here" in "\n".join(caught.value.log)
    assert "packages" in caught.value.message


def test_steps_trust_what_the_machine_trusts(cloud: Cloud, gateway: str, tmp_path: Path) -> None:
    """A proxy that looks into TLS shows certificates of its own, which only the machines behind it know."""
    own = Authority(gateway, tmp_path)

    class Greeting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_: object) -> None:
            pass

    with listening(gateway, Greeting, own.tls) as port:
        fetch = f"run: ['curl --silent --show-error --fail https://{gateway}:{port}/']"
        build(cloud, tmp_path / "one", fetch, ca_bundle=own.bundle)

        with pytest.raises(BuildError, match=r"run\.0: curl: \(60\) SSL certificate problem"):
            build(cloud, tmp_path / "two", fetch, ca_bundle=None)


class Authority:
    """Signs a certificate for one address with a key that nobody else trusts."""

    def __init__(self, address: str, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests of cloudlet")])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.bundle = folder / "bundle.pem"
        self.bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_file = folder / "key.pem"
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.bundle, key_file)

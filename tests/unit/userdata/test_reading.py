"""What user data is taken for, before anything is launched."""

import base64
import gzip
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from emulator.errors import InvalidRequestError
from emulator.userdata import UserData, UserDataError, read
from emulator.userdata.model import Script

SCRIPT = b"#!/bin/sh\necho hello\n"
CONFIG = b"#cloud-config\nhostname: web1\n"


def multipart(*parts: tuple[str, str, str]) -> bytes:
    """Return MIME user data of (content type, file name, text)."""
    message = MIMEMultipart()
    for kind, name, text in parts:
        part = MIMEText(text, kind.partition("/")[2])
        if name:
            part.add_header("Content-Disposition", "attachment", filename=name)
        message.attach(part)
    return message.as_bytes()


def test_a_script_is_kept_byte_for_byte() -> None:
    """It may carry an archive behind its last line."""
    raw = b"#!/bin/sh\nexit 0\n\xff\x00\x80\r\nrest"

    assert read(raw) == UserData(scripts=(Script("part-001", raw),))


@pytest.mark.parametrize("raw", [b"", b"\n \n", b"#cloud-config\n", b"#cloud-config\n# nothing yet\n"])
def test_nothing_asks_for_nothing(raw: bytes) -> None:
    """Not even for a warning."""
    assert read(raw) == UserData()


def test_windows_line_ends_are_taken_off_a_script() -> None:
    """As cloud-init does: the kernel finds no `/bin/sh\\r`."""
    assert read(b"#!/bin/sh\r\necho a\r\n").scripts[0].content == b"#!/bin/sh\necho a\n"


def test_16384_bytes_are_taken_and_one_more_is_not() -> None:
    """As EC2 counts: before base64, and compressed data as it is."""
    most = SCRIPT.ljust(16_384, b"#")

    assert read(most).scripts[0].content == most
    with pytest.raises(InvalidRequestError, match="User data is limited to 16384 bytes") as caught:
        read(most + b"#")
    assert caught.value.code == "InvalidParameterValue"
    assert "16385" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"echo hello\n", "user data begins with 'echo hello', neither with #! nor with #cloud-config"),
        (b"# cloud-config\nhostname: a\n", "write the first line as #cloud-config"),
        (base64.b64encode(SCRIPT), "it looks encoded: pass it as it is"),
        (b"#include\nhttp://example.com/script\n", "text/x-include-url is ignored"),
        (b"#cloud-boothook\n#!/bin/sh\n", "text/cloud-boothook is ignored"),
        (b"## template: jinja\n#cloud-config\n", "text/jinja2 is ignored"),
        (b"\x00\x01\x02", "as on EC2, it is ignored"),
    ],
)
def test_what_is_no_user_data_is_ignored_and_named(raw: bytes, said: str) -> None:
    """EC2 launches the instance and says nothing; here, one hears of it."""
    found = read(raw)

    (warning,) = found.warnings
    assert said in warning
    assert (found.scripts, found.config) == ((), UserData().config)


def test_a_script_that_begins_with_a_blank_is_warned_about() -> None:
    """An indented heredoc: cloud-init takes it for a script, and the kernel does not."""
    found = read(b"  #!/bin/sh\necho a\n")

    assert len(found.scripts) == 1
    assert "as on EC2, it fails" in found.warnings[0]


def test_gzip_is_undone() -> None:
    """It makes room for more than 16 KB."""
    script = SCRIPT + b"# padding\n" * 10_000

    assert read(gzip.compress(script)).scripts[0].content == script


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (gzip.compress(bytes(2_000_000), mtime=0), "comes to more than 1048576 bytes"),
        (gzip.compress(SCRIPT, mtime=0)[:-12], "its end is missing"),
        (b"\x1f\x8b" + bytes(50), "cannot be decompressed"),
    ],
    ids=["too much", "cut off", "damaged"],
)
def test_gzip_that_cannot_be_undone_is_an_error(raw: bytes, said: str) -> None:
    """A few bytes must not become a gigabyte."""
    with pytest.raises(UserDataError, match=said) as caught:
        read(raw)

    assert caught.value.code == "InvalidUserData.Malformed"


def test_mime_parts_are_taken_one_by_one() -> None:
    """Scripts and cloud-config together, as AWS documents it; a plain part is what it begins with."""
    raw = multipart(
        ("text/cloud-config", "", "#cloud-config\nhostname: a\npackages: [curl]\n"),
        ("text/x-shellscript", "setup.sh", SCRIPT.decode()),
        ("text/plain", "", "#!/usr/bin/python3\n"),
        ("text/cloud-config", "", "hostname: b\n"),
        ("text/x-include-url", "", "http://example.com/\n"),
        ("text/plain", "../../etc/passwd", "#!/bin/true\n"),
        ("text/plain", "", "\n"),
    )

    found = read(raw)

    assert [script.name for script in found.scripts] == ["setup.sh", "part-003", "part-006"]
    assert (found.hostname, found.config.packages) == ("b", ("curl",))
    assert found.warnings == (
        "user data, part 5: text/x-include-url is ignored; cloudlet takes #! scripts and #cloud-config",
    )


def test_mime_parts_may_be_compressed() -> None:
    """Also the whole of it."""
    part = MIMEText("", "plain")
    part.replace_header("Content-Type", "application/x-gzip")
    part.set_payload(base64.b64encode(gzip.compress(CONFIG)).decode())
    part.replace_header("Content-Transfer-Encoding", "base64")
    whole = MIMEMultipart()
    whole.attach(part)

    assert read(gzip.compress(whole.as_bytes())).hostname == "web1"

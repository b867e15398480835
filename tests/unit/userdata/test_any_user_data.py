"""Whatever somebody passes as user data is understood or refused in our own words, and never becomes shell text."""

import contextlib
import json
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.errors import InvalidRequestError
from emulator.userdata import BootPlan, boot_script, read

_words = st.text(max_size=12) | st.sampled_from(
    ["default", "EOF", "'", "$(id)", "a\nb", "/a", "b64", "0644", "\x1b[0m"]
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 5000) | st.floats(allow_nan=False) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=6,
)
_files = st.fixed_dictionaries(
    {"path": _words.map("/x".__add__)},
    optional={"content": _words, "owner": _words, "encoding": _values, "permissions": _values, "append": st.booleans()},
)
_users = st.fixed_dictionaries(
    {"name": st.sampled_from(["bob", "ann"])},
    optional=dict.fromkeys(("gecos", "shell", "sudo", "ssh_authorized_keys", "groups"), _words),
)
_configs = st.fixed_dictionaries(
    {},
    optional={
        "write_files": st.lists(_files, max_size=2) | _values,
        "users": st.lists(st.just("default") | _users, max_size=2) | _values,
        "runcmd": st.lists(_words | st.lists(_words, min_size=1, max_size=3), max_size=2) | _values,
        "bootcmd": _values,
        "packages": _values,
        "hostname": _words,
        "ssh_authorized_keys": st.lists(_words.map("ssh-rsa AAAA ".__add__), max_size=2),
        "timezone": _words,
        "other": _values,
    },
)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(b"#cloud-config\n".__add__))
def test_any_bytes_are_understood_or_refused(raw: bytes) -> None:
    """No other error than ours gets out."""
    with contextlib.suppress(InvalidRequestError):
        read(raw)


@settings(max_examples=200, deadline=None)
@given(_configs)
def test_any_cloud_config_is_refused_or_becomes_a_script_that_a_shell_can_read(config: object) -> None:
    """What a user wrote stands in it only quoted or in base64: a quote too many would show here."""
    raw = b"#cloud-config\n" + json.dumps(config).encode()
    try:
        user_data = read(raw)
    except InvalidRequestError:
        return

    script = boot_script(BootPlan("i-0123456789abcdef0", "admin", (), user_data))

    checked = subprocess.run(["/bin/sh", "-n"], input=script, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert all(sentence.isprintable() for sentence in user_data.warnings)

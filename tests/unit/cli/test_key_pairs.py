"""The commands on key pairs: they need no engine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from cli.errors import FAILED, USAGE
from tests.unit.cli.conftest import Cloudlet
from tests.unit.keypairs import keys

_LIST_MODULES = "import sys; from cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"


def test_people_see_what_was_made_but_not_the_private_key(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """A terminal's scroll-back is no place for it; the next step is told."""
    outcome = cloudlet("ec2", "create-key-pair", "--key-name", "my key", "--key-type", "ed25519")

    header, row = outcome.stdout.splitlines()
    assert header.split() == ["NAME", "TYPE", "KEY", "PAIR", "ID", "FILE"]
    assert row.startswith("my key  ed25519  ")
    assert row.endswith(str(tmp_path / "home" / "keys" / "my key.pem"))
    assert "PRIVATE" not in outcome.stdout + outcome.stderr
    assert "--key-name 'my key'" in outcome.stderr


def test_a_script_gets_the_private_key_as_on_aws(cloudlet: Cloudlet) -> None:
    """The line that every tutorial has: `--query KeyMaterial --output text > k.pem`."""
    words = ("--query", "KeyMaterial", "--output", "text")

    rsa = cloudlet("ec2", "create-key-pair", "--key-name", "a", *words)
    ed25519 = cloudlet("ec2", "create-key-pair", "--key-name", "b", "--key-type", "ed25519", *words)

    assert load_pem_private_key(rsa.stdout.encode(), None)
    assert load_ssh_private_key(ed25519.stdout.encode(), None)
    assert rsa.stdout.endswith("-----END RSA PRIVATE KEY-----\n")


def test_the_answers_have_awss_names(cloudlet: Cloudlet) -> None:
    tags = ("--tag-specifications", "ResourceType=key-pair,Tags=[{Key=team,Value=data}]", "--output", "json")

    created = json.loads(cloudlet("ec2", "create-key-pair", "--key-name", "a", *tags).stdout)
    imported = json.loads(
        cloudlet("ec2", "import-key-pair", "--key-name", "b", "--public-key-material", keys.RSA, *tags).stdout
    )
    described = json.loads(cloudlet("ec2", "describe-key-pairs", "--include-public-key", "--output", "json").stdout)
    deleted = json.loads(cloudlet("ec2", "delete-key-pair", "--key-name", "a", "--output", "json").stdout)

    assert created.keys() == {"KeyFingerprint", "KeyMaterial", "KeyName", "KeyPairId", "Tags"}
    assert imported.keys() == {"KeyFingerprint", "KeyName", "KeyPairId", "Tags"}
    assert [pair.keys() for pair in described["KeyPairs"]] == [
        {"KeyPairId", "KeyFingerprint", "KeyName", "KeyType", "Tags", "CreateTime", "PublicKey"}
    ] * 2
    assert described["KeyPairs"][1]["PublicKey"] == keys.RSA.replace("me@laptop", "b")
    assert deleted == {"Return": True, "KeyPairId": created["KeyPairId"]}


def test_a_public_key_is_shown_only_if_asked_for(cloudlet: Cloudlet) -> None:
    cloudlet("ec2", "import-key-pair", "--key-name", "b", "--public-key-material", keys.RSA)

    (pair,) = json.loads(cloudlet("ec2", "describe-key-pairs", "--output", "json").stdout)["KeyPairs"]

    assert "PublicKey" not in pair


@pytest.mark.parametrize("scheme", ["fileb://", "file://"])
def test_a_public_key_comes_from_a_file(cloudlet: Cloudlet, tmp_path: Path, scheme: str) -> None:
    """Both ways that `aws` has."""
    (tmp_path / "me.pub").write_text(keys.ED25519 + "\n")

    outcome = cloudlet(
        "ec2", "import-key-pair", "--key-name", "me", "--public-key-material", f"{scheme}{tmp_path}/me.pub"
    )

    assert outcome.exit_code == 0
    assert keys.ED25519_FINGERPRINT in outcome.stdout


def test_a_file_name_without_a_scheme_is_no_key(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """The most likely slip; the hint shows what was meant."""
    (tmp_path / "me.pub").write_text(keys.ED25519)

    outcome = cloudlet("ec2", "import-key-pair", "--key-name", "me", "--public-key-material", "me.pub")

    assert outcome.exit_code == USAGE
    assert "Key is not in valid OpenSSH public key format (InvalidKey.Format)" in outcome.stderr
    assert "fileb://" in outcome.stderr


def test_what_cannot_be_done_has_awss_code(cloudlet: Cloudlet) -> None:
    cloudlet("ec2", "create-key-pair", "--key-name", "me", "--key-type", "ed25519")

    again = cloudlet("ec2", "create-key-pair", "--key-name", "me")
    unknown = cloudlet("ec2", "describe-key-pairs", "--key-names", "you")
    dry = cloudlet("ec2", "delete-key-pair", "--key-name", "me", "--dry-run")
    nothing = cloudlet("ec2", "delete-key-pair")
    ppk = cloudlet("ec2", "create-key-pair", "--key-name", "you", "--key-format", "ppk")
    dsa = cloudlet("ec2", "create-key-pair", "--key-name", "you", "--key-type", "dsa")

    assert (again.exit_code, again.stderr.splitlines()[0]) == (
        FAILED,
        "error: The keypair already exists (InvalidKeyPair.Duplicate)",
    )
    assert (unknown.exit_code, "(InvalidKeyPair.NotFound)" in unknown.stderr) == (FAILED, True)
    assert (dry.exit_code, "(DryRunOperation)" in dry.stderr) == (FAILED, True)
    assert (nothing.exit_code, "(MissingParameter)" in nothing.stderr) == (USAGE, True)
    assert (ppk.exit_code, ppk.stderr.splitlines()) == (
        USAGE,
        [
            "error: Invalid value 'ppk' for KeyFormat. (InvalidParameterValue)",
            "hint: make a pem, and `puttygen me.pem` makes a ppk of it",
        ],
    )
    assert (dsa.exit_code, "choose from rsa, ed25519" in dsa.stderr) == (USAGE, True)


def test_ids_go_from_one_command_to_the_next(cloudlet: Cloudlet) -> None:
    """--quiet on one side, --key-pair-id on the other."""
    made = cloudlet("ec2", "create-key-pair", "--key-name", "me", "--key-type", "ed25519", "--quiet")

    listed = cloudlet("ec2", "describe-key-pairs", "--filters", "Name=key-name,Values=m*", "--quiet")
    deleted = cloudlet("ec2", "delete-key-pair", "--key-pair-id", made.stdout.strip())

    assert made.stdout == listed.stdout
    assert deleted.exit_code == 0
    assert cloudlet("ec2", "describe-key-pairs", "--output", "json").stdout == '{\n    "KeyPairs": []\n}\n'


def test_deleting_what_is_not_there_succeeds_and_says_so(cloudlet: Cloudlet) -> None:
    outcome = cloudlet("ec2", "delete-key-pair", "--key-name", "me")

    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert "no such key pair" in outcome.stderr


def test_looking_at_key_pairs_loads_neither_cryptography_nor_an_engine(tmp_path: Path) -> None:
    """It is a tenth of a second, and only making one needs it."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, "ec2", "describe-key-pairs"],
        env={**os.environ, "CLOUDLET_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(done.stderr.splitlines()[-1].split())
    assert "emulator.keypairs.service" in loaded
    assert not loaded & {"cryptography", "docker", "emulator.engine"}


@pytest.mark.parametrize("verb", ["create-key-pair", "import-key-pair", "describe-key-pairs", "delete-key-pair"])
def test_help_shows_an_example(cloudlet: Cloudlet, verb: str) -> None:
    assert f"cloudlet ec2 {verb}" in cloudlet("ec2", verb, "--help").stdout

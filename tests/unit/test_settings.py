"""Settings are read once, from the environment, and what makes no sense is told by name."""

from pathlib import Path

import pytest

from emulator.errors import InvalidRequestError
from emulator.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOUDLET_PORT", "http"),
        ("CLOUDLET_PORT", "-1"),
        ("CLOUDLET_PORT", "65536"),
        ("CLOUDLET_TIME_SCALE", "nan"),
        ("CLOUDLET_WORKER_IDLE_SECONDS", "inf"),
        ("CLOUDLET_MAX_WORKERS", "0"),
        ("CLOUDLET_OUTPUT", "xml"),
        ("AWS_REGION", "foo bar"),
        ("AWS_REGION", "us-east-1a"),
        ("AWS_REGION", "us-east-1\n"),
        ("AWS_DEFAULT_REGION", "EU-WEST-1"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    """A typing mistake must not become a strange fault later."""
    with pytest.raises(InvalidRequestError) as caught:
        Settings.from_environment({name: value, "CLOUDLET_HOME": "/home/x"})

    assert f"{name}={value!r}" in caught.value.message


def test_the_region_is_found_as_the_sdks_find_it() -> None:
    """AWS_REGION wins over AWS_DEFAULT_REGION."""
    both = Settings.from_environment({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-west-2"})
    one = Settings.from_environment({"AWS_DEFAULT_REGION": "us-west-2"})
    none = Settings.from_environment({})

    assert (both.region, one.region, none.region) == ("eu-west-1", "us-west-2", "us-east-1")


@pytest.mark.parametrize("region", ["ap-southeast-2", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"])
def test_every_kind_of_region_may_be_named(region: str) -> None:
    """Also those of the clouds apart."""
    assert Settings.from_environment({"AWS_REGION": region}).region == region


def test_certificates_and_proxies_of_the_machine_are_known(tmp_path: Path) -> None:
    """Builds need them; a variable that points nowhere is no bundle."""
    bundle = tmp_path / "ca.pem"
    bundle.write_text("certificates")

    settings = Settings.from_environment(
        {"PIP_CERT": "/nowhere", "SSL_CERT_FILE": str(bundle), "https_proxy": "http://proxy:3128", "NO_PROXY": "local"}
    )

    assert settings.ca_bundle == bundle
    assert settings.proxies == {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "local"}

"""A shell that is killed between the moment a rule is listed and the moment it is in force."""

import os
import subprocess
import sys

import pytest

from emulator.errors import ConflictError, NotFoundError
from emulator.locks import locked
from tests.conftest import wait_for
from tests.integration.network.conftest import Lan, Peer
from tests.integration.network.test_security_groups import tcp


def kill_once_listed(lan: Lan, verb: str, rules: int) -> None:
    """Have another shell change the rule about port 80 of `web`, and kill it when the group has so many *rules*."""
    words = ("ec2", f"{verb}-security-group-ingress", "--group-name", "web", "--protocol", "tcp", "--port", "80")
    command = (sys.executable, "-m", "cli", *words, "--cidr", "0.0.0.0/0")
    environment = {**os.environ, "CLOUDLET_HOME": str(lan.cloud.home.root)}
    with locked(lan.cloud.home.lock("firewall")):  # nobody writes rules meanwhile
        shell = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: len([*lan.groups.find("web").permissions(egress=False)]) == rules)
            assert shell.poll() is None
        finally:
            shell.kill()
            shell.wait()


def test_a_rule_that_is_listed_and_not_in_force_is_brought_into_force_by_asking_again(lan: Lan, stranger: Peer) -> None:
    """Who sees that it is there already must be able to rely on it."""
    web = lan.add(lan.group("web"))
    kill_once_listed(lan, "authorize", rules=1)
    assert stranger.is_cut_from(web)

    with pytest.raises(ConflictError) as caught:
        lan.groups.authorize("web", tcp(80))

    assert caught.value.code == "InvalidPermission.Duplicate"
    assert stranger.reaches(web)


@pytest.mark.parametrize("by_id", [False, True])
def test_a_rule_that_is_gone_and_still_in_force_is_ended_by_asking_again(lan: Lan, stranger: Peer, by_id: bool) -> None:
    """A port that stays open is the worse of the two."""
    web = lan.add(lan.group("web"))
    (rule,) = lan.groups.authorize("web", tcp(80))
    kill_once_listed(lan, "revoke", rules=0)
    assert stranger.reaches(web)

    with pytest.raises(NotFoundError) as caught:
        if by_id:
            lan.groups.revoke("web", rule_ids=[rule.id])
        else:
            lan.groups.revoke("web", tcp(80))

    assert caught.value.code == ("InvalidSecurityGroupRuleId.NotFound" if by_id else "InvalidPermission.NotFound")
    assert stranger.is_cut_from(web)

"""A log group's name becomes a folder: never another group's, and never one that is not of logs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.errors import InvalidRequestError
from emulator.functions.logs.group import LogGroups
from emulator.functions.logs.names import check_group_name, group_name, group_parts

NAMES = st.text(st.sampled_from("ab/.#-_A0"), min_size=1, max_size=20) | st.text(min_size=1, max_size=20)


@given(NAMES)
def test_no_name_leads_out_of_the_folder_of_logs(name: str) -> None:
    """Whoever configures a function chooses the name."""
    root = Path("/home/logs")

    folder = root.joinpath(*group_parts(name))

    assert folder.is_relative_to(root)
    assert folder != root
    assert not any(part in ("", ".", "..") or "/" in part or "\0" in part for part in group_parts(name))


@given(NAMES, NAMES)
def test_two_groups_never_share_a_folder(one: str, other: str) -> None:
    assert (group_parts(one) == group_parts(other)) == (one == other)


@given(NAMES)
def test_a_folder_says_whose_it_is(name: str) -> None:
    """There is no other list of groups."""
    assert group_name(group_parts(name)) == name


def test_usual_names_are_usual_folders() -> None:
    """People look for them."""
    assert "/".join(group_parts("/aws/lambda/resize")) == "aws/lambda/resize"
    assert "/".join(group_parts("shop")) == "shop"
    assert "/".join(group_parts("/shop/prod")) == "shop/prod"
    assert "/".join(group_parts("server.log")) != "server.log", "that is a file of ours"


@pytest.mark.parametrize("name", ["", "a b", "/aws/lambda/ä", "a:b", "a\n", "x" * 513, "aws/lambda/x", "y" * 201])
def test_what_aws_or_a_file_system_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError):
        check_group_name(name)


def test_groups_within_groups_are_found_each_by_itself(tmp_path: Path) -> None:
    """`/shop` and `/shop/2026/jobs` are two groups, and the days of one are no groups."""
    for name in ("/shop/eu", "/shop/eu/jobs", "/shop/eu/2026/jobs", "shop"):
        day = tmp_path.joinpath(*group_parts(name), "2026", "01", "02")
        day.mkdir(parents=True)
        (day / "[1]0.log").write_text(f"2026-01-02T03:04:05.678Z {name}\n")
    groups = LogGroups(tmp_path, 10**9)

    found = sorted(groups.all())

    assert [group_name(parts) for parts in found] == ["shop", "/shop/eu", "/shop/eu/2026/jobs", "/shop/eu/jobs"]
    assert [len(list(groups.group(parts).files())) for parts in found] == [1, 1, 1, 1]

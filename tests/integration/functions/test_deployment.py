"""Deploying from several shells at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.functions.service import Deployment


def test_two_shells_that_deploy_one_function_at_once_leave_it_whole(cloud: Cloud, tmp_path: Path) -> None:
    """Each removes the code of older revisions: that must not be the code the other is about to name."""
    sources = [tmp_path / f"source-{number}" for number in range(4)]
    for number, source in enumerate(sources):
        source.mkdir()
        (source / "app.py").write_text(f"def handler(event, context): return {number}\n")
        for part in range(200):
            (source / f"part_{part}.py").write_text("x = 1\n" * 200)
    cloud.functions.runtime_image(deploy(cloud, sources[0]))

    for _ in range(3):
        with ThreadPoolExecutor(len(sources)) as shells:
            list(shells.map(lambda source: deploy(cloud, source), sources))

        assert (cloud.functions.code_folder(cloud.functions.find("shared")) / "app.py").is_file()


def deploy(cloud: Cloud, source: Path) -> Function:
    return cloud.functions.deploy(Deployment(source, "shared", "app.handler", "python3.11"))

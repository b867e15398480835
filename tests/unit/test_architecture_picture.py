"""docs/architecture.svg shows what there is, to people with light and with dark screens."""

import re
from pathlib import Path
from xml.etree import ElementTree

PROJECT = Path(__file__).parents[2]
PICTURE = PROJECT / "docs" / "architecture.svg"
SVG = "{http://www.w3.org/2000/svg}"


def test_the_rooms_of_the_picture_are_there() -> None:
    """
    A picture is what stays behind when a package is renamed.
    """
    rooms = {text.text for text in ElementTree.parse(PICTURE).iter(f"{SVG}text") if text.get("class") == "room"}

    assert {"cli", "http", "pipeline", "instances", "functions", "buckets", "images", "engine", "state"} == rooms
    assert [room for room in rooms if not any((PROJECT / top / str(room)).is_dir() for top in (".", "emulator"))] == []


def test_each_colour_has_one_for_the_dark() -> None:
    """
    Black words on a dark page cannot be read; an image inherits nothing from the page that shows it.
    """
    style = next(ElementTree.parse(PICTURE).iter(f"{SVG}style")).text or ""
    light, dark = re.split(r"@media \(prefers-color-scheme: dark\)", style)

    def filled(rules: str) -> set[str]:
        names = ",".join(re.findall(r"([^{}]+)\{[^}]*#[0-9a-f]{6}[^}]*\}", rules))
        return {name.strip() for name in names.split(",")}

    assert filled(light) == filled(dark.replace("{", "", 1))

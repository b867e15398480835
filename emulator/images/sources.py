"""The files beside an `ami.yaml`. A `source` never leads out of its folder, by whatever kind of path."""

from pathlib import Path, PurePosixPath


def source_path(folder: Path, source: str) -> Path:
    """Return the regular file that *source* names inside *folder*; ValueError says why there is none."""
    name = PurePosixPath(source)
    if not source or "\0" in source:
        raise ValueError(f"{source!r} is not a file name")
    if name.is_absolute() or ".." in name.parts:
        raise ValueError(f"{source!r} leads out of the AMI's folder; keep the file beside the ami.yaml")
    path = folder / name
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()):
            raise ValueError(f"{source!r} is a link that leads out of the AMI's folder")
        if not real.is_file():
            raise ValueError(f"{source!r} is not a file; name the files of a folder one by one")
    except FileNotFoundError:
        raise ValueError(f"{source!r} is not in {folder.name}/") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise ValueError(f"{source!r} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return real

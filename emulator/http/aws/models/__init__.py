"""The service models, as data: `s3.json` and its like, made by `make models` (see README.md). Never edited by hand."""

import functools
import json
from pathlib import Path

from emulator.http.aws.model import ServiceModel

FOLDER = Path(__file__).parent


@functools.cache
def read_model(service: str) -> ServiceModel:
    """Return the model of *service*, such as `s3`; it is read once a process."""
    return ServiceModel(json.loads((FOLDER / f"{service}.json").read_bytes()))

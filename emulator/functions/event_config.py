"""What becomes of an asynchronous event that fails, grows old or succeeds: AWS's EventInvokeConfig."""

import dataclasses
import json
from dataclasses import dataclass

MAX_RETRIES = 2
MIN_AGE_SECONDS, MAX_AGE_SECONDS = 60, 21_600


@dataclass(frozen=True)
class EventInvokeConfig:
    """Of one function and qualifier. Destinations are ARNs of a function or a bucket, "" for none."""

    max_retries: int = MAX_RETRIES
    max_age_seconds: int = MAX_AGE_SECONDS
    on_success: str = ""
    on_failure: str = ""
    last_modified: float = 0.0
    """Seconds since 1970, as AWS answers it."""

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "EventInvokeConfig":
        return cls(**json.loads(text))

"""What the user may set: declared in `record`, read in `reading`, from `files` too."""

from emulator.settings.record import ACCOUNT_ID, FIRST_REGION, OUTPUTS, WORKER_TRANSPORTS, Settings

__all__ = ["ACCOUNT_ID", "FIRST_REGION", "OUTPUTS", "WORKER_TRANSPORTS", "Settings"]

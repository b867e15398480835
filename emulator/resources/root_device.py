"""What an instance's own disk is called."""

ROOT_DEVICE = "/dev/xvda"

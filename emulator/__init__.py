"""The core of cloudlet: instances, images, functions and buckets. It never prints and never exits; the doors do."""

__version__ = "0.1.0"

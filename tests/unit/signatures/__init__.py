"""Tests of signatures, against what AWS published and against the signers of its own SDK."""

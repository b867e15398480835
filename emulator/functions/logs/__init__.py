"""What functions log: plain files that people read, in the order and the words of CloudWatch Logs."""

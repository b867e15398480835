"""What cloudlet promises in numbers, measured: `python -m benchmarks [NAME...]`, one module a number.

Absolute times belong to a machine and a moment. What counts is the comparison with a floor that was measured in the
same run, in turns with the subject, so that both meet the same noise.
"""

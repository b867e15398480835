"""Lambda: handlers run by AWS's own runtime client, in containers that are kept warm and thrown away.

`service` is the house as doors see it. What the state file knows is `function_records`, a module a noun with its verbs
and its rows (`aliases`), beside it what one of them is (`alias`). `control` makes and changes functions as AWS does,
`deployment` in our one step, and `quotas` says what they may be. `code` is what is laid down, `events` what waits,
`workers` what runs, `logs` and `urls` what is seen of it. Nothing here knows where events come from.
"""

from emulator.functions.definition import Function
from emulator.functions.references import function_arn, function_name

__all__ = ["Function", "function_arn", "function_name"]

"""Every type of resource that a stack can be made of, by CloudFormation's name."""

from emulator.stacks.resources.buckets import BUCKETS
from emulator.stacks.resources.function_parts import Alias, EventInvokeConfig, Url, Version
from emulator.stacks.resources.functions import Function
from emulator.stacks.resources.kind import Kind
from emulator.stacks.resources.layers import LayerVersion
from emulator.stacks.resources.nominal import NOMINAL
from emulator.stacks.resources.rules import EventRule

_ALL: tuple[Kind, ...] = (
    *BUCKETS,
    Function(),
    Version(),
    Alias(),
    Url(),
    EventInvokeConfig(),
    LayerVersion(),
    EventRule(),
    *NOMINAL,
)
KINDS = {kind.type: kind for kind in _ALL}

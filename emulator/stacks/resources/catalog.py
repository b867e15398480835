"""Every type of resource that a stack can be made of, by CloudFormation's name."""

from emulator.stacks.resources.buckets import BUCKETS
from emulator.stacks.resources.function_parts import Alias, EventInvokeConfig, Url, Version
from emulator.stacks.resources.functions import Function
from emulator.stacks.resources.instances import Instance
from emulator.stacks.resources.key_pairs import KeyPair
from emulator.stacks.resources.kind import Kind
from emulator.stacks.resources.layers import LayerVersion
from emulator.stacks.resources.nominal import NOMINAL
from emulator.stacks.resources.rules import EventRule
from emulator.stacks.resources.security_groups import EgressRule, IngressRule, SecurityGroup
from emulator.stacks.resources.volumes import Volume, VolumeAttachment

_ALL: tuple[Kind, ...] = (
    *BUCKETS,
    Function(),
    Version(),
    Alias(),
    Url(),
    EventInvokeConfig(),
    LayerVersion(),
    EventRule(),
    Instance(),
    SecurityGroup(),
    IngressRule(),
    EgressRule(),
    KeyPair(),
    Volume(),
    VolumeAttachment(),
    *NOMINAL,
)
KINDS = {kind.type: kind for kind in _ALL}

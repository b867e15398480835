"""The users of a cloud-config: which accounts to make, and who gets keys."""

from emulator.checks import account, shown
from emulator.userdata import checks
from emulator.userdata.fields import Fields
from emulator.userdata.model import Account


def read_users(fields: Fields) -> tuple[tuple[Account, ...], bool]:
    """Return the accounts to make, and whether the AMI's own user is one of the users."""
    value = fields.value("users")
    if value is None:
        return (), True
    if isinstance(value, str):
        names = [name.strip() for name in value.split(",")]
        fields = Fields({"users": names}, fields.findings)
    accounts: list[Account] = []
    has_default_user = False
    for path, item in fields.items("users"):
        if item == "default":
            has_default_user = True
        elif isinstance(item, str):
            accounts.append(_account(Fields({"name": item}, fields.findings, path)))
        elif isinstance(item, dict):
            plain = {key.replace("-", "_") if isinstance(key, str) else key: value for key, value in item.items()}
            accounts.append(_account(Fields(plain, fields.findings, path)))
        else:
            fields.findings.refuse(path, f"{shown(item)} is neither a mapping of fields nor `default`", item)
    if not has_default_user:
        fields.warn("users", "has no `default`: as on EC2, the AMI's own user gets no keys, not even the key pair's")
    return tuple(accounts), has_default_user


def _account(entry: Fields) -> Account:
    name = entry.text("name", account)
    if entry.value("name") is None:
        entry.refuse("name", "is missing")
    sudo = () if entry.value("sudo") is False else entry.texts("sudo", checks.rule)
    if entry.value("lock_passwd") is False:
        entry.warn("lock_passwd", "is ignored: accounts have no password")
    made = Account(
        name=name or "",
        gecos=entry.text("gecos", checks.line),
        primary_group=entry.text("primary_group", account),
        groups=entry.texts("groups", account, separator=","),
        shell=entry.text("shell", checks.absolute),
        homedir=entry.text("homedir", checks.absolute),
        uid=entry.number("uid"),
        system=entry.flag("system"),
        sudo=sudo,
        ssh_authorized_keys=entry.texts("ssh_authorized_keys", checks.public_key),
    )
    entry.done()
    return made

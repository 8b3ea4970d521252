"""Every way in, one line each: the name of its file in this folder. `docs/add-a-channel.md` walks through one."""

from importlib import import_module

from services.collector.channels.rules import ChannelRules

FILES = (
    "survey",
    "widget",
    "service_record",
    "email",
    "social",
    "imported",
)


def _rules_in(file: str) -> ChannelRules:
    rules: ChannelRules = import_module(f"{__package__}.{file}").CHANNEL
    return rules


CHANNELS: dict[str, ChannelRules] = {rules.name: rules for rules in map(_rules_in, FILES)}

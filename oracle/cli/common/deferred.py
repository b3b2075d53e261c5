"""Command groups that are imported when they are called."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import typer.core
from typer.main import get_command

from oracle.cli.common.examples import EXAMPLES


class DeferredCommand(typer.core.TyperGroup):
    """Stands in for the command of a module until someone calls it."""

    def __init__(self, name: str, help_text: str, module: str) -> None:
        super().__init__(name=name, help=help_text)
        self.module = module

    def make_context(
        self, info_name: str | None, args: list[str], *rest: Any, **extra: Any
    ) -> Any:
        """The context of the real command, which then runs in our place."""
        command = imported(self.module)
        command.name = self.name
        return command.make_context(info_name, args, *rest, **extra)


def imported(module: str) -> Any:
    """The command of a module, and its verbs, as their help shows them."""
    command, name = get_command(import_module(module).app), module.rpartition(".")[2]
    dress_all(command, name)
    return command


def dress_all(command: Any, name: str) -> None:
    """It, and all that is in it."""
    dress(command, name)
    for verb, of in getattr(command, "commands", {}).items():
        dress_all(of, f"{name} {verb}")


def dress(command: Any, name: str) -> None:
    """With an example behind; options that take no value show no type of it."""
    if name in EXAMPLES:
        command.epilog = f"Example: {EXAMPLES[name]}"
    asking = command.get_help_option(command.context_class(command))
    for param in (*command.params, asking):
        if getattr(param, "is_bool_flag", False):
            param.metavar = ""


def reached(
    root: typer.Typer, package: str, groups: Mapping[str, str], words: Sequence[str]
) -> tuple[Any, str, list[str]]:
    """The command that the first words name, its whole name, and the words left.

    Groups on the way have no options of their own, so they are stepped over: Typer
    would load pydantic to find that none was given.
    """
    if not words or words[0] not in groups:
        command = get_command(root)
        dress(command, "plumb")
        return command, "plumb", list(words)
    command, name, *left = imported(f"{package}.{words[0]}"), words[0], *words[1:]
    verbs = getattr(command, "commands", {})
    if left and left[0] in verbs:
        return verbs[left[0]], f"plumb {name} {left[0]}", left[1:]
    return command, f"plumb {name}", left


def deferred_group(
    groups: Mapping[str, str], package: str
) -> type[typer.core.TyperGroup]:
    """A Typer group of `package`'s modules, given as name -> line of help."""

    class Group(typer.core.TyperGroup):
        def __init__(self, *args: Any, **attributes: Any) -> None:
            super().__init__(*args, **attributes)
            for name, help_text in groups.items():
                command = DeferredCommand(name, help_text, f"{package}.{name}")
                self.add_command(command)

    return Group

"""Command groups that are imported when they are called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer.core
from typer.main import get_command


class DeferredCommand(typer.core.TyperGroup):
    """Stands in for the command of a module until someone calls it."""

    def __init__(self, name: str, help_text: str, module: str) -> None:
        super().__init__(name=name, help=help_text)
        self.module = module

    def make_context(
        self, info_name: str | None, args: list[str], *rest: Any, **extra: Any
    ) -> Any:
        """The context of the real command, which then runs in our place."""
        command = get_command(import_module(self.module).app)
        command.name = self.name
        return command.make_context(info_name, args, *rest, **extra)


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

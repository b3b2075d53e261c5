"""What MkDocs can't do by itself: the README as the first page, links to files that are
in the repository and not on the site, and the generated reference.

A link to a file that isn't there ends the build.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
INTERFACES = ROOT / "solidity" / "src" / "interfaces"
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)\s#]+)(#[^)\s]*)?\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
DECLARED = re.compile(
    r"((?:^[ \t]*///.*\n)+)^[ \t]*((?:function|event|error|struct|interface)\b[^;{]*)",
    re.MULTILINE,
)


def on_files(files: Files, config: Any) -> Files:
    """Adds what is made here."""
    for path, text in (
        ("index.md", (ROOT / "README.md").read_text()),
        ("reference/commands.md", commands()),
        ("reference/contracts.md", contracts()),
    ):
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Links lead to pages of the site; what only the repository has is named."""
    source = page.file.src_uri
    folder = (
        ""
        if source == "index.md"
        else posixpath.join("docs", posixpath.dirname(source))
    )
    shielded = [match.span() for match in CODE.finditer(markdown)]

    def led(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in shielded):
            return match[0]
        bang, text, target, anchor = match[1], match[2], match[3], match[4] or ""
        path = posixpath.normpath(posixpath.join(folder, target))
        if not (ROOT / path).exists():
            raise PluginError(f"{source}: expected a file at {path}, got none")
        on_site = path.removeprefix("docs/")
        if path.startswith("docs/") and files.get_file_from_path(on_site):
            here = posixpath.relpath(on_site, posixpath.dirname(source) or ".")
            return f"{bang}[{text}]({here}{anchor})"
        return text if text.strip("`") == path else f"{text} (`{path}`)"

    return LINK.sub(led, markdown)


def commands() -> str:
    """Every command with its options, as the command line itself has them."""
    from oracle.cli import GROUPS
    from oracle.cli.common.deferred import imported

    text = "# Commands\n\nGenerated from the command line: `plumb COMMAND --help`.\n"
    for name, summary in GROUPS.items():
        command = imported(f"oracle.cli.{name}")
        text += f"\n## plumb {name}\n\n{summary}\n"
        verbs = getattr(command, "commands", {})
        for verb, below in verbs.items():
            text += f"\n### plumb {name} {verb}\n\n{told(below)}"
        if not verbs:
            text += f"\n{told(command)}"
    return text


def told(command: Any) -> str:
    """What it does, its options, an example."""
    context = command.context_class(command)
    rows = [row for p in command.params if (row := option(p, context))]
    table = "\n| | |\n|---|---|\n" + "\n".join(rows) + "\n" if rows else ""
    end = f"\n`{command.epilog.removeprefix('Example: ')}`\n" if command.epilog else ""
    return f"{help_of(command)}\n{table}{end}"


def help_of(command: Any) -> str:
    """Without what arranges it on a terminal."""
    return (command.help or "").replace("\b", "").strip()


def option(parameter: Any, context: Any) -> str:
    """A row of a table; empty for what isn't shown."""
    if getattr(parameter, "hidden", False) or parameter.name == "help":
        return ""
    record = parameter.get_help_record(context)
    if record is None:
        return ""
    names, said = record
    cells = (f"`{names}`", re.sub(r"\s+", " ", said))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def contracts() -> str:
    """What the interfaces declare, with their own words."""
    text = "# Contracts\n\nGenerated from the NatSpec of `solidity/src/interfaces`.\n"
    for file in sorted(INTERFACES.glob("*.sol")):
        declared = DECLARED.findall(file.read_text())
        if not declared:
            continue
        text += f"\n## {file.stem}\n"
        for said, declaration in declared:
            text += f"\n{natspec(said)}\n\n```solidity\n{flat(declaration)};\n```\n"
    return text


def natspec(comment: str) -> str:
    """Sentences, then parameters as a list."""
    lines = [line.strip().removeprefix("///").strip() for line in comment.splitlines()]
    whole, items = "", []
    for line in lines:
        tag, _, rest = line.partition(" ")
        if tag in ("@param", "@return"):
            name, _, said = rest.partition(" ")
            items.append(
                f"* `{name}`: {said}" if tag == "@param" else f"* returns {rest}"
            )
        elif tag in ("@notice", "@dev", "@title"):
            whole += f"\n\n{rest}" if whole else rest
        elif items:
            items[-1] += f" {line}"
        else:
            whole += f" {line}"
    return whole.strip() + ("\n\n" + "\n".join(items) if items else "")


def flat(declaration: str) -> str:
    return re.sub(r"\s+", " ", declaration).strip()

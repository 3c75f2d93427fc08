"""Prints every command of the installed aws client as JSON, one line a service: what it takes, and of which shape.

Used by generate-lint-tables.ts; needs a Python with `awscli`. The client's own command tables are asked, so its
renamed services, added commands and added options are in it.
"""

import json
import sys

import awscli
from awscli.clidriver import create_clidriver

MAX_DEPTH = 3


def describe(model, depth=0):
    """A shape: s, i, f, b, t (timestamp), blob, or [element], {Member! Member}, <value> (a map)."""
    kind = model.type_name
    if kind == "structure":
        if depth >= MAX_DEPTH or getattr(model, "is_document_type", False):
            return "{*}"
        required = set(model.required_members)
        members = [
            f"{name}{'!' if name in required else ''}:{describe(member, depth + 1)}"
            for name, member in model.members.items()
        ]
        return "{" + " ".join(members) + "}"
    if kind == "list":
        return "[" + describe(model.member, depth + 1) + "]"
    if kind == "map":
        return "<" + describe(model.value, depth + 1) + ">"
    return {"integer": "i", "long": "i", "float": "f", "double": "f", "boolean": "b", "timestamp": "t", "blob": "x"}.get(
        kind, "s"
    )


def options_of(command):
    found = {}
    for name, argument in command.arg_table.items():
        # Where only one value is taken it may also be given without the option's name.
        if getattr(argument, "positional_arg", False):
            found["*"] = "s"
            continue
        model = getattr(argument, "argument_model", None)
        kind = argument.cli_type_name
        shape = "b" if kind == "boolean" else "s"
        if model is not None and kind != "boolean":
            try:
                shape = describe(model)
            except RecursionError:
                shape = "{*}"
        if getattr(argument, "nargs", None) in ("+", "*") and not shape.startswith("["):
            shape = "[" + shape + "]"
        found[name] = ("!" if argument.required else "") + shape
    return found


def main():
    wanted = set(sys.argv[1:])
    table = create_clidriver().create_help_command().command_table
    print(json.dumps({"version": awscli.__version__}))
    for service, command in sorted(table.items()):
        if wanted and service not in wanted:
            continue
        operations = {}
        try:
            subcommands = command.create_help_command().command_table
        except Exception:
            continue
        for name, operation in subcommands.items():
            if name == "wait":
                operations[name] = {"*": "s"}
                continue
            try:
                operations[name] = options_of(operation)
            except Exception:
                operations[name] = {"*": "s"}
        print(json.dumps({"service": service, "operations": operations}))


main()

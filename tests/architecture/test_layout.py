"""What import-linter cannot see of the contract in docs/map.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import PROTECT, ForeignKey, OneToOneField

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "jurande"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
REGISTERS = [
    "common",
    "journal",
    "documents",
    "correspondence",
    "parties",
    "seal",
    "catalogue",
    "network",
    "conventions",
    "training",
    "assessments",
    "awards",
    "academy",
    "billing",
    "declarations",
    "control",
]
# Django's own words for a hook of a middleware.
DJANGO_NAMES = {"process_view", "process_response"}
FORBIDDEN_NAMES = re.compile(r"^(utils?|helpers?|managers?|services?|data|misc|process_.*|handle_.*)$")
WRITING = {"save", "create", "delete", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
# Where the clock may be read: at the edge. Everywhere else `now` is an argument.
CLOCK_READERS = ("web/", "config/", "demo/", "registers/common/", "/tasks.py", "/tasks/", "/management/")


def relative(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_contracts_between_layers_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


def test_every_folder_of_code_is_a_package() -> None:
    bare = {relative(path.parent) for path in SOURCE.rglob("*.py") if not (path.parent / "__init__.py").exists()}
    assert not bare


def test_no_foreign_key_points_upwards() -> None:
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in REGISTERS:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model._meta.app_label in REGISTERS:
                here, there = (
                    REGISTERS.index(model._meta.app_label),
                    REGISTERS.index(field.related_model._meta.app_label),
                )
                if there > here:
                    wrong.append(f"{model._meta.label}.{field.name} → {field.related_model._meta.label}")
    assert not wrong


def test_every_reference_to_a_document_is_protected() -> None:
    references = [
        (f"{model._meta.label}.{field.name}", field.remote_field.on_delete)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | OneToOneField) and field.related_model._meta.app_label == "documents"
    ]
    assert references
    assert not [name for name, on_delete in references if on_delete is not PROTECT]


def _calls(tree: ast.AST) -> list[ast.Attribute]:
    """Every ``something.method(…)`` of a module, but a ``save(file)``, which is a workbook's or a picture's."""
    return [
        node.func
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and not (node.func.attr == "save" and node.args)
    ]


def test_screens_never_write_rows() -> None:
    wrong = [
        f"{relative(path)}:{call.lineno} .{call.attr}()"
        for path in MODULES
        if relative(path).startswith("web/")
        for call in _calls(ast.parse(path.read_text()))
        if call.attr in WRITING and not (isinstance(call.value, ast.Name) and call.value.id in {"form", "cache"})
    ]
    assert not wrong


def test_a_locked_row_never_stops_what_only_refers_to_it() -> None:
    # PostgreSQL looks at foreign keys when a transaction ends. A whole lock would make it wait there for whoever waits
    # for it: two acts of one holder, in two tabs, would kill each other.
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
        and "no_key" not in {word.arg for word in node.keywords}
    ]
    assert not wrong


def test_the_clock_is_read_only_at_the_edge() -> None:
    wrong = [
        f"{relative(path)}:{call.lineno}"
        for path in MODULES
        if not any(place in relative(path) for place in CLOCK_READERS)
        for call in _calls(ast.parse(path.read_text()))
        if call.attr in {"now", "today", "utcnow"} and isinstance(call.value, ast.Name) and call.value.id != "run"
    ]
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_names_say_something(path: Path) -> None:
    assert not FORBIDDEN_NAMES.match(path.stem)
    names = {
        node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assert not {name for name in names - DJANGO_NAMES if FORBIDDEN_NAMES.match(name)}


def test_files_stay_readable() -> None:
    long = {relative(path): len(path.read_text().splitlines()) for path in MODULES}
    assert not {name: lines for name, lines in long.items() if lines > 550}


def test_core_is_free_to_reuse() -> None:
    unmarked = [
        relative(path)
        for path in (SOURCE / "core").rglob("*.py")
        if path.read_text().strip()
        and path.name != "__init__.py"
        and "SPDX-License-Identifier: Apache-2.0" not in path.read_text()
    ]
    assert not unmarked

"""Documentation that cannot rot: what exists in the code must be found in the docs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from tests.conftest import ROOT

DOCS = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_every_model_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text()
    models = [m for m in apps.get_models() if m.__module__.startswith("jurande.")]
    assert models
    assert not [m.__name__ for m in models if f"`{m.__name__}`" not in glossary]


def test_every_command_is_documented() -> None:
    commands = [name for name, app in get_commands().items() if app.startswith("jurande.")]
    text = (ROOT / "docs/reference/commands.md").read_text()
    assert commands
    assert not [name for name in commands if name not in text]


def test_every_variable_read_from_the_environment_is_documented() -> None:
    read = {
        name
        for path in [*(ROOT / "src").rglob("*.py"), ROOT / "jurande"]
        for name in re.findall(r"""["'](JURANDE_[A-Z_]+|DATABASE_URL)["']""", path.read_text())
    }
    text = (ROOT / "docs/reference/settings.md").read_text()
    assert read
    assert not {name for name in read if f"`{name}`" not in text}


def test_every_act_of_the_journal_has_its_sentence() -> None:
    from jurande.web.ui.sentences import SENTENCES

    acts = {
        ast.literal_eval(item.value)
        for path in (ROOT / "src/jurande/registers").rglob("*.py")
        if "states" in (path.stem, path.parent.name)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Act")
        for item in node.body
        if isinstance(item, ast.Assign)
    }
    assert acts
    assert acts == set(SENTENCES), (acts - set(SENTENCES), set(SENTENCES) - acts)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_resolve(path: Path) -> None:
    broken = [
        target
        for target in LINK.findall(path.read_text())
        if not target.startswith(("http:", "https:", "mailto:")) and not (path.parent / target).exists()
    ]
    assert not broken

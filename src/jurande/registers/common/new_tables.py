"""A new database in a third of the time: what a migration that makes a table costs Django.

After each ``CreateModel``, Django renders again every model that is linked to the new one, however far: all of ours
hang from the certifier, so a hundred and fifty tables cost thousands of classes. A model that did not exist has nothing
that points to it yet: rendering it alone tells those that it points to, as declaring a class does. The tables that come
out are the same, which ``tests/registers/common/test_new_tables.py`` compares.
"""

from __future__ import annotations

from django.db.migrations.state import ModelState, ProjectState

_add_model = ProjectState.add_model


def _add_new_model(state: ProjectState, model: ModelState) -> None:
    apps = state.__dict__.pop("apps", None)  # what is not rendered yet costs nothing to add to
    _add_model(state, model)
    if apps is not None:
        state.__dict__["apps"] = apps
        with apps.bulk_update():
            model.render(apps)


def render_new_models_alone() -> None:
    """Have every migration of this process do so."""
    ProjectState.add_model = _add_new_model  # type: ignore[method-assign, assignment]

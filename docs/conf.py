"""How the documentation is built: MyST pages, the furo theme, no address but the site's own."""

from __future__ import annotations

import sys
from pathlib import Path

from django.conf import settings

from partscatalog import __version__

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

# Texts of the code are shown as they are written.
settings.configure(USE_I18N=False)

project = "partscatalog"
author = "partscatalog contributors"
copyright = "2026, partscatalog contributors"
release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "payments_reference", "settings_reference"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"partscatalog {release}"
html_show_sphinx = False

myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# Types of the standard library and of Django are named, not linked: a build needs no network.
nitpicky = False

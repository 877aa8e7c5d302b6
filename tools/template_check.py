"""Whether every template can be read by Django: `python -m tools.template_check`.

djlint looks at the markup; this finds a tag that is misspelt, not loaded or not closed, in pages that no test
opens.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def problems(root: Path = ROOT) -> list[str]:
    """The templates that do not compile, a line each. Django must be set up."""
    from django.template import TemplateDoesNotExist, TemplateSyntaxError
    from django.template.loader import get_template

    found = []
    folders = [root / "templates", *sorted(root.glob("*/templates"))]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".html", ".txt"):
                continue
            name = str(path.relative_to(folder))
            try:
                get_template(name)
            except (TemplateSyntaxError, TemplateDoesNotExist) as problem:
                found.append(f"{path.relative_to(root)}: {type(problem).__name__}: {problem}")
    return found


def main() -> int:
    """Print what does not compile; the exit status says whether anything does not."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    import django

    django.setup()
    found = problems()
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

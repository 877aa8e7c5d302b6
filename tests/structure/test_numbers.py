"""Numbers that people quote: a letter names one kind of thing, so that searching a number opens what it names."""

import re
from collections import defaultdict
from pathlib import Path

from django.conf import settings

MADE = re.compile(r'new_number\("([A-Z]+)"')


def test_a_letter_belongs_to_one_app() -> None:
    apps = defaultdict(set)
    for path in Path(settings.BASE_DIR).glob("*/services/*.py"):
        for letter in MADE.findall(path.read_text()):
            apps[letter].add(path.parts[-3])
    assert {"O", "R", "K", "X", "F"} <= set(apps)
    assert {letter: found for letter, found in apps.items() if len(found) > 1} == {}

"""What is said of an icon: its name in ordinary words or in the icon's own, in many phrasings, with its style.

A caption's *concept* decides which images it fits. Names that share ordinary words (edit-find and system-search:
"magnifying glass") share a concept; any other name is a concept of its own, less its toolkit's prefix.
"""
import re
from pathlib import Path

TEMPLATES = """{}
a {}
the {}
an icon of a {}
an icon of the {}
a {} icon
icon: {}
icon of {}
a picture of a {}
a photo of a {}
an image of a {}
a drawing of a {}
a sketch of a {}
a symbol for {}
a pictogram of a {}
a sign showing a {}
a small {}
a button with a {}
this is a {}
clip art of a {}
a desktop icon of a {}
a depiction of a {}""".split("\n")
STYLED_TEMPLATES = """{style} {}
a {style} {}
a {style} icon of a {}
an icon of a {} in {style} style
a {style} {} icon
{}, {style}
a {style} picture of a {}
a {style} drawing of a {}
a {} in the style of {style}
{style} style {}""".split("\n")
NO_STYLE = 0.35
PREFIXES = r"^(gnome-mime|gnome-dev|gnome-fs|gnome-stock|gtk|gnome|stock|xfce|xfsm|redhat|application-x|application-vnd|" \
           r"application|text-x|audio-x|image-x|video-x|emblem|stock-media|preferences-desktop|preferences)[-_.]"


def words(name):
    """An icon's name as words: gtk-zoom-in -> zoom in."""
    shorter = re.sub(PREFIXES, "", name)
    spaced = re.sub(r"[-_.+]+", " ", shorter if len(shorter) > 2 else name).strip()
    return re.sub(r" (ltr|x)$", "", spaced)


class Vocabulary:
    """Concepts by icon name, and the phrases for each concept."""

    def __init__(self, path=Path(__file__).with_name("aliases.txt")):
        self.phrases, self.concepts_of = {}, {}
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                phrases, names = line.split(":")
                phrases = [p.strip() for p in phrases.split(",")]
                self.phrases[phrases[0]] = phrases
                for name in names.split():
                    self.concepts_of.setdefault(name, set()).add(phrases[0])

    def concepts(self, names):
        """The concepts that a drawing with these names shows, and the names that stand for each."""
        found = {}
        for name in names:
            for concept in self.concepts_of.get(name, {words(name)}):
                found.setdefault(concept, []).append(name)
        return found

    def phrase(self, concept, names, rng):
        """Ordinary words mostly, where there are any; else the words of one of the names."""
        phrases = self.phrases.get(concept)
        if phrases is None or rng.random() < 0.2:
            return words(names[rng.integers(len(names))])
        return phrases[0] if rng.random() < 0.4 else phrases[rng.integers(len(phrases))]


def caption(phrase, styles, rng):
    """The phrase in a template, and the style that the template names: one of the picture's, or none."""
    style = None if not styles or rng.random() < NO_STYLE else styles[rng.integers(len(styles))]
    templates = TEMPLATES if style is None else STYLED_TEMPLATES
    text = templates[rng.integers(len(templates))].format(phrase, style=style)
    text = re.sub(r"\ba (?=[aeiou])", "an ", text)
    return (text + "." if rng.random() < 0.5 else text), style

"""Golden values for the equality of the tokenizer with open_clip's.

    python3 Tests/Reference/clip_text_equality.py

Writes Tests/Fixtures/clip/texts.json: class names and templates of data sets, fragments of text, mojibake, and ranges
of Unicode, of which sixteen thousand texts are made by formula here and in the test; and what open_clip's
SimpleTokenizer makes of them, with OpenAI's vocabulary and with icon-clip's: the tokens of the last texts, and a digest
for every hundred.
Left out are texts that mean characters without a meaning in this Python's Unicode: the regex module knows a newer one.
Made with Python 3.11 (Unicode 14), open_clip_torch 3.3.0, ftfy 6.3.1, regex 2026.11.15.
"""

import gzip
import importlib.util
import json
import sys
import tempfile
import unicodedata
from pathlib import Path

from split_mix import mixed

root = Path(__file__).parent.parent.parent


def module(path, name):
    """A module of open_clip by itself: the package as a whole needs torchvision."""
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


package = next(p for p in (Path(p) / "open_clip" for p in sys.path) if p.is_dir())
tokenizer = module(package / "tokenizer.py", "open_clip_tokenizer")
imagenet = module(package / "zero_shot_metadata.py", "open_clip_metadata")

#------------------------------------------------------------------------------------------------------------ the texts

pacs = "dog elephant giraffe guitar horse house person"
vlcs = "bird car chair dog person"
terra_incognita = "bird bobcat cat coyote dog empty opossum rabbit raccoon squirrel"
visda = "aeroplane bicycle bus car horse knife motorcycle person plant skateboard train truck"
office_home = """
Alarm_Clock Backpack Batteries Bed Bike Bottle Bucket Calculator Calendar Candles Chair Clipboards Computer Couch
Curtains Desk_Lamp Drill Eraser Exit_Sign Fan File_Cabinet Flipflops Flowers Folder Fork Glasses Hammer Helmet Kettle
Keyboard Knives Lamp_Shade Laptop Marker Monitor Mop Mouse Mug Notebook Oven Pan Paper_Clip Pen Pencil Postit_Notes
Printer Push_Pin Radio Refrigerator Ruler Scissors Screwdriver Shelf Sink Sneakers Soda Speaker Spoon TV Table
Telephone ToothBrush Toys Trash_Can Webcam
"""
# Mini-DomainNet has 126 of these.
domain_net = """
aircraft_carrier airplane alarm_clock ambulance angel animal_migration ant anvil apple arm asparagus axe backpack
banana bandage barn baseball baseball_bat basket basketball bat bathtub beach bear beard bed bee belt bench bicycle
binoculars bird birthday_cake blackberry blueberry book boomerang bottlecap bowtie bracelet brain bread bridge
broccoli broom bucket bulldozer bus bush butterfly cactus cake calculator calendar camel camera camouflage campfire
candle cannon canoe car carrot castle cat ceiling_fan cello cell_phone chair chandelier church circle clarinet clock
cloud coffee_cup compass computer cookie cooler couch cow crab crayon crocodile crown cruise_ship cup diamond
dishwasher diving_board dog dolphin donut door dragon dresser drill drums duck dumbbell ear elbow elephant envelope
eraser eye eyeglasses face fan feather fence finger fire_hydrant fireplace firetruck fish flamingo flashlight
flip_flops floor_lamp flower flying_saucer foot fork frog frying_pan garden garden_hose giraffe goatee golf_club
grapes grass guitar hamburger hammer hand harp hat headphones hedgehog helicopter helmet hexagon hockey_puck
hockey_stick horse hospital hot_air_balloon hot_dog hot_tub hourglass house house_plant hurricane ice_cream jacket
jail kangaroo key keyboard knee knife ladder lantern laptop leaf leg light_bulb lighter lighthouse lightning line lion
lipstick lobster lollipop mailbox map marker matches megaphone mermaid microphone microwave monkey moon mosquito
motorbike mountain mouse moustache mouth mug mushroom nail necklace nose ocean octagon octopus onion oven owl
paintbrush paint_can palm_tree panda pants paper_clip parachute parrot passport peanut pear peas pencil penguin piano
pickup_truck picture_frame pig pillow pineapple pizza pliers police_car pond pool popsicle postcard potato
power_outlet purse rabbit raccoon radio rain rainbow rake remote_control rhinoceros rifle river roller_coaster
rollerskates sailboat sandwich saw saxophone school_bus scissors scorpion screwdriver sea_turtle see_saw shark sheep
shoe shorts shovel sink skateboard skull skyscraper sleeping_bag smiley_face snail snake snorkel snowflake snowman
soccer_ball sock speedboat spider spoon spreadsheet square squiggle squirrel stairs star steak stereo stethoscope
stitches stop_sign stove strawberry streetlight string_bean submarine suitcase sun swan sweater swing_set sword
syringe table teapot teddy-bear telephone television tennis_racquet tent The_Eiffel_Tower The_Great_Wall_of_China
The_Mona_Lisa tiger toaster toe toilet tooth toothbrush toothpaste tornado tractor traffic_light train tree triangle
trombone truck trumpet t-shirt umbrella underwear van vase violin washing_machine watermelon waterslide whale wheel
windmill wine_bottle wine_glass wristwatch yoga zebra zigzag
"""
desktop_icons = list(json.loads((root / "Scripts/desktop-icons/classes.json").read_text()))
classes = list(dict.fromkeys(
    " ".join([pacs, vlcs, terra_incognita, visda, office_home, domain_net]).split() + desktop_icons
    + list(imagenet.IMAGENET_CLASSNAMES)))
templates = [t("{}") for t in imagenet.OPENAI_IMAGENET_TEMPLATES] + [
    "a photo of a {}.", "a {} from an icon theme", "{}", "A Photo Of A {}!", "an image of {}, a type of pet.",
    "a sketch of a {}",
    "a {domain} photo of a {}.", "X X X X {} ."]

words = """
café CAFÉ naïve Ångström Ñandú straße STRASSE ẞ İstanbul ısı ΟΔΟΣ ΣΟΦΟΣ σοφός ΑΣ. Σ ЁЛКА ёлка Привет ЖУК crème
brûlée jalapeño piñata façade São Zürich Kraków Łódź Čapek Őr Ţara Ğ ığdır ģimene ŽŠ 中文 图标 日本語 アイコン 한국어 שלום مرحبا
हिन्दी ไทย தமிழ் ქართული ᲥᲐᲠᲗᲣᲚᲘ Ꭰꭰ Ελλάδα à là voilà às àquele él “quoted” ‘single’ – — … • ¿ ¡ « » € £ ™ © ® ½ ¼ °
± × ÷ µ 😀 👍🏽 👩‍👩‍👧 🇩🇪 ❤️ ☃ → ✓ don't DON'T it's It's we're they've I'm you'll he'd 'tis rock'n'roll 's 't' ''s
can''t don’t it‘s 0 7 42 2024 3.14 1,000 Ⅷ ² ٣٤ १२३ ㊿ 𝟘𝟙 x86_64 C3PO 1st 10% network-wired audio_volume_high !!! ?!
:-) (brackets) [x] {y} a/b\\c @ # $5 ^ ~ ` | = + * _ - § ¶ &amp; &amp;amp; &lt;b&gt; &eacute;t&eacute; &copy 2020
&copyright &notit; &#233; &#xe9; &#x1F600; &#128; &#0; &#xD800; &#1; &hellip; &unknown; & &; &# &#x; AT&T &ampamp;
&amp;lt; &Eacute; &euro; &Alpha;&omega; &nbsp;x &#99999999; &lang; &apos; &#39;s &quot P&EACUTE;REZ
BUNDESSTRA&SZLIG;E &nTILDE; &NTILDE; &Jscr;ohn &HilbertSpace; &checkmark; &fjlig; &NotEqualTilde; &#12ab; &#59;
&#x3b; &AMP; &COPYSR; &FRAC12; <b> &amp;eacute; <a&eacute;> &lsquo;a&rsquo; &CounterClockwiseContourIntegral; &#038;
&#x00041; ﬁnal ﬂag eﬀect oﬃce ﬄ ﬅ ﬆ Ĳ ĳs ŉ Ǆ ǅ ǆ Ǉ ǈ ǉ Ǌ ǋ ǌ Ǳ ǲ ǳ ＬＯＵＤ ｆｕｌｌ１２ ｶﾞﾀｶﾅ ￥ ￣ ﾡ ＂ ＇ ¯\\_(ツ)_/¯ ヽ༼ຈل͜ຈ༽ﾉ
(ó_ò) ░▒▓ │┤ ═╬ █
""".split() + [
    "e\u0301", "A\u030a", "\u1e9b\u0323", "'\u017f", "\u212a", "a\u0308\u0323", "\u0130", "\U00010400",
    "Σ\u0301", "aΣ'", "\u200b",
    "\ufeff", "\x85", "\ufffd", "\U000f0000", "\u02bcn", "\u201b", "\u201f", "a\x00b", "\x07", "\x0b",
    "\x1b[36;44mblue\x1b[0m", "\x1b[",
    "\x1b[12;x", "\x7f", "\u206a", "\ufff9", "\ufffc", "\u200d", "\u202e", "line\u2028line", "\x1c", "\x1f",
    "\x80", "\x93q\x94", "\u2126"]

# Text that was UTF-8 and has been decoded as something else, at times twice, at times with bytes lost or changed.
sources = """
café São Zürich naïve Ångström É à « » “quoted” it’s – — … • € ™ © ½ ° × ✓ Привет Ёлка κόσμε Ελλάδα Łódź Čapek 中文
日本語 한국어 مرحبا हिन्दी שלום 😀 👍🏽 ❤️ ﬁnal ı ğ ž ő ÿ œ á í ú ñ ¿qué? ¡sí! £5 µm º ª ·
""".split() + ["à la carte", "voilà tout", "às vezes", "cinq à sept", "“two words”", "a — b", "no\u00a0break",
    "Ё\u00a0Ё", "😀 é", "\ufeffé"]
encodings = [
    "latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253",
    "sloppy-windows-1254", "sloppy-windows-1257", "iso-8859-2", "macroman", "cp437"]


def mojibake():
    for index, source in enumerate(sources):
        for number, encoding in enumerate(encodings):
            text = source.encode().decode(encoding)
            yield text
            if (index + number) % 3 == 0:
                yield text.encode().decode(encodings[(index * 7 + number) % 5])
            if (index + number) % 3 == 1:
                yield text.replace("\u00a0", " ") + " und"
            if (index + number) % 3 == 2:
                yield "".join("\ufffd" if "\x80" <= c < "\xa0" else c for c in text)
            if (index + number) % 7 == 0:
                yield text[:-1] + "?"
                yield "x " + text + " ’s " + sources[number]
    # Java's null, CESU-8, surrogates by themselves, cut and overlong sequences.
    for data in (b"caf\xc3\xa9\xc0\x80", b"\xed\xa0\xbd\xed\xb8\x80 \xc3\xa9", b"\xed\xa0\xbd \xc3\xa9",
                 b"\xc3\xa9\xe2\x82",
                 b"\xc3\xa9 \xc1\x81", b"\xc3\xa9\xf5\x80\x80\x80", b"\xe2\x80\xed\x95\x9c\xea\xb5\xad",
                 b"\xc3\xa9\xed"):
        yield data.decode("latin-1")
        yield data.decode("sloppy-windows-1252")


fragments = words + list(dict.fromkeys(mojibake()))
separators = [" ", " ", " ", "", "", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2028", ", ", "-", "'",
    ".", "\r", "\x0c", "&", "<"]
# All that the single-byte encodings have, with a few letters: what mojibake is made of.
garble = sorted({c for e in encodings for c in bytes(range(128, 256)).decode(e)}) + list("aeAZ  '.?\ufffd")


def assigned():
    """Ranges of characters that have a meaning, [first, last], without surrogates and private use."""
    ranges = []
    for code in range(0x20, 0x110000):
        if unicodedata.category(chr(code)) in ("Cn", "Cs", "Co"):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ranges


ranges = assigned()


def text(index):
    """Class names, templates and fragments by themselves; then by turns a class in a template, fragments in a row, a
    fragment in a template, characters of a few ranges, garble."""
    for whole in (classes, templates, fragments):
        if index < len(whole):
            return whole[index]
        index -= len(whole)

    def pick(place, values):
        return values[mixed(index * 64 + place) % len(values)]

    kind, length = index % 5, 1 + mixed(index * 64) % 8
    if kind == 0:
        name = pick(1, classes)
        return pick(2, templates).replace("{}", name if mixed(index * 64 + 3) % 4 == 0 else name.replace("_", " "))
    if kind == 1:
        return "".join(pick(2 * i + 1, fragments) + pick(2 * i + 2, separators) for i in range(length))
    if kind == 2:
        return pick(1, templates).replace("{}", pick(2, fragments))
    if kind == 3:
        joined = ""
        for i in range(3 * length):
            first, last = ranges[mixed(index * 64 + 1 + i // 6) % len(ranges)]
            joined += chr(first + mixed(index * 64 + 8 + i) % (last - first + 1))
        return joined
    return "".join(pick(i + 1, garble) for i in range(3 * length))


COUNT, SHOWN = 16_000, 200


def digest(tokens):
    """64-bit FNV-1a over the tokens of texts, each text with its count before."""
    h = 0xCBF29CE484222325
    for t in tokens:
        for v in [len(t), *t]:
            h = (h ^ v) * 0x100000001B3 % 2**64
    return f"{h:016x}"


def golden(simple, merges):
    tokens = [simple.encode(t) for t in texts]
    return dict(
        vocabulary=simple.vocab_size, merges=merges, tokens=tokens[-SHOWN:],
        digests=[digest(tokens[i : i + 100]) for i in range(0, COUNT, 100)])


texts = [text(i) for i in range(COUNT)]
assert len(set(texts)) > 0.9 * COUNT
unassigned = [
    i for i, t in enumerate(texts) if any(unicodedata.category(c) == "Cn" for c in tokenizer.basic_clean(t))]
for i in unassigned:
    texts[i] = ""
with tempfile.NamedTemporaryFile(suffix=".gz") as packed:
    # SimpleTokenizer takes what follows the last line end for a merge.
    merges = (root / "Models/icon-clip/merges.txt").read_text().rstrip("\n")
    packed.write(gzip.compress(merges.encode()))
    packed.flush()
    small = tokenizer.SimpleTokenizer(packed.name)
fixture = dict(
    classes=classes, templates=templates, fragments=fragments, separators=separators, garble="".join(garble),
    ranges=[v for r in ranges for v in r], count=COUNT, unassigned=unassigned,
    openAI=golden(tokenizer.SimpleTokenizer(), 48_894), iconCLIP=golden(small, merges.count("\n")))
out = root / "Tests/Fixtures/clip/texts.json"
out.write_text(json.dumps(fixture, ensure_ascii=True, separators=(",", ":")) + "\n")
print(f"{len(set(texts))} texts of {COUNT} differ; {len(classes)} classes, {len(templates)} templates, "
      f"{len(fragments)} fragments; {out.stat().st_size} bytes")

#!/usr/bin/env python3
"""Looks at pages of `spg report` in Chromium: what their charts draw, whether lists and headings work, what they look like.

Usage: check.py [--pictures FOLDER] PAGE.html …

Ends with 1 where something is wrong, and says what. FOLDER gets each page as PNG, light, dark and as wide as a phone, and
as PDF. Needs Python 3.8 or later and a Chromium on the PATH, or in CHROMIUM; nothing else.
"""

import argparse
import sys
from pathlib import Path

import chromium

# Marks that show something: a path with an outline, a line or a letter.
MARKS = """[...document.querySelectorAll('.chart')].map(chart => [chart.id, [...chart.querySelectorAll(
  '.mark-symbol path, .mark-rect path, .mark-line path, .mark-rule line, .mark-text text')]
  .filter(mark => !mark.closest('.role-axis, .role-legend, .role-legend-entry'))
  .filter(mark => mark.tagName !== 'path' || (mark.getAttribute('d') || '').length > 4).length])"""

# An element that is wider than the window without a frame that scrolls it.
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
  && !one.closest('.scroll, .frame, pre, nav')).map(one => one.tagName + '.' + one.className).slice(0, 3)"""

# WCAG's contrast of texts with what is behind them, where it is less than it should be.
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const color = (text) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const found = color(getComputedStyle(one).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  const bad = new Set();
  for (const one of document.querySelectorAll('h1,h2,h3,h4,p,dt,dd,th,td,a,label,select,summary,code,span,figcaption,footer,button,svg text')) {
    if (!one.textContent.trim() || one.getClientRects().length === 0) continue;
    const style = getComputedStyle(one), front = color(one.namespaceURI.endsWith('svg') ? style.fill : style.color);
    const [a, b] = [light(front), light(behind(one))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24, ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) bad.add(`${one.tagName} “${one.textContent.trim().slice(0, 30)}” ${ratio.toFixed(2)}`);
  }
  return [...bad].slice(0, 5);
})()"""

# What a reader with a screen reader lacks.
NAMES = """[
  ...[...document.querySelectorAll('img:not([alt])')].map(one => 'a picture without a text'),
  ...[...document.querySelectorAll('select')].filter(one => !one.labels.length).map(one => 'a list without a label'),
  ...[...document.querySelectorAll('.chart')].filter(one => (one.getAttribute('aria-label') || '').length < 20)
    .map(one => 'a chart without a description'),
  ...[...document.querySelectorAll('section')].filter(one => !document.getElementById(one.getAttribute('aria-labelledby')))
    .map(one => 'a part without a heading'),
  ...(document.querySelectorAll('h1').length === 1 ? [] : ['not one h1'])]"""

# Each list of choices, and whether some chart beside it draws otherwise for another choice. Two classes may be in one order by
# whatever they are sorted. A choice is drawn when the charts have changed and rest: a second is for the choices that change none.
LISTS = """(async () => {
  const quiet = [];
  for (const list of document.querySelectorAll('select[data-parameter]')) {
    const charts = [...list.closest('.figures').querySelectorAll('.chart')];
    const draw = () => charts.map(chart => chart.querySelector('svg')?.outerHTML).join();
    const choose = async (option) => {
      const before = draw();
      list.value = option.value;
      list.dispatchEvent(new Event('change'));
      let last = before, changed = false;
      for (let i = 0; i < 40; i++) {
        await new Promise(done => setTimeout(done, 25));
        const now = draw();
        if (changed && now === last) break;
        changed = now !== before;
        last = now;
      }
      return changed;
    };
    let changes = list.dataset.parameter === 'order'
      && document.querySelectorAll('#chart-confusion .role-axis-label text').length < 6;
    for (const option of [...list.options].slice(1)) {
      if (changes) break;
      changes = await choose(option);
    }
    if (!changes) quiet.push(list.dataset.parameter);
    if (list.selectedIndex > 0) await choose(list.options[0]);
  }
  return quiet;
})()"""

# Each table sorted by its last column, once up and once down: the column's values, which must be in order.
SORTS = """[...document.querySelectorAll('table.sortable')].flatMap(table => {
  const heading = [...table.tHead.rows[0].cells].pop(), column = heading.cellIndex, wrong = [];
  if (!heading.classList.contains('number')) return wrong;
  for (const turn of [1, 2]) {
    heading.querySelector('button').click();
    const sign = heading.getAttribute('aria-sort') === 'ascending' ? 1 : -1;
    const values = [...table.tBodies[0].rows].map(row => parseFloat(row.cells[column].textContent.replace(/,/g, '')));
    const numbers = values.filter(value => !isNaN(value));
    if (numbers.some((value, i) => i > 0 && sign * (value - numbers[i - 1]) < 0 && !/[:kM]/.test(table.tBodies[0].textContent)))
      wrong.push(heading.textContent + ' ' + values.join(' '));
  }
  return wrong;
})"""


def check(browser, page, pictures):
    """What is wrong with a page."""
    wrong = []

    def expect_none(what, found):
        if found:
            wrong.append(f"{what}: {found}")

    if not Path(page).exists():
        return 0, ["there is no such page"]
    browser.messages.clear()
    browser.open(page)
    charts = browser.ask("document.querySelectorAll('.chart').length")
    if browser.ask("document.documentElement.dataset.drawn") != str(charts):
        wrong.append("some charts were not drawn: " + str(browser.ask("[...document.querySelectorAll('.chart.failed')].map(one => one.textContent)")))
    expect_none("wider than 1280 pixels", browser.ask(TOO_WIDE))
    expect_none("charts without a mark", [name for name, marks in browser.ask(MARKS) if marks == 0])
    expect_none(
        "charts of another height than was kept free", browser.ask(
            "[...document.querySelectorAll('.chart')].filter(one => Math.abs(one.querySelector('svg').getBoundingClientRect().height"
            " - one.clientHeight) > 2).map(one => one.id)"))
    expect_none("names", browser.ask(NAMES))
    for dark in [False, True]:
        browser.look(dark=dark)
        expect_none(f"contrast, {'dark' if dark else 'light'}", browser.ask(CONTRAST))
    browser.look()
    expect_none("lists that change nothing", browser.ask(LISTS))
    expect_none("tables that are not sorted", browser.ask(SORTS))
    expect_none("gallery", browser.ask("""(() => {
      const list = document.getElementById('gallery-target');
      if (!list) return '';
      list.value = list.options[1].value;
      list.dispatchEvent(new Event('change'));
      const shown = [...document.querySelectorAll('[data-target]')].filter(one => !one.hidden).map(one => one.dataset.target);
      list.value = '';
      list.dispatchEvent(new Event('change'));
      return shown.length === 1 && shown[0] === list.options[1].value ? '' : 'shows ' + shown;
    })()"""))
    expect_none("a point's image", browser.hover_over_image())
    expect_none("scripts of the data's that ran", browser.ask("String(window.injected || '')"))
    browser.open(page, width=390)
    expect_none("wider than 390 pixels", browser.ask(TOO_WIDE))
    if pictures:
        name = Path(page).stem
        browser.picture(pictures / f"{name}-phone.png", whole=True)
        for dark in [False, True]:
            browser.open(page, dark=dark)
            browser.picture(pictures / f"{name}-{'dark' if dark else 'light'}.png", whole=True)
        browser.paper(pictures / f"{name}.pdf")
    expect_none("the console", browser.messages)
    # Without scripts, what tables say is there.
    words = browser.ask("document.querySelector('main').innerText.length")
    browser.open(page, script=False)
    if not words:
        wrong.append("nothing is to be read")
    return charts, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("pages", nargs="+")
    arguments = parser.parse_args()
    program = chromium.find()
    if not program:
        sys.exit("error: there is no Chromium on the PATH: apt-get install chromium, or set CHROMIUM")
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    failed = False
    with chromium.Chromium(program, seconds=240) as browser:
        for page in arguments.pages:
            charts, wrong = check(browser, page, arguments.pictures)
            failed = failed or bool(wrong)
            print(f"{page}: {charts} charts" + "".join(f"\n  {line}" for line in wrong))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

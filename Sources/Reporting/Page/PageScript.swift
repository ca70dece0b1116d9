import CVega
import ArtifactStore

/// What a page does when it is open: charts are drawn, tables are sorted, lists of choices filter.
enum PageScript {
    /// Vega, Vega-Lite and Vega-Embed, closed off from the page's own names.
    static var library: String {
        var size = 0
        let bytes = UnsafeRawBufferPointer(start: cvega_script(&size), count: size)
        return "(function () {\n" + String(decoding: bytes, as: UTF8.self) + "\n})();"
    }

    /// The page's own.
    static let own = #"""
        "use strict";
        document.addEventListener("DOMContentLoaded", async () => {
          const read = (id) => JSON.parse(document.getElementById(id).textContent);
          const config = read("theme"), pictures = read("pictures");

          // What a pointer is on: text, never markup.
          const tip = document.getElementById("tooltip");
          const tell = (handler, event, item, value) => {
            tip.hidden = value === null || value === undefined || value === "";
            if (tip.hidden) return;
            tip.replaceChildren();
            const list = document.createElement("dl");
            for (const [name, text] of typeof value === "object" ? Object.entries(value) : [["", value]]) {
              if (name === "image") {
                if (pictures[text] === undefined) continue;
                const image = new Image();
                image.src = "data:image/jpeg;base64," + pictures[text];
                image.alt = "";
                tip.append(image);
                continue;
              }
              const title = document.createElement("dt"), words = document.createElement("dd");
              title.textContent = name;
              words.textContent = text;
              list.append(title, words);
            }
            tip.append(list);
            const box = tip.getBoundingClientRect();
            const left = event.clientX + 14, top = event.clientY + 14;
            tip.style.left = Math.max(4, Math.min(left, innerWidth - box.width - 8)) + "px";
            tip.style.top = (top + box.height > innerHeight ? Math.max(4, event.clientY - box.height - 10) : top) + "px";
          };
          addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

          // Tables: a click on a heading sorts, another one turns the order round.
          const number = (text) => {
            const found = text.replace(/,/g, "").match(/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?/);
            return found ? Number(found[0]) : NaN;
          };
          for (const table of document.querySelectorAll("table.sortable")) {
            table.querySelectorAll("thead th").forEach((heading, column) => {
              const button = document.createElement("button");
              button.type = "button";
              button.textContent = heading.textContent;
              heading.replaceChildren(button);
              button.addEventListener("click", () => {
                const isNumeric = heading.classList.contains("number");
                const before = heading.getAttribute("aria-sort");
                const order = before ? (before === "ascending" ? "descending" : "ascending") : isNumeric ? "descending" : "ascending";
                table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
                heading.setAttribute("aria-sort", order);
                const sign = order === "ascending" ? 1 : -1, body = table.tBodies[0];
                const value = (row) => row.cells[column].textContent.trim();
                const rows = [...body.rows].sort((a, b) => {
                  const x = value(a), y = value(b);
                  if (!isNumeric) return sign * x.localeCompare(y, undefined, { numeric: true });
                  const m = number(x), n = number(y);
                  return isNaN(m) || isNaN(n) ? isNaN(m) - isNaN(n) : sign * (m - n);
                });
                body.append(...rows);
              });
            });
          }

          // The gallery: one target at a time, or all.
          const chooser = document.getElementById("gallery-target");
          chooser?.addEventListener("change", () => {
            for (const group of document.querySelectorAll("[data-target]"))
              group.hidden = chooser.value !== "" && group.dataset.target !== chooser.value;
          });

          // Charts, each from the specification beside it; lists of choices set the parameters of all charts beside them.
          const views = new Map();
          for (const list of document.querySelectorAll("select[data-parameter]")) {
            list.addEventListener("change", () => {
              for (const chart of list.closest(".figures").querySelectorAll(".chart")) {
                const view = views.get(chart);
                if (!view) continue;
                try { view.signal(list.dataset.parameter, list.value); } catch { continue; }
                view.runAsync();
              }
            });
          }
          for (const chart of document.querySelectorAll(".chart")) {
            const specification = JSON.parse(chart.nextElementSibling.textContent);
            try {
              const result = await vegaEmbed(chart, specification, { renderer: "svg", actions: false, config, tooltip: tell });
              views.set(chart, result.view);
            } catch (error) {
              chart.classList.add("failed");
              chart.textContent = "This chart could not be drawn: " + error.message;
              console.error(chart.id, error);
            }
          }
          document.documentElement.dataset.drawn = String(views.size);
        });
        """#
}

extension JSONValue {
    /// As it may stand in a page's script: nothing of it ends the script or begins a comment.
    var inScript: String { canonicalText.replacing("<", with: "\\u003c") }
}

"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Light or dark: as the reader's system wishes, until the button says otherwise.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  if (button) {
    const themed = () => { button.textContent = isDark() ? button.dataset.light : button.dataset.dark; };
    dark.addEventListener("change", themed);
    button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; themed(); });
    button.hidden = false;
    themed();
  }

  // Paper is white and shows all: folded parts are opened for it, and folded again.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not(.movements):not([open])");
    opened.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => {
    opened.forEach((each) => { each.open = false; });
  });

  // A link to a folded part opens it.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();

  // What is wider than its place scrolls inside itself, with the keyboard too.
  const reach = (box, heading) => {
    const told = { tabindex: "0", role: "region", "aria-label": heading };
    for (const [key, value] of Object.entries(told)) if (heading) box.setAttribute(key, value); else box.removeAttribute(key);
  };
  const headings = new Map(), used = new Map();
  const widths = new ResizeObserver((changes) => changes.forEach(({ target: box }) => reach(box, box.scrollWidth > box.clientWidth ? headings.get(box) : "")));
  for (const box of all(".scroll")) {
    const heading = box.getAttribute("aria-label") ?? box.closest("section, details")?.querySelector("h2, summary")?.textContent.trim() ?? "";
    used.set(heading, (used.get(heading) ?? 0) + 1);
    headings.set(box, used.get(heading) > 1 ? `${heading} (${used.get(heading)})` : heading);
    reach(box, headings.get(box));
    widths.observe(box);
  }

  // Tables sort by any column; a cell may carry the value that it is sorted by.
  all("table[data-sortable]").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows].sort((a, b) => key(a, column).localeCompare(key(b, column), undefined, { numeric: true }) * (down ? -1 : 1));
      const numeric = (value) => (value === "" ? -Infinity : Number(value));
      if (head.classList.contains("n")) rows.sort((a, b) => (numeric(key(a, column)) - numeric(key(b, column))) * (down ? -1 : 1));
      table.tBodies[0].append(...rows);
    }));
  });
})();

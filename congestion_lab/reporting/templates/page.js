"use strict";
(() => {
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colours = () => ({ ink: css("--ink"), soft: css("--soft"), rule: css("--rule"), before: css("--before"), after: css("--after"), accent: css("--accent"), worse: css("--worse") });

  // Charts take their colours from the page: a figure names them as "@ink", "@after", …
  const painted = (value, tones) => {
    if (typeof value === "string" && value.startsWith("@")) return tones[value.slice(1)] ?? value;
    if (Array.isArray(value)) return value.map((each) => painted(each, tones));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, painted(each, tones)]));
    return value;
  };
  const draw = () => {
    const tones = colours();
    for (const [id, figure] of Object.entries(data.charts)) {
      const { data: traces, layout } = painted(figure, tones);
      Plotly.react(id, traces, layout, { displaylogo: false, responsive: true, displayModeBar: false });
    }
  };
  if (Object.keys(data.charts).length) {
    draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  }
  const forPrint = () => {
    document.querySelectorAll("details:not(.movements)").forEach((each) => { each.open = true; });
    document.querySelectorAll(".chart").forEach((each) => Plotly.relayout(each, { width: 640 })); // A4 between its margins
  };
  addEventListener("beforeprint", forPrint);
  addEventListener("afterprint", () => document.querySelectorAll(".chart").forEach((each) => Plotly.relayout(each, { width: null, autosize: true })));

  // One view for all maps: they show the same place at the same scale.
  const maps = [...document.querySelectorAll("svg.map")];
  if (maps.length) {
    const home = maps[0].viewBox.baseVal;
    const whole = { x: home.x, y: home.y, w: home.width, h: home.height };
    let view = { ...whole };
    const show = () => maps.forEach((map) => map.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`));
    const zoom = (factor, cx = view.x + view.w / 2, cy = view.y + view.h / 2) => {
      const w = Math.min(whole.w, Math.max(whole.w / 40, view.w * factor)), ratio = w / view.w;
      view = { x: cx - (cx - view.x) * ratio, y: cy - (cy - view.y) * ratio, w, h: whole.h * w / whole.w };
      view.x = Math.min(Math.max(view.x, whole.x), whole.x + whole.w - view.w);
      view.y = Math.min(Math.max(view.y, whole.y), whole.y + whole.h - view.h);
      show();
    };
    document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
      if (button.dataset.zoom === "all") { view = { ...whole }; show(); } else zoom(Number(button.dataset.zoom));
    }));
    const tip = document.getElementById("tip");
    const hide = () => { tip.style.visibility = "hidden"; };
    const tell = (event) => {
      const index = event.target.dataset?.link;
      if (index === undefined) return hide();
      tip.textContent = data.links[index];
      tip.style.visibility = "visible";
      const box = tip.getBoundingClientRect();
      tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 4))}px`;
      tip.style.top = `${Math.max(4, event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 18)}px`;
    };
    maps.forEach((map) => {
      let grip = null;
      map.addEventListener("pointermove", (event) => {
        if (grip && event.buttons) {
          const perPixel = view.w / map.clientWidth;
          view.x = grip.x - (event.clientX - grip.cx) * perPixel;
          view.y = grip.y - (event.clientY - grip.cy) * perPixel;
          zoom(1);
          return hide();
        }
        return tell(event);
      });
      map.addEventListener("pointerdown", (event) => { grip = event.pointerType === "mouse" ? { x: view.x, y: view.y, cx: event.clientX, cy: event.clientY } : null; tell(event); });
      addEventListener("pointerup", () => { grip = null; });
      map.addEventListener("pointerleave", hide);
      map.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const box = map.getBoundingClientRect();
        zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, view.x + (event.clientX - box.left) / box.width * view.w, view.y + (event.clientY - box.top) / box.height * view.h);
      }, { passive: false });
    });
  }

  // Tables sort by any column; a cell may carry the value that it is sorted by.
  document.querySelectorAll("table[data-sortable]").forEach((table) => {
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

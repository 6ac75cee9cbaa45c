"use strict";
// One view for all maps: they show the same place at the same scale. Runs after the scripts that make maps.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const maps = all("svg.map");
  if (!maps.length) return;
  const home = maps[0].viewBox.baseVal;
  const whole = { x: home.x, y: home.y, w: home.width, h: home.height };
  let view = { ...whole };
  const sizes = new Map(); // of maps that are laid out
  const layers = maps.map((map) => map.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "g")));
  layers.forEach((layer) => layer.setAttribute("aria-hidden", "true"));
  const inside = ({ x, y, half }, angle) => {
    const across = half * Math.abs(Math.cos(angle * Math.PI / 180)), along = half * Math.abs(Math.sin(angle * Math.PI / 180));
    return x - across > view.x && x + across < view.x + view.w && y - along > view.y && y + along < view.y + view.h;
  };
  // How much of the view one pixel shows; a map that is wider than its view is drawn as high as it is.
  const perPixel = (map) => Math.max(view.w / sizes.get(map).width, view.h / sizes.get(map).height);
  // Whether a label lies on a signal: it stands on its line, from its foot to its height above it.
  const signals = [...maps[0].querySelectorAll(".signal")].map((dot) => [dot.cx.baseVal.value, dot.cy.baseVal.value]);
  const covers = ({ x, y, half }, angle, size) => {
    const cos = Math.cos(angle * Math.PI / 180), sin = Math.sin(angle * Math.PI / 180);
    return signals.some(([sx, sy]) => {
      const along = (sx - x) * cos + (sy - y) * sin, above = (sx - x) * sin - (sy - y) * cos;
      return Math.abs(along) < half && above > size * 0.15 && above < size * 1.5;
    });
  };
  // Streets are named as far as there is room, the longest first, each once in a neighbourhood.
  const name = (map, layer) => {
    const unit = perPixel(map), size = 11 * unit, taken = [];
    const free = (box) => taken.every((other) => Math.hypot(other.x - box.x, other.y - box.y) > (other.text === box.text ? 260 * unit : (other.half + box.half) * 0.9));
    const shown = [];
    for (const label of pageData.streets) {
      if (shown.length === 14) break;
      const [text, x, y, angle] = label;
      const box = { x, y, text, half: text.length * size * 0.3 };
      if (!inside(box, angle) || !free(box) || covers(box, angle, size)) continue;
      taken.push(box);
      const mark = document.createElementNS("http://www.w3.org/2000/svg", "text");
      mark.setAttribute("class", "street");
      mark.setAttribute("font-size", size);
      mark.setAttribute("transform", `translate(${x} ${y}) rotate(${angle})`);
      mark.setAttribute("dy", "-0.35em");
      mark.textContent = text;
      shown.push(mark);
    }
    layer.replaceChildren(...shown);
  };
  let waiting = 0;
  const show = () => {
    maps.forEach((map) => map.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`));
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => maps.forEach((map, place) => { if (sizes.get(map)?.width) name(map, layers[place]); }));
  };
  const keepInside = () => {
    view.x = Math.min(Math.max(view.x, whole.x), whole.x + whole.w - view.w);
    view.y = Math.min(Math.max(view.y, whole.y), whole.y + whole.h - view.h);
    show();
  };
  const zoom = (factor, cx = view.x + view.w / 2, cy = view.y + view.h / 2) => {
    const w = Math.min(whole.w, Math.max(whole.w / 40, view.w * factor)), ratio = w / view.w;
    view = { x: cx - (cx - view.x) * ratio, y: cy - (cy - view.y) * ratio, w, h: whole.h * w / whole.w };
    keepInside();
  };
  const move = (right, down) => { view.x += right * view.w; view.y += down * view.h; keepInside(); };
  const showAll = () => { view = { ...whole }; show(); };
  all("[data-zoom]").forEach((each) => each.addEventListener("click", () => (each.dataset.zoom === "all" ? showAll() : zoom(Number(each.dataset.zoom)))));
  const keys = {
    "+": () => zoom(0.7), "=": () => zoom(0.7), "-": () => zoom(1 / 0.7), 0: showAll,
    ArrowLeft: () => move(-0.15, 0), ArrowRight: () => move(0.15, 0), ArrowUp: () => move(0, -0.15), ArrowDown: () => move(0, 0.15),
  };
  const tip = document.getElementById("tip");
  const hide = () => { tip.style.visibility = "hidden"; };
  const tell = (event) => {
    const index = event.target.dataset?.link;
    if (index === undefined) return hide();
    tip.textContent = pageData.links[index];
    tip.style.visibility = "visible";
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 4))}px`;
    tip.style.top = `${Math.max(4, event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 18)}px`;
    return undefined;
  };
  maps.forEach((map) => {
    let grip = null;
    map.setAttribute("tabindex", "0");
    if (document.getElementById("map-help")) map.setAttribute("aria-describedby", "map-help");
    map.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    map.addEventListener("pointermove", (event) => {
      if (!grip || !event.buttons) return tell(event);
      view.x = grip.x - (event.clientX - grip.cx) * perPixel(map);
      view.y = grip.y - (event.clientY - grip.cy) * perPixel(map);
      keepInside();
      return hide();
    });
    map.addEventListener("pointerdown", (event) => { grip = event.pointerType === "mouse" ? { x: view.x, y: view.y, cx: event.clientX, cy: event.clientY } : null; tell(event); });
    addEventListener("pointerup", () => { grip = null; });
    map.addEventListener("pointerleave", hide);
    map.addEventListener("wheel", (event) => { // the page scrolls on, unless the reader is at work in the map
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== map) return;
      event.preventDefault();
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
      zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, x, y);
    }, { passive: false });
  });
  const watch = new ResizeObserver((changes) => {
    changes.forEach(({ target, contentRect }) => sizes.set(target, contentRect));
    show();
  });
  maps.forEach((map) => watch.observe(map));
})();

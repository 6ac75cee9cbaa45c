"use strict";
// The maps of a report show the layer that a reader chooses; what is worst is drawn last, on top.
(() => {
  const layers = pageData.layers;
  const choice = document.querySelector("#map .layers");
  if (!layers || !choice) return;
  const figures = [...document.querySelectorAll("#map .layered figure")];
  const show = (id) => figures.forEach((figure, place) => {
    figure.querySelectorAll("[data-layer]").forEach((part) => { part.hidden = part.dataset.layer !== id; });
    const { keys, order, links } = layers[id][place], map = figure.querySelector("svg.map");
    map.setAttribute("aria-label", figure.querySelector(`h3[data-layer="${id}"]`).textContent);
    const rank = (path) => (links[path.dataset.link] === "-" ? -1 : order.indexOf(Number(links[path.dataset.link])));
    const paths = [...map.querySelectorAll("[data-link]")], above = paths.at(-1).nextSibling;
    paths.forEach((path) => {
      const digit = links[path.dataset.link];
      path.setAttribute("class", path.getAttribute("class").replace(/\S+$/, digit === "-" ? "none" : keys[Number(digit)]));
    });
    paths.sort((a, b) => rank(a) - rank(b)).forEach((path) => map.insertBefore(path, above));
  });
  choice.addEventListener("change", (event) => show(event.target.value));
  choice.hidden = false;
})();

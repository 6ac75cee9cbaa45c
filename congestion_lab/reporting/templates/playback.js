"use strict";
// Congestion over time: the streets of the map, coloured frame by frame. Runs before page.js, which makes all maps zoom.
(() => {
  const section = document.getElementById("playback");
  const source = document.querySelector("#map svg.map");
  const data = pageData.playback;
  if (!section || !source || !data) return;
  const player = section.querySelector(".player"), slider = player.querySelector("input"), button = player.querySelector("button");
  const moment = player.querySelector(".moment"), cursor = section.querySelector(".cursor");
  const sides = [...section.querySelectorAll(".stage")].map((stage) => {
    const map = source.cloneNode(true);
    map.setAttribute("aria-label", stage.dataset.label);
    stage.append(map);
    const paths = [];
    map.querySelectorAll("[data-link]").forEach((path) => {
      path.setAttribute("class", path.getAttribute("class").replace(/\S+$/, "none"));
      paths[Number(path.dataset.link)] = path;
    });
    return { paths, frames: data.frames[Number(stage.dataset.side)], shown: "" };
  });
  const classOf = (digit) => (digit === "-" ? "none" : data.keys[Number(digit)]);
  const show = () => {
    const now = Number(slider.value);
    for (const side of sides) {
      const frame = side.frames[now];
      for (let link = 0; link < frame.length; link += 1) {
        if (frame[link] === side.shown[link]) continue;
        const path = side.paths[link];
        path.setAttribute("class", path.getAttribute("class").replace(/\S+$/, classOf(frame[link])));
      }
      side.shown = frame;
    }
    moment.textContent = data.texts[now];
    slider.setAttribute("aria-valuetext", data.texts[now]);
    cursor.setAttribute("x1", data.places[now]);
    cursor.setAttribute("x2", data.places[now]);
  };
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.textContent = button.dataset.play;
    button.setAttribute("aria-pressed", "false");
  };
  const forward = () => {
    if (Number(slider.value) >= Number(slider.max)) return stop();
    slider.value = Number(slider.value) + 1;
    return show();
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(slider.value) >= Number(slider.max)) slider.value = 0;
    button.textContent = button.dataset.pause;
    button.setAttribute("aria-pressed", "true");
    show();
    timer = setInterval(forward, 250);
    return undefined;
  });
  slider.addEventListener("input", () => { if (timer) stop(); show(); });
  player.hidden = false;
  section.querySelector(".playback-maps").hidden = false;
  show();
})();

"use strict";
// A part of a page that the server keeps up to date: it is asked again and again until it says that all is told.
(() => {
  const part = document.getElementById("live");
  if (!part || !part.dataset.source) return;
  const told = document.getElementById("told"), lost = document.getElementById("lost");
  let shown = "";
  const show = (news) => {
    lost.hidden = true;
    if (told.textContent !== news.told) told.textContent = news.told;
    if (news.html === shown) return;
    shown = news.html;
    part.replaceChildren(...new DOMParser().parseFromString(news.html, "text/html").body.childNodes);
  };
  const ask = async () => {
    try {
      const answer = await fetch(part.dataset.source, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      show(news);
      if (news.reload) { location.reload(); return; }
      if (!news.goes_on) return;
    } catch {
      lost.hidden = false;
    }
    setTimeout(ask, Number(part.dataset.pause));
  };
  setTimeout(ask, Number(part.dataset.pause));
})();

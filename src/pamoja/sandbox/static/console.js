// Keeps a console page true without reloading it: follows changes, sends forms quietly, lets clocks tick.
(() => {
  "use strict";
  const REFRESH_PAUSE_MS = 150;
  let waiting = null;
  let isBusy = false;

  const toast = (text) => {
    const box = document.querySelector(".toast");
    box.textContent = text;
    box.hidden = false;
    clearTimeout(box.timer);
    box.timer = setTimeout(() => { box.hidden = true; }, 6000);
  };

  const isBeingEdited = (part) => {
    const active = document.activeElement;
    return part.contains(active) && /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName);
  };

  // A chat stands at its newest line, as on a phone.
  const ends = new WeakMap();
  const toEnd = () => {
    for (const part of document.querySelectorAll("[data-end]")) {
      if (ends.get(part) === part.lastElementChild?.id) continue;
      ends.set(part, part.lastElementChild?.id);
      part.scrollTop = part.scrollHeight;
    }
  };

  const refresh = async () => {
    if (isBusy) { soon(); return; }
    isBusy = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-part]")) {
        const next = fresh.getElementById(part.id);
        if (next && next.outerHTML !== part.outerHTML && !isBeingEdited(part)) part.replaceWith(next);
      }
      toEnd();
      tick();
    } catch { /* the sandbox is being restarted; the stream will tell when it is back */ } finally { isBusy = false; }
  };

  const soon = () => {
    if (waiting) return;
    waiting = setTimeout(() => { waiting = null; refresh(); }, REFRESH_PAUSE_MS);
  };

  const send = async (form, button) => {
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.getAttribute("action") || location.href, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.ok && "clear" in form.dataset) {
      form.reset();
      for (const field of form.querySelectorAll("input:not([type=hidden])")) field.value = "";
      await refresh();
    } else if (answer.ok) {
      if (document.activeElement && form.contains(document.activeElement)) document.activeElement.blur();
      await refresh();
    } else {
      const told = await answer.json().catch(() => ({}));
      toast(told.error ? told.error.message : "That did not work. Nothing has changed.");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.ask && !window.confirm(form.dataset.ask)) { event.preventDefault(); return; }
    if (!("quiet" in form.dataset)) return;
    event.preventDefault();
    send(form, event.submitter).catch(() => toast("The sandbox did not answer."));
  });

  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.closest("[data-end]")) event.target.scrollIntoView({ block: "nearest" });
  }, true);

  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-now]")) event.target.form.requestSubmit();
    const form = event.target.closest("form[data-change]");
    if (form) form.requestSubmit();
  });

  // Clocks run from the moment the page learnt the time, in Nairobi's time as everything here.
  const long = new Intl.DateTimeFormat("en-GB", { timeZone: "Africa/Nairobi", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const short = new Intl.DateTimeFormat("en-GB", { timeZone: "Africa/Nairobi", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const seen = new WeakMap();
  const tick = () => {
    let nowMs = Date.now();
    for (const clock of document.querySelectorAll("[data-clock]")) {
      if (!seen.has(clock)) seen.set(clock, performance.now());
      nowMs = Number(clock.dataset.clock) * 1000 + performance.now() - seen.get(clock);
      const text = ("short" in clock.dataset ? short : long).format(nowMs);
      if (clock.textContent !== text) clock.textContent = text;
    }
    for (const left of document.querySelectorAll("[data-until]")) {
      const seconds = Math.max(0, Math.round(Number(left.dataset.until) - nowMs / 1000));
      if (left.textContent !== String(seconds)) left.textContent = String(seconds);
    }
  };

  toEnd();
  for (const image of document.querySelectorAll("[data-end] img")) image.addEventListener("load", () => { const part = image.closest("[data-end]"); part.scrollTop = part.scrollHeight; });
  tick();
  setInterval(tick, 1000);
  document.documentElement.classList.add("js");
  const stream = new EventSource(document.body.dataset.live);
  stream.addEventListener("changed", soon);
  stream.addEventListener("ready", soon);
  window.addEventListener("pagehide", () => stream.close());
})();

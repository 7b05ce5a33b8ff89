// What a page can do beyond links and forms. Everything works without this file; nothing here decides anything.
(() => {
  "use strict";
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const toast = document.getElementById("toast");
  let toastTimer;

  function say(words) {
    toast.textContent = words;
    toast.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { toast.hidden = true; }, 5000);
  }

  function wake(root) {
    for (const element of all("[data-needs-script], [data-copy], [data-reveal]", root)) element.hidden = false;
    const theme = document.documentElement.dataset.theme || "";
    for (const button of all("[data-theme-choice]", root)) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
  }

  // Small things one can press
  document.addEventListener("click", async (event) => {
    const on = (selector) => event.target.closest(selector);
    let button;
    if ((button = on("[data-copy]"))) {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        say("Copied");
      } catch {
        say("Your browser did not allow copying: select the text instead");
      }
    } else if ((button = on("[data-reveal]"))) {
      const input = document.getElementById(button.dataset.reveal);
      input.type = input.type === "password" ? "text" : "password";
      button.textContent = input.type === "password" ? "Show" : "Hide";
    } else if ((button = on("[data-dismiss]"))) {
      button.closest(".note").remove();
    } else if ((button = on("[data-theme-choice]"))) {
      const choice = button.dataset.themeChoice;
      if (choice) document.documentElement.dataset.theme = choice;
      else delete document.documentElement.dataset.theme;
      document.cookie = `theme=${choice};path=/;max-age=${choice ? 31536000 : 0};samesite=lax`;
      wake(document);
    } else if ((button = on("[data-share]")) && navigator.share) {
      navigator.share({ title: document.title, url: button.dataset.share }).catch(() => {});
    }
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // "Are you sure": a dialog that says what the button does
  function ask({ confirm, confirmTitle, confirmAction, confirmTone }) {
    const dialog = document.getElementById("confirm");
    const yes = document.getElementById("confirm-yes");
    document.getElementById("confirm-title").textContent = confirmTitle || "Are you sure?";
    document.getElementById("confirm-text").textContent = confirm;
    yes.textContent = confirmAction || "Yes";
    yes.className = confirmTone === "danger" ? "btn danger" : "btn";
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((answer) => {
      dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
    });
  }
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask({ ...event.detail.elt.dataset, confirm: event.detail.question }).then((yes) => yes && event.detail.issueRequest(true));
  });

  // A form is sent once
  const agreed = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const question = button?.dataset.confirm ? button : form.dataset.confirm ? form : null;
    if (question && !agreed.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask({ confirmTone: button?.classList.contains("danger") ? "danger" : "", confirmAction: button?.textContent.trim(), ...question.dataset }).then((yes) => {
        if (!yes) return;
        agreed.add(form);
        form.requestSubmit(button);
      });
      return;
    }
    agreed.delete(form);
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "1";
    button?.setAttribute("aria-busy", "true");
    setTimeout(() => { if (form.dataset.sent) for (const each of buttonsOf(form)) each.disabled = true; });
    setTimeout(() => release(form), 20000);
  }, true);
  const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");
  function release(form) {
    delete form.dataset.sent;
    for (const button of buttonsOf(form)) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  }
  addEventListener("pageshow", (event) => { if (event.persisted) for (const form of all("form[data-sent]")) release(form); });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) release(form);
  });
  document.addEventListener("htmx:afterSettle", (event) => { wake(event.target); follow(); });
  document.addEventListener("htmx:sendError", () => say("We could not reach the server. Your money has not moved; try again in a moment."));
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (status === 401) location.reload();
    else if (status === 429) say("That was a little too often. Wait a minute and try again.");
    else say("That did not work. Your money has not moved; try again in a moment.");
  });

  // Live: follow the topics on this page; an element with hx-trigger="live" fetches itself anew
  const address = document.body.dataset.live;
  const followed = new Set();
  const due = new Map();
  let socket = null, wait = 1000, lost = false, rest;

  const topicsOf = (element) => element.dataset.topic.split(" ").filter(Boolean);
  const topics = () => new Set([...all("[data-topic]")].flatMap(topicsOf));
  function refresh(topic, which = "[data-topic]") {
    for (const element of all(which)) {
      if (topic !== undefined && !topicsOf(element).includes(topic)) continue;
      clearTimeout(due.get(element));
      due.set(element, setTimeout(() => {
        due.delete(element);
        // What is being fetched may be older than this news, and takes the element's queue along when it replaces it.
        if (!element.isConnected || element.classList.contains("htmx-request")) refresh(topic, which);
        else htmx.trigger(element, "live");
      }, 120));
    }
  }
  function follow() {
    if (!address) return;
    const wanted = topics();
    if (!wanted.size) return;
    if (!socket) return connect();
    if (socket.readyState !== WebSocket.OPEN) return;
    const fresh = [...wanted].filter((topic) => !followed.has(topic));
    if (!fresh.length) return;
    for (const topic of fresh) followed.add(topic);
    socket.send(JSON.stringify({ follow: fresh }));
  }
  function connect() {
    if (socket || document.hidden) return;
    const url = new URL(address, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    socket = new WebSocket(url);
    socket.onopen = () => {
      wait = 1000;
      followed.clear();
      follow();
      if (lost) refresh();
      lost = false;
    };
    socket.onmessage = (event) => {
      try {
        const { topic, kind, member, following } = JSON.parse(event.data);
        if (kind === "typing") showTyping(topic, member);
        else if (topic) refresh(topic);
        else if (kind === "refresh") refresh();
        // What a page waits for may have happened after the page was made and before its topic was followed.
        else following?.forEach((each) => refresh(each, "[data-topic][data-waits]"));
      } catch { /* a frame that is not ours */ }
    };
    socket.onclose = () => {
      socket = null;
      lost = true;
      setTimeout(follow, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, 30000);
    };
  }
  // A board: who is typing, and that what came in was seen
  let typed = 0, typers;
  const tell = (what, topic) => { if (socket?.readyState === WebSocket.OPEN && followed.has(topic)) socket.send(JSON.stringify({ [what]: [topic] })); };
  document.addEventListener("input", (event) => {
    const topic = event.target.closest("[data-typing]")?.dataset.typing;
    if (!topic || Date.now() - typed < 2500) return;
    typed = Date.now();
    tell("typing", topic);
  });
  function showTyping(topic, member) {
    const name = document.querySelector(`[data-names] [data-member="${CSS.escape(member)}"]`)?.textContent;
    const place = [...all("[data-typers]")].find((each) => each.closest("[data-topic]")?.dataset.topic === topic);
    if (!name || !place) return;
    place.textContent = `${name} is writing…`;
    place.hidden = false;
    clearTimeout(typers);
    typers = setTimeout(() => { for (const each of all("[data-typers]")) each.hidden = true; }, 4000);
  }
  function seen() {
    if (!document.hidden) for (const element of all("[data-reads]")) tell("read", element.dataset.reads);
  }
  document.addEventListener("htmx:afterSettle", seen);

  document.addEventListener("visibilitychange", () => {
    seen();
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(() => socket?.close(), 30000);
    else follow();
  });

  // A browser that lets us wake it: its subscription is told to the server, which alone may use it
  const pushing = document.querySelector("[data-push-key]");
  if (pushing && "serviceWorker" in navigator && "PushManager" in window) {
    const { pushKey, pushWorker, pushSubscribe, pushEnd } = pushing.dataset;
    const tell = (url, what) => fetch(url, { method: "POST", headers: { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) }, body: JSON.stringify(what) });
    const button = (name) => pushing.querySelector(`[data-push=${name}]`);
    const show = (subscription) => { button("on").hidden = !!subscription; button("off").hidden = !subscription; };
    navigator.serviceWorker.register(pushWorker).then(async (worker) => {
      show(await worker.pushManager.getSubscription());
      button("on").addEventListener("click", async () => {
        try {
          const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: pushKey });
          const answer = await tell(pushSubscribe, subscription.toJSON());
          if (!answer.ok) { await subscription.unsubscribe(); say("This browser cannot be woken by us."); return; }
          show(subscription);
        } catch { say("Your browser did not allow it."); }
      });
      button("off").addEventListener("click", async () => {
        const subscription = await worker.pushManager.getSubscription();
        if (subscription) { await tell(pushEnd, { endpoint: subscription.endpoint }); await subscription.unsubscribe(); }
        show(null);
      });
    }).catch(() => {});
  }

  document.querySelector(".subnav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  wake(document);
  follow();
})();

// Sends the draft, and shows what comes back. What comes back is escaped where it is made; a draft is text everywhere.
"use strict";

const named = (id) => document.getElementById(id);
const said = document.body.dataset;
let asking = null; // the clock of the draft that is asked for

function complain(why) {
  named("alert").textContent = why;
  named("alert").hidden = !why;
}

function begin() {
  const since = Date.now();
  const tick = () => {
    named("state").textContent = said.working.replace("{s}", Math.round((Date.now() - since) / 1000));
  };
  complain("");
  named("answer").hidden = true;
  tick();
  named("suggest").disabled = true;
  asking = setInterval(tick, 1000);
}

function end() {
  clearInterval(asking);
  asking = null;
  named("state").textContent = "";
  named("suggest").disabled = false;
}

function keep(sidecar) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(sidecar, null, 2)], { type: "application/json" }));
  link.download = "suggestion.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

function show({ html, sidecar }) {
  named("answer").innerHTML = html;
  named("keep")?.addEventListener("click", () => keep(sidecar));
  named("answer").hidden = false;
  const copies = navigator.clipboard ? document.querySelectorAll("[data-copy]") : [];
  for (const button of copies) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(named(button.dataset.copy).textContent);
      button.textContent = said.copied;
    });
  }
  named("answer").focus({ preventScroll: true });
  named("answer").querySelector("article").scrollIntoView({ block: "nearest" });
}

async function ask() {
  if (asking) return;
  if (!named("draft").value.trim()) {
    complain(said.empty);
    return;
  }
  const sent = {
    draft: named("draft").value,
    platform: named("platform").value || null,
    tone: named("tone").value,
    n: Number(named("most").value),
    alt: named("alt").value.trim() || null,
    lang: document.documentElement.lang,
  };
  begin();
  try {
    const reply = await fetch("suggest", {
      method: "POST", cache: "no-store", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent),
    });
    const answer = await reply.json();
    if (reply.ok) show(answer);
    else complain(answer.error);
  } catch {
    complain(said.gone);
  } finally {
    end();
  }
}

named("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
named("ask").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    ask();
  }
});

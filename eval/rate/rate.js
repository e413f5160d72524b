// Shows one pair at a time and sends each answer as soon as it is given. What the page shows as chosen is on the disk.
"use strict";

const GONE = "Nothing answers at this address any more. Your last step was not kept; every answer before it was. Give the "
  + "same `virality rate` command again and open the address that it prints.";
const named = (id) => document.getElementById(id);
const choices = [...document.querySelectorAll("[data-choice]")];
const sames = [...document.querySelectorAll("[data-same]")];
let shown = null; // the pair in sight, as the server last told it
let done = false;
let work = Promise.resolve(); // one thing at a time, in the order in which it was asked for

function then(action) {
  work = work.then(action).then(() => { named("alert").hidden = true; }, (error) => {
    named("alert").textContent = error.message;
    named("alert").hidden = false;
  });
}

async function ask(path, sent) {
  const options = { cache: "no-store" };
  if (sent) {
    Object.assign(options, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent) });
  }
  let reply, answer;
  try {
    reply = await fetch(path, options);
    answer = await reply.json();
  } catch {
    throw new Error(GONE);
  }
  if (!reply.ok) throw new Error(`Not kept: ${answer.error}.`);
  return answer;
}

function show(view) {
  const moved = !shown || shown.item !== view.item || done;
  shown = view;
  done = false;
  named("pair").hidden = false;
  named("done").hidden = true;
  named("text-first").textContent = view.first;
  named("text-second").textContent = view.second;
  for (const button of choices) button.setAttribute("aria-pressed", String(button.dataset.choice === view.choice));
  for (const button of sames) {
    button.setAttribute("aria-pressed", String(view.same !== null && button.dataset.same === (view.same ? "yes" : "no")));
  }
  named("where").textContent = `Pair ${view.item} of ${view.of}`;
  named("progress").max = view.of;
  named("progress").value = view.answered;
  named("back").disabled = view.item === 1;
  named("next").textContent = view.choice ? "Next" : "Skip";
  named("next").classList.toggle("ready", Boolean(view.choice));
  for (const side of ["first", "second"]) named(`side-${side}`).classList.toggle("chosen", side === view.choice);
  if (moved) {
    document.activeElement?.blur();
    window.scrollTo(0, 0);
  }
}

function finish() {
  done = true;
  named("pair").hidden = true;
  named("done").hidden = false;
  named("where").textContent = `${shown.answered} of ${shown.of} answered`;
  named("progress").value = shown.answered;
  named("done-title").textContent = shown.open ? "That was the last pair" : "All pairs are answered";
  named("done-text").textContent = shown.open
    ? `${shown.of - shown.answered} are still open. Every answer is kept; you may also go on another day.`
    : "Every answer is kept. You may close this page. Thank you.";
  named("skipped").hidden = !shown.open;
}


const answer = (change) => then(async () => {
  if (!shown || done) return;
  const { item, choice, same } = shown;
  show(await ask("answer", { item, choice, same, ...change(shown) }));
  if (shown.choice) named("next").focus({ preventScroll: true });
});

const choose = (choice) => answer(() => ({ choice }));
const say = (same) => answer((view) => ({ same: view.same === same ? null : same }));

const forward = () => then(async () => {
  if (!shown || done) return;
  if (shown.following) show(await ask(`item/${shown.following}`));
  else finish();
});

const back = () => then(async () => {
  if (!shown) return;
  if (done) show(await ask(`item/${shown.item}`));
  else if (shown.item > 1) show(await ask(`item/${shown.item - 1}`));
});

const keys = {
  1: () => choose("first"), ArrowLeft: () => choose("first"),
  2: () => choose("second"), ArrowRight: () => choose("second"),
  0: () => choose("no difference"),
  y: () => say(true), n: () => say(false),
  Enter: forward, Backspace: back,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!Object.hasOwn(keys, key) || (key === "Enter" && event.target.closest("button"))) return;
  event.preventDefault();
  keys[key]();
});
for (const button of choices) button.addEventListener("click", () => choose(button.dataset.choice));
for (const button of sames) button.addEventListener("click", () => say(button.dataset.same === "yes"));
named("next").addEventListener("click", forward);
named("back").addEventListener("click", back);
named("review").addEventListener("click", back);
named("skipped").addEventListener("click", () => then(async () => show(await ask(`item/${shown.open}`))));

then(async () => show(await ask("item/open")));

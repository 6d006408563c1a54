// A lesson's page: it checks answers, keeps progress on this computer, lights up in the live page
// what the pointer is on in the text, and prints hand-outs.
const article = document.querySelector("article");
const KEPT = "minigrad.course";
const NOT_YET = ["Not yet: try again.", "Not yet. Look at the rule of this step in the page."];

// ------------------------------------------------------------------ questions
// The first thing that is wrong, "" if nothing is.
function judge(section) {
  const wrong = JSON.parse(section.dataset.wrong);
  const names = JSON.parse(section.dataset.numbers);
  const tries = Number(section.dataset.tries || 0);
  for (const input of section.querySelectorAll("input")) {
    const words = faultOf(input.value.trim(), input.dataset.answer, wrong, names);
    if (words !== null) return words.replace(/^(?= \(|$)/, NOT_YET[Math.min(tries, 1)]);
  }
  return "";
}

function answered(section) {
  section.classList.add("right");
  section.querySelector(".answer").hidden = false;
  const kept = read();
  const places = new Set(kept[article.dataset.lesson] || []);
  places.add(Number(section.dataset.place));
  kept[article.dataset.lesson] = [...places];
  try { localStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* nothing is kept */ }
}

function read() {
  try { return JSON.parse(localStorage.getItem(KEPT) || "{}"); } catch { return {}; }
}

for (const section of document.querySelectorAll(".question")) {
  const verdict = section.querySelector(".verdict");
  section.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const words = judge(section);
    section.dataset.tries = Number(section.dataset.tries || 0) + 1;
    section.dataset.right = words ? "no" : "yes";
    verdict.textContent = words || "Right.";
    if (!words) answered(section);
  });
  section.querySelector("[data-show]").addEventListener("click", () => {
    section.querySelector(".answer").hidden = false;
  });
  if ((read()[article.dataset.lesson] || []).includes(Number(section.dataset.place))) {
    section.classList.add("right");
    verdict.textContent = "Answered before.";
  }
}

// ------------------------------------------------------------------ the live page
const frame = document.querySelector("iframe");
const light = (each, on) => {
  for (const other of document.querySelectorAll(".symbol")) {
    other.classList.toggle("lit", on && other.dataset.names === each.dataset.names);
  }
  const hover = on ? each.dataset.names.split(" ") : [];
  frame?.contentWindow.postMessage({ minigrad: "hover", names: hover }, "*");
};
for (const each of document.querySelectorAll(".symbol")) {
  each.addEventListener("pointerenter", () => light(each, true));
  each.addEventListener("pointerleave", () => light(each, false));
}
// A question is about the page that stands above it: with several, that one comes up beside it.
function show(page) {
  const button = document.querySelector(`[data-page="${page}"]`);
  if (!button || frame.getAttribute("src") === page) return;
  frame.src = page;
  frame.title = `live page: ${button.dataset.title}`;
}
for (const button of document.querySelectorAll("[data-page]")) {
  button.addEventListener("click", () => {
    show(button.dataset.page);
    frame.scrollIntoView({ block: "nearest" });
  });
}
for (const section of document.querySelectorAll(".question")) {
  section.addEventListener("focusin", () => show(section.dataset.beside));
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => {
    document.body.classList.toggle("answers", button.dataset.print === "answers");
    window.print();
  });
}

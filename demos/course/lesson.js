// A lesson's page: it checks answers, keeps progress on this computer, lights up in the live page
// what the pointer is on in the text, and prints hand-outs.
(() => {
  const article = document.querySelector("article");
  const KEPT = "minigrad.course";
  const aliases = { "μ": "mu", "σ": "sigma", "ε": "eps", pi: "pi", "π": "pi" };
  const FUNCTIONS = ["sin", "cos", "tan", "exp", "log", "sqrt", "abs", "tanh"];

  // ------------------------------------------------------------------ typed numbers and formulas
  // sum = product (("+" | "-") product)*, product = power (("*" | "/") power)*,
  // power = ["-"] atom ["^" power], atom = number | name | function "(" sum ")" | "(" sum ")"
  const tokensOf = (text) => {
    const clean = text.replace(/[−–]/g, "-").replace(/[·×]/g, "*").replace(/\*\*/g, "^")
      .replace(/½/g, "0.5").replace(/²/g, "^2").replace(/³/g, "^3").replace(/\bln\b/g, "log");
    return clean.match(/\d+\.?\d*(e[+-]?\d+)?|\.\d+|[\p{L}_]\w*|[-+*/^()]|\S/giu) || [];
  };

  function valueOf(text, names = {}) {
    const tokens = tokensOf(text);
    let place = 0;
    const take = (wanted) => tokens[place] === wanted && (place += 1, true);
    function sum() {
      let x = product();
      for (;;) {
        if (take("+")) x += product();
        else if (take("-")) x -= product();
        else return x;
      }
    }
    function product() {
      let x = power();
      for (;;) {
        if (take("*")) x *= power();
        else if (take("/")) x /= power();
        else return x;
      }
    }
    function power() {
      if (take("-")) return -power();
      if (take("+")) return power();
      const x = atom();
      return take("^") ? x ** power() : x;
    }
    function atom() {
      const token = tokens[place++];
      if (token === "(") {
        const x = sum();
        return take(")") ? x : NaN;
      }
      if (/^[\d.]/.test(token || "")) return Number(token);
      if (FUNCTIONS.includes(token) && take("(")) {
        const x = sum();
        return take(")") ? Math[token](x) : NaN;
      }
      if (token === "pi" || token === "π") return Math.PI;
      for (const name of [token, aliases[token]]) {
        if (Object.hasOwn(names, name)) return names[name];
      }
      const greek = Object.keys(aliases).find((key) => aliases[key] === token);
      return greek && Object.hasOwn(names, greek) ? names[greek] : NaN;
    }
    const x = tokens.length ? sum() : NaN;
    return place === tokens.length ? x : NaN;
  }

  // As close as the decimals shown, or a part in five hundred, for those who round on the way.
  const isClose = (x, text) => {
    const wanted = valueOf(text);
    const digits = (text.split(".")[1] || "").length;
    const rounded = digits ? 0.6 * 10 ** -digits : 1e-9;
    return Math.abs(x - wanted) <= Math.max(rounded, 0.002 * Math.abs(wanted));
  };

  const unreadable = (text, names) => {
    if (/\d,\d/.test(text)) return "Write the decimal point as a dot: 0.5, not 0,5.";
    const known = [...FUNCTIONS, ...Object.keys(names), ...Object.values(aliases),
      ...Object.keys(aliases), "ln"];
    const strange = tokensOf(text).find((t) => /^[\p{L}_]/u.test(t) && !known.includes(t));
    if (!strange) return `“${text}” can't be read. Write * between factors, as in 2*cos(0.85).`;
    const given = Object.keys(names).join(", ");
    return `“${text}” can't be read: “${strange}” is not a function or a name here` +
      (given ? `. The names are ${given}.` : ", where no names are given.");
  };

  // ------------------------------------------------------------------ questions
  function judge(section) {
    const wrong = JSON.parse(section.dataset.wrong);
    const names = JSON.parse(section.dataset.numbers);
    for (const input of section.querySelectorAll("input")) {
      const [given, wanted] = [input.value.trim(), input.dataset.answer];
      if (!given) return "Type a number, or a formula such as cos(0.85)*0.13.";
      if (given.toLowerCase() === wanted.toLowerCase()) continue;
      const isWord = Number.isNaN(valueOf(wanted));
      const x = valueOf(given, names);
      if (!isWord && isClose(x, wanted)) continue;
      const known = wrong.find(([text]) => isClose(x, text));
      if (known) return `Not that: ${known[1]}`;
      if (isWord) return "Not that. The page says it in one word.";
      if (Number.isNaN(x)) return unreadable(given, names);
      const target = valueOf(wanted);
      if (target !== 0 && isClose(-x, wanted)) return "Right in size, but not in sign.";
      for (const [ratio, words] of [[2, "twice as large as it is"], [0.5, "half of what it is"]]) {
        if (target !== 0 && isClose(x / ratio, wanted)) return `That is ${words}.`;
      }
      const tries = Number(section.dataset.tries || 0);
      return tries ? "Not yet. Look at the rule of this step in the page." : "Not yet: try again.";
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
})();

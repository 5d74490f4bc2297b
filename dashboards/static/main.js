// The inside of a page, made anew: what is open stays open, what has the focus keeps it.

export function replaceMain(fresh) {
  const open = [...document.querySelectorAll("main details")].map((d) => [d.id, d.open]);
  const focused = document.activeElement?.id;
  document.getElementById("main").replaceChildren(...fresh.getElementById("main").childNodes);
  document.querySelector(".today").textContent = fresh.querySelector(".today").textContent;
  for (const [id, isOpen] of open) document.getElementById(id)?.toggleAttribute("open", isOpen);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// Whether something typed or ticked was not sent yet: a page must not change under their hands.
export const isTyping = () => [...document.querySelectorAll("main input:not([type=hidden])")].some(
  (field) => field === document.activeElement || field.value !== field.defaultValue || field.checked !== field.defaultChecked);

// How what was asked for went, and where to go on where there is such a place.
export function tellOutcome(text, link, label) {
  const line = document.createElement("p");
  line.className = "advice fault";
  line.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (link) line.append(Object.assign(document.createElement("a"), { href: link, target: "_blank", textContent: label }));
  document.getElementById("outcome").replaceChildren(line);
  line.scrollIntoView({ block: "nearest" });
}

// That the garden no longer answers; without words, that it does.
export function tellConnection(text = "") {
  document.getElementById("connection").textContent = text;
}

// Ages that grow, and readings as they come, are told to whoever looks.
export function tellAges(format, nowMs) {
  for (const time of document.querySelectorAll("[data-age]")) {
    const words = format.ago(Math.max(0, nowMs - Number(time.dataset.age)) / 1000);
    if (time.textContent !== words) time.textContent = words;
  }
}

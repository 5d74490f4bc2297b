// The inside of a page, made anew: what is open stays open, what has the focus keeps it.

export function replaceMain(fresh) {
  const open = [...document.querySelectorAll("main details")].map((d) => [d.id, d.open]);
  const focused = document.activeElement?.id;
  document.getElementById("main").replaceChildren(...fresh.getElementById("main").childNodes);
  document.querySelector(".today").textContent = fresh.querySelector(".today").textContent;
  for (const [id, isOpen] of open) document.getElementById(id)?.toggleAttribute("open", isOpen);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// Whether somebody is typing: a page must not change under their hands.
export const isTyping = () => document.activeElement?.matches?.("main input, main textarea, main select") ?? false;

// Ages that grow, and readings as they come, are told to whoever looks.
export function tellAges(format, nowMs) {
  for (const time of document.querySelectorAll("[data-age]")) {
    const words = format.ago(Math.max(0, nowMs - Number(time.dataset.age)) / 1000);
    if (time.textContent !== words) time.textContent = words;
  }
}

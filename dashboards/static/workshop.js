// Parts marked data-fresh are asked for again at the page's own address: the wall and a group's page
// stay at the present, and whoever is typing is left alone.

const EVERY_MS = 3000;

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const now = fresh.getElementById(part.id);
    if (now && now.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
      part.innerHTML = now.innerHTML;
    }
  }
}

async function forever() {
  try {
    await renew();
  } catch {
    // The gateway starts again, or the Wi-Fi blinks: the next turn asks anew.
  }
  setTimeout(forever, EVERY_MS);
}

setTimeout(forever, EVERY_MS);

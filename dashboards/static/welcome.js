// The first start: the hour of this phone, and how good a passphrase is.

const hour = document.getElementById("hour");

if (hour) {
  const told = JSON.parse(hour.dataset.hour);
  const says = hour.querySelector(".says");
  const write = new Intl.DateTimeFormat(told.language, {
    dateStyle: "full", timeStyle: "medium", timeZone: told.timezone,
  });
  const tick = () => { says.textContent = told.says.replace("%(time)s", write.format(Date.now())); };
  hour.querySelector(".typed").hidden = true;
  says.hidden = false;
  tick();
  setInterval(tick, 1000);
  hour.addEventListener("submit", () => { hour.elements.t_ms.value = Date.now(); });
}

const keeper = document.getElementById("keeper");

if (keeper) {
  const [short, same, fair, good] = JSON.parse(keeper.dataset.strength);
  const judge = () => {
    const text = keeper.elements.phrase.value.trim().replace(/\s+/g, " ");
    const words = text.split(" ").filter((word) => word.length > 2).length;
    const letters = new Set(text).size;
    let told = good;
    if (text.length < 12) told = short;
    else if (letters < 6) told = same;
    else if (words < 4 && text.length < 24) told = fair;
    keeper.querySelector(".strength").textContent = text ? told : "";
  };
  keeper.elements.phrase.addEventListener("input", judge);
  judge(); // whoever is quick has typed before this came
}

// Numbers, times and ages as the reader writes them, in the garden's own time zone.

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const JUST_NOW_S = 10;

export function fill(text, parts) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => parts[name]);
}

export class Format {
  constructor(page) {
    const zone = { timeZone: page.timezone };
    this.language = page.language;
    this.justNow = page.texts.justNow;
    this.relative = new Intl.RelativeTimeFormat(page.language, { numeric: "always", style: "short" });
    this.clock = new Intl.DateTimeFormat(page.language, { ...zone, hour: "2-digit", minute: "2-digit" });
    this.dayAndClock = new Intl.DateTimeFormat(page.language, {
      ...zone, weekday: "short", hour: "2-digit", minute: "2-digit",
    });
  }

  number(value, decimals) {
    const least = decimals < 3 ? decimals : 0;
    return new Intl.NumberFormat(this.language, {
      minimumFractionDigits: least, maximumFractionDigits: decimals,
    }).format(Number(value.toFixed(decimals)) + 0).replace("-", "−");
  }

  ago(ageS) {
    if (ageS < JUST_NOW_S) return this.justNow;
    const [unit, unitS] = UNITS.find(([, s]) => ageS >= s);
    return this.relative.format(-Math.floor(ageS / unitS), unit);
  }

  time(ms) { return this.clock.format(ms); }

  moment(ms) { return this.dayAndClock.format(ms); }
}

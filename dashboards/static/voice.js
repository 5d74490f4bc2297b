// Reads the beds aloud, with voices of this device only: nothing that is read leaves it.

export class Voice {
  constructor(button, text) {
    this.button = button;
    this.text = text;
    if (!button || !("speechSynthesis" in window)) return;
    speechSynthesis.addEventListener?.("voiceschanged", () => this.find());
    button.addEventListener("click", () => this.toggle());
    addEventListener("pagehide", () => speechSynthesis.cancel());
    this.find();
  }

  find() {
    const language = document.documentElement.lang;
    this.voice = speechSynthesis.getVoices().find((v) => v.localService && v.lang.slice(0, 2) === language);
    this.button.hidden = !this.voice;
  }

  toggle() {
    if (speechSynthesis.speaking) return this.stop();
    this.button.setAttribute("aria-pressed", "true");
    const sentences = this.text();
    sentences.forEach((sentence, i) => {
      const said = new SpeechSynthesisUtterance(sentence);
      said.voice = this.voice;
      said.lang = this.voice.lang;
      said.rate = 0.9;
      if (i === sentences.length - 1) said.onend = () => this.stop();
      speechSynthesis.speak(said);
    });
  }

  stop() {
    speechSynthesis.cancel();
    this.button.setAttribute("aria-pressed", "false");
  }
}
